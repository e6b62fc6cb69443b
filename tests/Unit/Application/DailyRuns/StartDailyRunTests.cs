using Backend.Application.DailyRuns;
using Backend.Application.Ports;
using Backend.Unit.Support;
using Microsoft.Extensions.Logging;
using NSubstitute;

namespace Backend.Unit.Application.DailyRuns;

public sealed class StartDailyRunTests
{
    private readonly Areas _areas = new();
    private readonly IDailyCheckQueue _queue = Substitute.For<IDailyCheckQueue>();
    private readonly RecordingLogger<StartDailyRunHandler> _logger = new();

    [Fact]
    public async Task The_run_is_that_of_todays_date_and_begins_once()
    {
        await _areas.AddAlertAsync((await _areas.AddUserAsync()).Id);

        var first = await Send(new StartDailyRunCommand("test"));
        _areas.Clock.Advance(TimeSpan.FromHours(11));
        var second = await Send(new StartDailyRunCommand("other"));

        (first.IsNew, first.Run.Date, first.Run.Counts.Users).ShouldBe((true, new DateOnly(2026, 3, 1), 1));
        second.ShouldBe(new StartedDailyRun(first.Run, IsNew: false));
        await _queue.Received(1).AnnounceAsync(Arg.Any<CancellationToken>());
    }

    [Fact]
    public async Task A_date_that_is_given_wins_over_the_clock() =>
        (await Send(new StartDailyRunCommand("schedule", new DateOnly(2026, 2, 28)))).Run.Date.ShouldBe(new DateOnly(2026, 2, 28));

    [Fact]
    public async Task A_date_before_the_latest_run_begins_nothing_and_is_noticed()
    {
        _areas.Clock.Advance(TimeSpan.FromHours(11.5));
        await Send(new StartDailyRunCommand("clock ahead", new DateOnly(2026, 3, 2)));

        var late = await Send(new StartDailyRunCommand("right clock"));

        (late.IsNew, late.Run.Date).ShouldBe((false, new DateOnly(2026, 3, 2)));
        _logger.Entries.ShouldContain(entry => entry.Level == LogLevel.Warning);
    }

    [Fact]
    public async Task A_date_that_is_yet_to_come_for_the_store_is_refused()
    {
        var started = await new StartDailyRunHandler(_areas.Runs, _queue, _areas.Clock, _logger).Handle(new StartDailyRunCommand("clock ahead", new DateOnly(2026, 3, 2)), CancellationToken.None);

        started.Error.ShouldBe(DailyRunErrors.TooEarly);
        _logger.Entries.ShouldContain(entry => entry.Level == LogLevel.Error);
        (await Send(new StartDailyRunCommand("right clock"))).Run.Date.ShouldBe(new DateOnly(2026, 3, 1));
    }

    [Fact]
    public async Task Of_midnight_nobody_notices_anything()
    {
        _areas.Clock.Advance(TimeSpan.FromHours(12) - TimeSpan.FromMilliseconds(1));
        (await Send(new StartDailyRunCommand("test"))).Run.Date.ShouldBe(new DateOnly(2026, 3, 1));
        _areas.Clock.Advance(TimeSpan.FromMilliseconds(1));
        (await Send(new StartDailyRunCommand("test"))).Run.Date.ShouldBe(new DateOnly(2026, 3, 2));
    }

    [Fact]
    public void A_trigger_has_a_name()
    {
        new StartDailyRunValidator().Validate(new StartDailyRunCommand("")).IsValid.ShouldBeFalse();
        new StartDailyRunValidator().Validate(new StartDailyRunCommand("schedule")).IsValid.ShouldBeTrue();
    }

    private async Task<StartedDailyRun> Send(StartDailyRunCommand command) =>
        (await new StartDailyRunHandler(_areas.Runs, _queue, _areas.Clock, _logger).Handle(command, CancellationToken.None)).Value;
}
