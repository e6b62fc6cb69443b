using Backend.Application.Administration;
using Backend.Application.Common.Messaging;
using Backend.Application.Ports;
using Backend.Domain.Administration;
using Backend.Domain.Alerts;
using Backend.Domain.Common;
using Microsoft.Extensions.Logging;

namespace Backend.Application.Alerts;

/// <summary>Counts the maps of every alert that is due, one after the other. Any number of processes may do so at once.</summary>
public sealed record CountAlertMapsCommand() : ICommand<AlertMapsCounted>;

/// <param name="Counted">Alerts whose maps were counted.</param>
/// <param name="Failed">Alerts whose maps could not be counted this time.</param>
public sealed record AlertMapsCounted(int Counted, int Failed);

internal sealed partial class CountAlertMapsHandler(
    IAlertStore alerts, IUserStore users, IMapDirectory directory, SiteLimits limits, TimeProvider clock, ILogger<CountAlertMapsHandler> logger)
    : ICommandHandler<CountAlertMapsCommand, AlertMapsCounted>
{
    /// <summary>With the pauses between them, about an hour.</summary>
    internal const int MaxAttempts = 7;

    private static readonly TimeSpan s_firstPause = TimeSpan.FromSeconds(30);

    public async Task<Result<AlertMapsCounted>> Handle(CountAlertMapsCommand command, CancellationToken cancellationToken)
    {
        var (counted, failed) = (0, 0);
        while (await alerts.TryClaimCountAsync(cancellationToken) is { } ticket)
        {
            try
            {
                var isCounted = await TryCountAsync(ticket, cancellationToken);
                (counted, failed) = isCounted ? (counted + 1, failed) : (counted, failed + 1);
            }
            catch (OperationCanceledException)
            {
                // Another goes on at once, and need not wait until the claim lapses.
                await alerts.TryPutOffCountAsync(ticket, TimeSpan.Zero, CancellationToken.None);
                throw;
            }
        }

        return new AlertMapsCounted(counted, failed);
    }

    private async Task<bool> TryCountAsync(MapCountTicket ticket, CancellationToken cancellationToken)
    {
        var alert = ticket.Alert;
        if (await users.FindAsync(alert.UserId, cancellationToken) is not { } user)
        {
            // The alert went with him.
            return true;
        }

        var listed = await directory.ListMapsAsync(user.Name.Value, cancellationToken);
        if (!listed.IsSuccess)
        {
            var isLast = ticket.Attempt >= MaxAttempts;
            LogFailed(alert.Id.Value, ticket.Attempt, listed.Error.Code, isLast ? "it is given up" : "it is repeated");
            await alerts.TryPutOffCountAsync(ticket, isLast ? null : s_firstPause * Math.Pow(2, ticket.Attempt - 1), cancellationToken);
            return false;
        }

        var maps = listed.Value.Select(map => map.MapUid).OfType<Domain.Tracks.MapUid>().ToList();
        var mode = MapperAlert.ModeAfterCount(alert.Mode, alert.MapCount, listed.Value.Count);
        await alerts.TrySaveCountAsync(
            ticket, listed.Value.Count, mode, maps, await limits.ReadAsync(SiteSetting.MaxMapsPerUser, cancellationToken), clock.GetUtcNow(), cancellationToken);
        return true;
    }

    [LoggerMessage(LogLevel.Warning, "Count {Attempt} of the maps of alert {AlertId} failed ({Code}); {Next}")]
    private partial void LogFailed(long alertId, int attempt, string code, string next);
}
