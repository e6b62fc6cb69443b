using Backend.Application.Common.Messaging;
using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.Alerts;
using Backend.Domain.Common;
using Backend.Domain.DriverNotifications;
using Backend.Domain.Feedback;
using Backend.Domain.History;
using Backend.Domain.MapSearches;
using Backend.Domain.Sessions;

namespace Backend.Application.Accounts;

/// <summary>Everything that is kept of a user.</summary>
public sealed record ExportAccountQuery(UserId UserId) : IQuery<AccountExport>;

/// <param name="WatchedMaps">Of the alert.</param>
/// <param name="Searches">Their results are leaderboards, which say nothing of the user, and can be read while the search is kept.</param>
public sealed record AccountExport(
    DateTimeOffset ExportedAt,
    User User,
    IReadOnlyList<Session> Sessions,
    MapperAlert? Alert,
    IReadOnlyList<WatchedMap> WatchedMaps,
    IReadOnlyList<DriverNotification> DriverNotifications,
    IReadOnlyList<HistoryEntry> History,
    IReadOnlyList<FeedbackEntry> Feedback,
    IReadOnlyList<MapSearchJob> Searches);

internal sealed class ExportAccountHandler(
    IUserStore users,
    ISessionStore sessions,
    IAlertStore alerts,
    IDriverNotificationStore driverNotifications,
    INotificationHistory history,
    IFeedbackStore feedback,
    IMapSearchJobStore jobs,
    TimeProvider clock) : IQueryHandler<ExportAccountQuery, AccountExport>
{
    /// <summary>More than a user can start while they are kept.</summary>
    private const int MaxSearches = 100_000;

    public async Task<Result<AccountExport>> Handle(ExportAccountQuery query, CancellationToken cancellationToken)
    {
        if (await users.FindAsync(query.UserId, cancellationToken) is not { } user)
        {
            return AccountErrors.NotFound;
        }

        var alert = await alerts.FindAsync(user.Id, cancellationToken);
        return new AccountExport(
            clock.GetUtcNow(),
            user,
            await sessions.ListAsync(user.Id, cancellationToken),
            alert,
            alert is null ? [] : await alerts.ReadMapsAsync(alert.Id, cancellationToken),
            await driverNotifications.ListAsync(user.Id, cancellationToken),
            await history.ListAsync(user.Id, DateOnly.MinValue, cancellationToken),
            await feedback.ListOfAsync(user.Id, cancellationToken),
            await jobs.ListAsync(user.Id, MaxSearches, cancellationToken));
    }
}
