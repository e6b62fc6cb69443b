using System.Net;
using System.Net.Sockets;
using Amazon.DynamoDBv2.Model;
using Amazon.Runtime;
using Amazon.SQS.Model;
using Backend.Application.Ports;
using Backend.Infrastructure.Aws;

namespace Backend.Unit.Aws;

public sealed class AwsFailuresTests
{
    public static TheoryData<Exception> Away =>
    [
        new HttpRequestException("refused"),
        new SocketException((int)SocketError.ConnectionRefused),
        new IOException("cut"),
        new TimeoutException("as the SDK says of an attempt that took too long"),
        new AmazonClientException("no credentials"),
        Service(HttpStatusCode.InternalServerError, "InternalServerError"),
        Service(HttpStatusCode.ServiceUnavailable, "ServiceUnavailable"),
        Service(default, "NobodyHasAnswered"),
        Service(HttpStatusCode.Forbidden, "AccessDeniedException"),
        Service(HttpStatusCode.BadRequest, "AccessDeniedException"),
        Service(HttpStatusCode.BadRequest, "NotAuthorized"),
        Service(HttpStatusCode.BadRequest, "InvalidSignatureException"),
        Service(HttpStatusCode.BadRequest, "SignatureDoesNotMatch"),
        Service(HttpStatusCode.BadRequest, "MissingAuthenticationToken"),
        Service(HttpStatusCode.BadRequest, "InvalidClientTokenId"),
        Service(HttpStatusCode.TooManyRequests, "SlowDown"),
        Service(HttpStatusCode.BadRequest, "ThrottlingException"),
        Service(HttpStatusCode.BadRequest, "RequestThrottled"),
        Service(HttpStatusCode.BadRequest, "RequestLimitExceeded"),
        Service(HttpStatusCode.BadRequest, "ProvisionedThroughputExceededException"),
        Service(HttpStatusCode.BadRequest, "ResourceNotFoundException"),
        Service(HttpStatusCode.BadRequest, "AWS.SimpleQueueService.NonExistentQueue"),
        Service(HttpStatusCode.BadRequest, "QueueDoesNotExist"),
        Service(HttpStatusCode.BadRequest, "TransactionInProgressException"),
        Service(HttpStatusCode.BadRequest, "ExpiredTokenException"),
        Service(HttpStatusCode.BadRequest, "UnrecognizedClientException"),
        Service(HttpStatusCode.BadRequest, "RequestTimeout"),
    ];

    public static TheoryData<Exception> NotAway =>
    [
        Service(HttpStatusCode.BadRequest, "ValidationException"),
        Service(HttpStatusCode.BadRequest, code: null),
        new ConditionalCheckFailedException("no") { StatusCode = HttpStatusCode.BadRequest, ErrorCode = "ConditionalCheckFailedException" },
        new ResourceInUseException("made by another") { StatusCode = HttpStatusCode.BadRequest, ErrorCode = "ResourceInUseException" },
        new ReceiptHandleIsInvalidException("old") { StatusCode = HttpStatusCode.BadRequest, ErrorCode = "ReceiptHandleIsInvalid" },
        new InvalidOperationException("a bug"),
        new OperationCanceledException(),
    ];

    [Theory]
    [MemberData(nameof(Away))]
    public void A_service_that_cannot_be_reached_or_used_now_is_away(Exception exception) => AwsFailures.IsUnavailable(exception).ShouldBeTrue();

    [Theory]
    [MemberData(nameof(NotAway))]
    public void What_is_wrong_with_the_request_is_not(Exception exception) => AwsFailures.IsUnavailable(exception).ShouldBeFalse();

    [Fact]
    public async Task What_AWS_says_itself_is_the_reason_and_not_what_the_SDK_wraps_it_in()
    {
        var refused = new AmazonServiceException("The table is closed to you.", new InvalidOperationException("of the SDK")) { StatusCode = HttpStatusCode.BadRequest, ErrorCode = "AccessDeniedException" };

        var outage = await Should.ThrowAsync<StoreUnavailableException>(() => AwsFailures.GuardAsync<int>(_ => throw refused, CancellationToken.None));

        outage.Message.ShouldEndWith("AccessDeniedException, The table is closed to you");
    }

    [Fact]
    public async Task A_call_to_a_service_that_is_away_becomes_an_outage_with_a_reason()
    {
        var cause = new AmazonClientException("outer", new SocketException((int)SocketError.ConnectionRefused));

        var outage = await Should.ThrowAsync<StoreUnavailableException>(() => AwsFailures.GuardAsync<int>(_ => throw cause, CancellationToken.None));

        outage.Message.ShouldBe($"AWS cannot be reached or does not answer: {cause.GetBaseException().Message}");
        outage.InnerException.ShouldBeSameAs(cause);
    }

    [Fact]
    public async Task A_request_that_is_wrong_stays_what_it_is()
    {
        var cause = Service(HttpStatusCode.BadRequest, "ValidationException");

        (await Should.ThrowAsync<AmazonServiceException>(() => AwsFailures.GuardAsync<int>(_ => throw cause, CancellationToken.None))).ShouldBeSameAs(cause);
    }

    [Fact]
    public async Task No_answer_within_the_limit_is_an_outage()
    {
        var outage = await Should.ThrowAsync<StoreUnavailableException>(() => AwsFailures.GuardAsync(
            async token =>
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
                return 0;
            },
            CancellationToken.None,
            TimeSpan.FromMilliseconds(20)));

        outage.Message.ShouldBe("AWS cannot be reached or does not answer: no answer in time");
    }

    /// <summary>Otherwise nobody would know what has become of a write.</summary>
    [Fact]
    public async Task A_caller_who_goes_does_not_stop_a_call_that_has_begun()
    {
        using var gone = new CancellationTokenSource();

        var answer = await AwsFailures.GuardAsync(
            async token =>
            {
                await gone.CancelAsync();
                token.IsCancellationRequested.ShouldBeFalse();
                return 42;
            },
            gone.Token);

        answer.ShouldBe(42);
    }

    [Fact]
    public async Task A_caller_who_has_gone_before_begins_none()
    {
        var called = false;

        await Should.ThrowAsync<OperationCanceledException>(() => AwsFailures.GuardAsync(
            _ =>
            {
                called = true;
                return Task.FromResult(0);
            },
            new CancellationToken(canceled: true)));

        called.ShouldBeFalse();
    }

    /// <summary>A call is given no other token than that of the limit, so the transport's own time limit is what else cancels it.</summary>
    [Fact]
    public async Task A_cancellation_that_nobody_here_asked_for_is_an_outage() =>
        await Should.ThrowAsync<StoreUnavailableException>(() => AwsFailures.GuardAsync<int>(_ => throw new OperationCanceledException(), CancellationToken.None));

    private static AmazonServiceException Service(HttpStatusCode status, string? code) => new("text") { StatusCode = status, ErrorCode = code };
}
