using Backend.Application.Common.Messaging;
using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.Common;
using Backend.Domain.History;

namespace Backend.Application.History;

/// <summary>What the last daily runs brought the user, newest day first; only days that brought something.</summary>
public sealed record ListNotificationHistoryQuery(UserId UserId) : IQuery<IReadOnlyList<HistoryDay>>;

/// <param name="MapperAlert">The latest of the day, if there is one.</param>
/// <param name="DriverNotification">The latest of the day, if there is one.</param>
public sealed record HistoryDay(DateOnly Date, HistoryEntry? MapperAlert, HistoryEntry? DriverNotification);

internal sealed class ListNotificationHistoryHandler(INotificationHistory history, TimeProvider clock) : IQueryHandler<ListNotificationHistoryQuery, IReadOnlyList<HistoryDay>>
{
    /// <summary>Before today.</summary>
    public const int Days = 5;

    public async Task<Result<IReadOnlyList<HistoryDay>>> Handle(ListNotificationHistoryQuery query, CancellationToken cancellationToken)
    {
        var since = DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime).AddDays(-Days);
        var entries = await history.ListAsync(query.UserId, since, cancellationToken);
        return Result<IReadOnlyList<HistoryDay>>.Success([.. entries.GroupBy(e => e.Date).Select(day => new HistoryDay(
            day.Key,
            day.LastOrDefault(e => e.Kind == NotificationKind.MapperAlert),
            day.LastOrDefault(e => e.Kind == NotificationKind.DriverNotification)))]);
    }
}
