using Backend.Application.Administration;
using Backend.Application.Common.Messaging;
using Backend.Application.Ports;
using Backend.Domain.Administration;
using Backend.Domain.Alerts;
using Backend.Domain.Common;
using Backend.Domain.Tracks;
using Microsoft.Extensions.Logging;

namespace Backend.Application.Alerts;

/// <summary>Counts the maps of every alert that is due, one after the other. Any number of processes may do so at once.</summary>
public sealed record CountAlertMapsCommand() : ICommand<AlertMapsCounted>, IPeriodic;

/// <param name="Counted">Alerts whose maps were counted.</param>
/// <param name="Failed">Alerts whose maps could not be counted this time.</param>
public sealed record AlertMapsCounted(int Counted, int Failed);

internal sealed partial class CountAlertMapsHandler(
    IAlertStore alerts, IUserStore users, IMapDirectory directory, SiteLimits limits, TimeProvider clock, ILogger<CountAlertMapsHandler> logger)
    : ICommandHandler<CountAlertMapsCommand, AlertMapsCounted>
{
    /// <summary>With the pauses between them, about an hour.</summary>
    internal const int MaxAttempts = 8;

    /// <summary>No listing takes longer, so that the claim still holds when it ends.</summary>
    private static readonly TimeSpan s_longestListing = IAlertStore.CountLease - TimeSpan.FromSeconds(30);

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
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                // Another goes on at once, and need not wait until the claim lapses.
                await alerts.TryPutOffCountAsync(ticket, TimeSpan.Zero, CancellationToken.None);
                throw;
            }
            catch (Exception exception) when (exception is not StoreUnavailableException)
            {
                LogThrown(exception, ticket.Alert.Id.Value);
                await PutOffAsync(ticket, "unexpected", cancellationToken);
                failed++;
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

        var listed = await ListAsync(user.Name.Value, cancellationToken);
        if (!listed.IsSuccess)
        {
            await PutOffAsync(ticket, listed.Error.Code, cancellationToken);
            return false;
        }

        if (listed.Value.Count == 0 && alert.MapCount > 0 && user.TmxUserId is null)
        {
            // A name that an earlier system stripped finds nothing, and what was counted with the exact one is still true.
            LogNothingFound(alert.Id.Value, alert.MapCount);
            await alerts.TryPutOffCountAsync(ticket, pause: null, cancellationToken);
            return false;
        }

        var maps = WatchedMap.Of(listed.Value);
        var mode = MapperAlert.ModeAfterCount(alert.Mode, alert.MapCount, listed.Value.Count);
        await alerts.TrySaveCountAsync(
            ticket, listed.Value.Count, mode, maps, await limits.ReadAsync(SiteSetting.MaxMapsPerUser, cancellationToken), clock.GetUtcNow(), cancellationToken);
        return true;
    }

    private async Task<Result<IReadOnlyList<MapListing>>> ListAsync(string mapper, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(s_longestListing, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            return await directory.ListMapsAsync(mapper, either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new Error(ErrorKind.UpstreamTimeout, "alert.count_timeout", "The list of maps took too long.") { IsTransient = true };
        }
    }

    private async Task PutOffAsync(MapCountTicket ticket, string code, CancellationToken cancellationToken)
    {
        var isLast = ticket.Attempt >= MaxAttempts;
        LogFailed(ticket.Alert.Id.Value, ticket.Attempt, code, isLast ? "it is given up" : "it is repeated");
        await alerts.TryPutOffCountAsync(ticket, isLast ? null : s_firstPause * Math.Pow(2, ticket.Attempt - 1), cancellationToken);
    }

    [LoggerMessage(LogLevel.Error, "Counting the maps of alert {AlertId} failed")]
    private partial void LogThrown(Exception exception, long alertId);

    [LoggerMessage(LogLevel.Warning, "No maps were found for alert {AlertId}, which had {Count}: its user may have to link his user of Trackmania Exchange")]
    private partial void LogNothingFound(long alertId, int count);

    [LoggerMessage(LogLevel.Warning, "Count {Attempt} of the maps of alert {AlertId} failed ({Code}); {Next}")]
    private partial void LogFailed(long alertId, int attempt, string code, string next);
}
