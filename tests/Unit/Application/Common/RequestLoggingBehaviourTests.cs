using Backend.Application.Common.Behaviours;
using Backend.Application.Common.Messaging;
using Backend.Domain.Common;
using Backend.Unit.Support;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Backend.Unit.Application.Common;

public sealed class RequestLoggingBehaviourTests
{
    private const string Content = "very private content";

    private readonly FakeTimeProvider _clock = Make.Clock();

    [Theory]
    [InlineData(LogLevel.Trace)]
    [InlineData(LogLevel.Information)]
    public async Task A_command_is_logged_with_its_name_outcome_and_duration(LogLevel least)
    {
        var log = new RecordingLogger<RequestLoggingBehaviour<DoCommand, Result<string>>>(least);

        await Send(log, new DoCommand(Content, new Secret(Content)), Make.Success(Content));

        var entry = log.Entries.ShouldHaveSingleItem();
        entry.Level.ShouldBe(LogLevel.Information);
        entry.Message.ShouldBe("DoCommand ok in 1234.0 ms");
    }

    [Fact]
    public async Task A_successful_query_is_only_a_detail()
    {
        var log = new RecordingLogger<RequestLoggingBehaviour<AskQuery, Result<string>>>();

        await Send(log, new AskQuery(Content), Make.Success(Content));

        log.Entries.ShouldHaveSingleItem().Level.ShouldBe(LogLevel.Debug);
    }

    [Fact]
    public async Task A_failed_query_is_told_by_its_code_and_only_in_detail_when_anybody_can_make_it_fail()
    {
        foreach (var kind in Enum.GetValues<ErrorKind>())
        {
            var log = new RecordingLogger<RequestLoggingBehaviour<AskQuery, Result<string>>>();

            await Send(log, new AskQuery(Content), Make.Failed<string>(new Error(kind, "thing.wrong", Content)));

            var entry = log.Entries.ShouldHaveSingleItem();
            entry.Message.ShouldBe("AskQuery thing.wrong in 1234.0 ms");
            entry.Level.ShouldBe(kind is ErrorKind.Unauthenticated or ErrorKind.NotFound ? LogLevel.Debug : LogLevel.Information);
        }
    }

    [Fact]
    public async Task A_failed_command_is_always_told()
    {
        var log = new RecordingLogger<RequestLoggingBehaviour<DoCommand, Result<string>>>();

        await Send(log, new DoCommand(Content, new Secret(Content)), Make.Failed<string>(new Error(ErrorKind.Unauthenticated, "thing.wrong", Content)));

        log.Entries.ShouldHaveSingleItem().Level.ShouldBe(LogLevel.Information);
    }

    [Fact]
    public async Task Nothing_of_request_answer_error_or_exception_is_ever_logged()
    {
        var log = new RecordingLogger<RequestLoggingBehaviour<DoCommand, Result<string>>>();
        var request = new DoCommand(Content, new Secret(Content));

        await Send(log, request, Make.Success(Content));
        await Send(log, request, Make.Failed<string>(new Error(ErrorKind.Validation, "validation.failed", Content)));
        await Should.ThrowAsync<NotSupportedException>(() => Send(log, request, () => throw new NotSupportedException(Content)));

        log.Entries.Count.ShouldBe(3);
        log.Entries.ShouldAllBe(e => !e.Everything.Contains(Content, StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_exception_is_noted_by_its_type_and_passed_on()
    {
        var log = new RecordingLogger<RequestLoggingBehaviour<DoCommand, Result<string>>>();

        await Should.ThrowAsync<NotSupportedException>(() => Send(log, new DoCommand("", new Secret("")), () => throw new NotSupportedException("bug")));

        log.Entries.ShouldHaveSingleItem().Message.ShouldBe("DoCommand threw NotSupportedException after 1234.0 ms");
    }

    [Fact]
    public async Task A_caller_who_gave_up_is_no_event()
    {
        var log = new RecordingLogger<RequestLoggingBehaviour<DoCommand, Result<string>>>();

        await Should.ThrowAsync<OperationCanceledException>(() => Send(log, new DoCommand("", new Secret("")), () => throw new OperationCanceledException()));

        log.Entries.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_answer_is_passed_on_unchanged()
    {
        var answer = Make.Success("answer");

        (await Send(new RecordingLogger<RequestLoggingBehaviour<AskQuery, Result<string>>>(), new AskQuery(""), answer)).ShouldBeSameAs(answer);
    }

    private Task<Result<string>> Send<TRequest>(ILogger<RequestLoggingBehaviour<TRequest, Result<string>>> log, TRequest request, Result<string> answer)
        where TRequest : MediatR.IRequest<Result<string>> => Send(log, request, () => answer);

    private Task<Result<string>> Send<TRequest>(ILogger<RequestLoggingBehaviour<TRequest, Result<string>>> log, TRequest request, Func<Result<string>> handle)
        where TRequest : MediatR.IRequest<Result<string>> =>
        new RequestLoggingBehaviour<TRequest, Result<string>>(log, _clock).Handle(request, CancellationToken.None, () =>
        {
            _clock.Advance(TimeSpan.FromMilliseconds(1234));
            return Task.FromResult(handle());
        });

    internal sealed record DoCommand(string Text, Secret Password) : ICommand<string>;

    internal sealed record AskQuery(string Text) : IQuery<string>;
}
