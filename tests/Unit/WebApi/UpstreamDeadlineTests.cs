using System.Text.Json.Nodes;
using Backend.Unit.Support;
using Backend.WebApi.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;

namespace Backend.Unit.WebApi;

public sealed class UpstreamDeadlineTests : IDisposable
{
    private readonly FakeTimeProvider _clock = Make.Clock();
    private readonly RecordingLogger<UpstreamDeadline> _logger = new();
    private readonly CancellationTokenSource _gone = new();
    private readonly MemoryStream _body = new();
    private readonly DefaultHttpContext _context = new() { TraceIdentifier = "trace" };

    public UpstreamDeadlineTests()
    {
        _context.RequestAborted = _gone.Token;
        _context.Response.Body = _body;
    }

    public void Dispose()
    {
        _gone.Dispose();
        _body.Dispose();
    }

    [Fact]
    public async Task Whoever_waits_for_another_service_is_told_after_25_seconds()
    {
        var answering = AnswerAsync(asksUpstream: true, WaitAsync);
        _clock.Advance(UpstreamDeadline.Limit - TimeSpan.FromMilliseconds(1));
        answering.IsCompleted.ShouldBeFalse();

        _clock.Advance(TimeSpan.FromMilliseconds(1));
        await answering;

        UpstreamDeadline.Limit.ShouldBe(TimeSpan.FromSeconds(25));
        _context.Response.StatusCode.ShouldBe(504);
        JsonNode.Parse(_body.ToArray())!["code"]!.GetValue<string>().ShouldBe("upstream.timeout");
        _context.RequestAborted.ShouldBe(_gone.Token);
        _logger.Entries.ShouldHaveSingleItem().Message.ShouldContain("504");
    }

    [Fact]
    public async Task A_caller_who_has_gone_is_told_nothing()
    {
        var answering = AnswerAsync(asksUpstream: true, WaitAsync);
        await _gone.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => answering);
        _body.Length.ShouldBe(0);
        _logger.Entries.ShouldBeEmpty();
    }

    [Fact]
    public async Task Other_routes_may_take_their_time()
    {
        var answering = AnswerAsync(asksUpstream: false, WaitAsync);
        _clock.Advance(TimeSpan.FromHours(1));
        answering.IsCompleted.ShouldBeFalse();

        await _gone.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => answering);
    }

    [Fact]
    public async Task An_answer_in_time_is_left_as_it_is()
    {
        await AnswerAsync(asksUpstream: true, static context =>
        {
            context.Response.StatusCode = 204;
            return Task.CompletedTask;
        });
        _clock.Advance(TimeSpan.FromHours(1));

        _context.Response.StatusCode.ShouldBe(204);
        _context.RequestAborted.ShouldBe(_gone.Token);
    }

    /// <summary>Something inside that gave up by itself is not the deadline's doing.</summary>
    [Fact]
    public async Task Another_cancellation_is_passed_on() =>
        await Should.ThrowAsync<OperationCanceledException>(() => AnswerAsync(asksUpstream: true, static _ => throw new OperationCanceledException()));

    private static Task WaitAsync(HttpContext context) => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);

    private Task AnswerAsync(bool asksUpstream, RequestDelegate route)
    {
        _context.SetEndpoint(new Endpoint(route, new EndpointMetadataCollection(asksUpstream ? [new AsksUpstreamMetadata()] : []), "route"));
        return new UpstreamDeadline(route, _clock, _logger).InvokeAsync(_context);
    }
}
