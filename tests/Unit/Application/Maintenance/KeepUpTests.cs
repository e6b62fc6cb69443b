using Backend.Application.Maintenance;
using Backend.Application.Ports;
using Backend.Unit.Support;
using Microsoft.Extensions.Logging;
using NSubstitute;
using NSubstitute.ExceptionExtensions;

namespace Backend.Unit.Application.Maintenance;

public sealed class KeepUpTests
{
    private readonly RecordingLogger<KeepUpHandler> _log = new();

    [Fact]
    public async Task Every_store_is_kept_up_whatever_becomes_of_the_others()
    {
        var (well, away, broken) = (Substitute.For<IUpkeep>(), Substitute.For<IUpkeep>(), Substitute.For<IUpkeep>());
        away.RunAsync(Arg.Any<CancellationToken>()).ThrowsAsync(new StoreUnavailableException("it is away", new TimeoutException()));
        broken.RunAsync(Arg.Any<CancellationToken>()).ThrowsAsync(new InvalidOperationException("a bug"));

        var kept = await new KeepUpHandler([away, broken, well], _log).Handle(new KeepUpCommand(), CancellationToken.None);

        kept.Value.ShouldBe(new KeepUpResult(Done: 1, Failed: 2));
        await well.Received(1).RunAsync(Arg.Any<CancellationToken>());
        _log.Entries.Count(e => e.Level == LogLevel.Warning && e.Message.Contains("it is away", StringComparison.Ordinal)).ShouldBe(1);
        _log.Entries.Count(e => e.Level == LogLevel.Error).ShouldBe(1);
    }

    [Fact]
    public async Task Without_stores_that_need_it_nothing_is_done()
    {
        var kept = await new KeepUpHandler([], _log).Handle(new KeepUpCommand(), CancellationToken.None);

        kept.Value.ShouldBe(new KeepUpResult(Done: 0, Failed: 0));
    }

    [Fact]
    public async Task Stopping_is_no_failure()
    {
        using var stop = new CancellationTokenSource();
        var store = Substitute.For<IUpkeep>();
        store.RunAsync(Arg.Any<CancellationToken>()).Returns(call => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, call.Arg<CancellationToken>()));
        var keeping = new KeepUpHandler([store], _log).Handle(new KeepUpCommand(), stop.Token);

        await stop.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => keeping);
        _log.Entries.ShouldBeEmpty();
    }
}
