using Backend.Application.DailyRuns;
using Backend.Unit.Support;

namespace Backend.Unit.Application.DailyRuns;

public sealed class FindDailyRunTests
{
    private readonly Areas _areas = new();

    [Fact]
    public async Task A_run_is_found_by_its_date_and_the_latest_without_one()
    {
        var handler = new FindDailyRunHandler(_areas.Runs);
        (await handler.Handle(new FindDailyRunQuery(Date: null), CancellationToken.None)).Error.ShouldBe(DailyRunErrors.NotFound);
        var (first, _) = await _areas.Runs.StartAsync(new DateOnly(2026, 3, 1), "test", Make.Start, CancellationToken.None);
        _areas.Clock.Advance(TimeSpan.FromDays(1));
        var (second, _) = await _areas.Runs.StartAsync(new DateOnly(2026, 3, 2), "test", Make.Start.AddDays(1), CancellationToken.None);

        (await handler.Handle(new FindDailyRunQuery(first!.Date), CancellationToken.None)).Value.ShouldBe(first);
        (await handler.Handle(new FindDailyRunQuery(Date: null), CancellationToken.None)).Value.ShouldBe(second);
        (await handler.Handle(new FindDailyRunQuery(new DateOnly(2026, 3, 3)), CancellationToken.None)).Error.ShouldBe(DailyRunErrors.NotFound);
    }
}
