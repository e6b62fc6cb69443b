using System.Globalization;
using Backend.Application.Ports;
using Backend.Domain.DailyRuns;
using Backend.Infrastructure;
using Backend.WebApi.Workers;

namespace Backend.WebApi.Endpoints;

/// <summary>What the messages of the queues call for. They tell themselves what they are, whatever queue they come from.</summary>
internal sealed partial class LambdaMessages(
    IMapSearchMessages searches, MapSearchRun searchRun, IDailyCheckMessages checks, DailyCheckRun checkRun, ILogger<LambdaMessages> logger)
{
    /// <summary>False when SQS is to deliver the message again; whatever happens concerns this message only.</summary>
    public async Task<bool> TryRunAsync(SqsRecord record, CancellationToken stop)
    {
        if (Read(record, stop) is not var (what, run))
        {
            LogUnreadable(record.MessageId);
            return false;
        }

        try
        {
            await run();
            return true;
        }
        catch (StoreUnavailableException exception)
        {
            LogAway(what, exception.Message);
            return false;
        }
        catch (Exception exception)
        {
            LogFailed(exception, what);
            return false;
        }
    }

    /// <summary>Null for a message that is none of ours.</summary>
    private (string What, Func<Task> Run)? Read(SqsRecord record, CancellationToken stop)
    {
        var (body, handle) = (record.Body ?? string.Empty, record.ReceiptHandle ?? string.Empty);
        if (searches.TryRead(body, handle, DeliveriesOf(record)) is { } ticket)
        {
            return ($"map search {ticket.Key.Id}", () => searchRun.RunAsync(() => ticket, stop));
        }

        return checks.TryRead(body) is { } key ? ($"check {key}", () => CheckAsync(key, handle, stop)) : null;
    }

    private async Task CheckAsync(DailyCheckKey key, string handle, CancellationToken stop)
    {
        // Not to be cut off, or nobody would know whether the check is claimed; the run gives it back.
        if (await checks.TryClaimAsync(key, handle, CancellationToken.None) is { } delivery)
        {
            await checkRun.RunAsync(delivery, stop);
        }
    }

    private static int DeliveriesOf(SqsRecord record) =>
        int.TryParse(record.Attributes?.ApproximateReceiveCount, NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count : 1;

    [LoggerMessage(LogLevel.Error, "Message {MessageId} is none of ours")]
    private partial void LogUnreadable(string messageId);

    [LoggerMessage(LogLevel.Warning, "The run of {What} waits: {Reason}")]
    private partial void LogAway(string what, string reason);

    [LoggerMessage(LogLevel.Error, "The run of {What} failed")]
    private partial void LogFailed(Exception exception, string what);
}
