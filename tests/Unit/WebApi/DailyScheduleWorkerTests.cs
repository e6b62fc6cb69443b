using Backend.Application.DailyRuns;
using Backend.Application.Ports;
using Backend.Domain.Common;
using Backend.Unit.Support;
using Backend.WebApi.Workers;
using MediatR;
using NSubstitute;

namespace Backend.Unit.WebApi;

public sealed class DailyScheduleWorkerTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    private readonly Areas _areas = new();
    private readonly IMediator _mediator = Substitute.For<IMediator>();
    private readonly IDailyCheckQueue _queue = Substitute.For<IDailyCheckQueue>();
    private readonly List<string> _asked = [];
    private int _finds;

    public DailyScheduleWorkerTests()
    {
        _mediator.Send(Arg.Any<FindDailyRunQuery>(), Arg.Any<CancellationToken>()).Returns(call =>
        {
            Interlocked.Increment(ref _finds);
            return new FindDailyRunHandler(_areas.Runs).Handle(call.Arg<FindDailyRunQuery>(), CancellationToken.None);
        });
        _mediator.Send(Arg.Any<StartDailyRunCommand>(), Arg.Any<CancellationToken>()).Returns(call => StartAsync(call.Arg<StartDailyRunCommand>()));
    }

    [Fact]
    public async Task The_first_run_waits_for_its_hour_and_has_the_date_of_it()
    {
        // Noon; the run is at four.
        await using var worker = await RunAsync();
        await PassAsync(TimeSpan.FromHours(15));
        _asked.ShouldBeEmpty();

        await PassAsync(TimeSpan.FromHours(2));

        await ShouldBecomeAsync("2026-03-02");
        await PassAsync(TimeSpan.FromDays(1));
        await ShouldBecomeAsync("2026-03-02", "2026-03-03");
    }

    [Theory]
    [InlineData(-3, "2026-03-01")]
    [InlineData(-1, "2026-03-01")]
    [InlineData(0, null)]
    public async Task What_was_missed_while_nobody_was_up_is_caught_up_once(int lastRun, string? expected)
    {
        // At five in the morning of some day, and it is noon of the first of March.
        var last = Make.Start.AddDays(lastRun).AddHours(-7);
        await _areas.Runs.StartAsync(DateOnly.FromDateTime(last.UtcDateTime), "earlier", last, CancellationToken.None);

        await using var worker = await RunAsync();
        await PassAsync(TimeSpan.FromHours(2));

        await ShouldBecomeAsync(expected is null ? [] : [expected]);
    }

    [Fact]
    public async Task Of_several_instances_one_begins_the_run()
    {
        await using var one = await RunAsync();
        await using var other = await RunAsync();

        await PassAsync(TimeSpan.FromHours(17));

        await ShouldBecomeAsync("2026-03-02", "2026-03-02");
        (await _areas.Runs.ListAsync(10, CancellationToken.None)).Count.ShouldBe(1);
        await _queue.Received(1).AnnounceAsync(Arg.Any<CancellationToken>());
    }

    [Fact]
    public async Task A_store_that_is_away_is_waited_for()
    {
        var isAway = true;
        _mediator.Send(Arg.Any<StartDailyRunCommand>(), Arg.Any<CancellationToken>()).Returns(
            call => isAway ? throw new StoreUnavailableException("away", new TimeoutException()) : StartAsync(call.Arg<StartDailyRunCommand>()));
        await using var worker = await RunAsync();
        await PassAsync(TimeSpan.FromHours(17));
        _asked.ShouldBeEmpty();

        isAway = false;
        await PassAsync(TimeSpan.FromMinutes(2));

        await ShouldBecomeAsync("2026-03-02");
    }

    [Fact]
    public async Task A_run_that_is_refused_for_the_clocks_sake_is_asked_for_again()
    {
        var isRefused = true;
        _mediator.Send(Arg.Any<StartDailyRunCommand>(), Arg.Any<CancellationToken>()).Returns(
            call => isRefused ? Task.FromResult<Result<StartedDailyRun>>(DailyRunErrors.TooEarly) : StartAsync(call.Arg<StartDailyRunCommand>()));
        await using var worker = await RunAsync();
        await PassAsync(TimeSpan.FromHours(17));
        _asked.ShouldBeEmpty();

        isRefused = false;
        await PassAsync(TimeSpan.FromMinutes(2));

        await ShouldBecomeAsync("2026-03-02");
    }

    private async Task<Result<StartedDailyRun>> StartAsync(StartDailyRunCommand command)
    {
        lock (_asked)
        {
            _asked.Add($"{command.Date:yyyy-MM-dd}");
        }

        return await new StartDailyRunHandler(_areas.Runs, _queue, _areas.Clock, new RecordingLogger<StartDailyRunHandler>()).Handle(command, CancellationToken.None);
    }

    private async Task<Running> RunAsync()
    {
        var schedule = DailySchedule.Read(Make.Configuration(), isDevelopment: false, []).ShouldNotBeNull();
        var worker = new DailyScheduleWorker(schedule, _mediator, _areas.Clock, new RecordingLogger<DailyScheduleWorker>());
        var asked = Volatile.Read(ref _finds);
        await worker.StartAsync(CancellationToken.None);
        while (Volatile.Read(ref _finds) == asked)
        {
            await Task.Yield();
        }

        return new Running(worker);
    }

    /// <summary>In small steps, so that the worker sets its next timer in between.</summary>
    private async Task PassAsync(TimeSpan duration)
    {
        for (var passed = TimeSpan.Zero; passed < duration; passed += TimeSpan.FromSeconds(30))
        {
            _areas.Clock.Advance(TimeSpan.FromSeconds(30));
            await Task.Yield();
        }
    }

    private async Task ShouldBecomeAsync(params string[] dates)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (_asked.Count < dates.Length && TimeProvider.System.GetElapsedTime(started) < s_patience)
        {
            _areas.Clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System);
        }

        lock (_asked)
        {
            _asked.ShouldBe(dates);
        }
    }

    private sealed class Running(DailyScheduleWorker worker) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await worker.StopAsync(CancellationToken.None);
            worker.Dispose();
        }
    }
}
