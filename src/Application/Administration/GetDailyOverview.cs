using Backend.Application.Common.Messaging;
using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.Common;
using Backend.Domain.History;

namespace Backend.Application.Administration;

/// <summary>What the daily runs of the last days brought all users.</summary>
public sealed record GetDailyOverviewQuery() : IQuery<DailyOverview>;

/// <param name="Today">In UTC.</param>
/// <param name="MapsChecked">Maps that all alerts together watch.</param>
/// <param name="Days">Newest first; only days that brought something.</param>
public sealed record DailyOverview(DateOnly Today, long MapsChecked, IReadOnlyList<DayOverview> Days);

/// <param name="Entries">In the order in which they were made.</param>
public sealed record DayOverview(DateOnly Date, IReadOnlyList<NamedHistoryEntry> Entries)
{
    public int Sent => Entries.Count(e => e.Entry.Outcome == NotificationOutcome.Sent);

    public int Errors => Entries.Count(e => e.Entry.Outcome == NotificationOutcome.TechnicalError);

    public int CountOf(NotificationKind kind) => Entries.Count(e => e.Entry.Kind == kind);

    /// <summary>By user, in the order of their names; of each kind the latest.</summary>
    public IReadOnlyList<(UserName UserName, HistoryEntry? MapperAlert, HistoryEntry? DriverNotification)> ByUser =>
    [
        .. Entries.GroupBy(e => e.Entry.UserId)
            .OrderBy(user => user.Last().UserName.Key, StringComparer.Ordinal)
            .Select(user => (user.Last().UserName, Latest(user, NotificationKind.MapperAlert), Latest(user, NotificationKind.DriverNotification))),
    ];

    private static HistoryEntry? Latest(IEnumerable<NamedHistoryEntry> entries, NotificationKind kind) => entries.LastOrDefault(e => e.Entry.Kind == kind)?.Entry;
}

internal sealed class GetDailyOverviewHandler(INotificationHistory history, IAlertStore alerts, TimeProvider clock) : IQueryHandler<GetDailyOverviewQuery, DailyOverview>
{
    /// <summary>Today is one of them.</summary>
    public const int Days = 5;

    public async Task<Result<DailyOverview>> Handle(GetDailyOverviewQuery query, CancellationToken cancellationToken)
    {
        var today = DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime);
        var entries = await history.ListAllAsync(today.AddDays(1 - Days), cancellationToken);
        return new DailyOverview(
            today,
            await alerts.CountWatchedMapsAsync(cancellationToken),
            [.. entries.GroupBy(e => e.Entry.Date).Select(day => new DayOverview(day.Key, [.. day]))]);
    }
}
