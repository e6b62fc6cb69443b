using Amazon.SQS.Model;
using Backend.Application.Maintenance;
using Backend.Application.MapSearches;
using Backend.Domain.MapSearches;
using Microsoft.Extensions.Logging;

namespace Backend.Infrastructure.Aws;

/// <summary>
/// Table and queue are written one after the other, and messages may be lost or set aside. The sweep makes that good: a search that waits
/// and seems to have no message gets one, a search whose worker has died is taken from it, and one that nobody could run
/// fails with a reason. Any number of instances may sweep at the same time.
/// </summary>
internal sealed partial class MapSearchSweep(
    DynamoMapSearchJobStore jobs, SqsMapSearchQueue queue, SqsQueues queues, MapSearchOptions options, TimeProvider clock, ILogger<MapSearchSweep> logger) : IUpkeep
{
    /// <summary>A message takes milliseconds; a search that waits for a place this long may get a second one, which is harmless.</summary>
    private static readonly TimeSpan s_longestWay = TimeSpan.FromMinutes(1);

    /// <summary>Pauses between further messages double up to this many times, to an hour.</summary>
    private const int MaxDoublings = 6;

    /// <summary>After that long without any change a search whose messages are set aside again and again is given up.</summary>
    private static readonly TimeSpan s_longestStandstill = TimeSpan.FromHours(1);

    /// <summary>How long a message that was set aside is hidden from other sweeps.</summary>
    private static readonly TimeSpan s_handling = TimeSpan.FromMinutes(1);

    /// <summary>Timers count coarser than the clock that leases are seen by, and may be a little ahead of it.</summary>
    private static readonly TimeSpan s_timerEarliness = TimeSpan.FromMilliseconds(100);

    private readonly SqsQueue _messages = queues.Of(AwsSchema.MapSearchQueue);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var unfinished = await jobs.LookAtUnfinishedAsync(cancellationToken);
        if (unfinished.Any(u => u.Job.State == MapSearchState.Processing && !u.HasLapsed))
        {
            // Whether a lease lapses can only be seen by looking again after it.
            await Task.Delay(options.Lease + s_timerEarliness, clock, cancellationToken);
            unfinished = await jobs.LookAtUnfinishedAsync(cancellationToken);
        }

        await TakeFromDeadWorkersAsync(unfinished, cancellationToken);
        foreach (var waiting in unfinished.Where(SeemsToHaveNoMessage))
        {
            if (await jobs.TryNoteResendAsync(waiting, cancellationToken))
            {
                LogResent(waiting.Job.Id.Value, waiting.Job.UpdatedAt);
                await queue.EnqueueAsync(waiting.Job.Key, CancellationToken.None);
            }
        }

        await HandleDeadLettersAsync(cancellationToken);
    }

    /// <summary>Searches whose lease has lapsed are given back, and a message for whoever goes on.</summary>
    public async Task TakeFromDeadWorkersAsync(IEnumerable<UnfinishedSearch> unfinished, CancellationToken cancellationToken)
    {
        foreach (var lapsed in unfinished.Where(u => u.HasLapsed))
        {
            await TakeFromDeadWorkerAsync(lapsed.Job, cancellationToken);
        }
    }

    /// <summary>The claim counts the run that has lapsed, as the claim of its next worker would have.</summary>
    private async Task TakeFromDeadWorkerAsync(MapSearchJob job, CancellationToken cancellationToken)
    {
        if (await jobs.TryClaimAsync(job.Key, cancellationToken) is { IsFinished: false } claimed
            && await jobs.TryReleaseAsync(claimed.Key, claimed.Fence, failure: null, CancellationToken.None) is { IsFinished: false })
        {
            LogTaken(job.Id.Value);
            await queue.EnqueueAsync(job.Key, CancellationToken.None);
        }
    }

    private bool SeemsToHaveNoMessage(UnfinishedSearch search) =>
        search.Job.State == MapSearchState.Pending
        && clock.GetUtcNow() >= search.Job.UpdatedAt + s_longestWay
        && (search.ResentAt is not { } resent || clock.GetUtcNow() >= resent + (s_longestWay * Math.Pow(2, Math.Min(search.Resends, MaxDoublings))));

    private async Task HandleDeadLettersAsync(CancellationToken cancellationToken)
    {
        if (await _messages.DeadLetterUrlAsync(cancellationToken) is not { } url)
        {
            return;
        }

        var left = new List<string>();
        while (true)
        {
            var received = await AwsFailures.GuardAsync(
                token => _messages.Client.ReceiveMessageAsync(
                    new ReceiveMessageRequest { QueueUrl = url, MaxNumberOfMessages = SqsQueue.MaxAtOnce, VisibilityTimeout = (int)s_handling.TotalSeconds, WaitTimeSeconds = 0 }, token),
                cancellationToken);
            if (received.Messages is not { Count: > 0 } messages)
            {
                break;
            }

            foreach (var message in messages)
            {
                if (SqsMapSearchQueue.TryReadKey(message.Body) is not { } key)
                {
                    LogUnreadable(message.MessageId);
                    left.Add(message.ReceiptHandle);
                }
                else if (await HandleDeadLetterAsync(key, cancellationToken))
                {
                    await AwsFailures.GuardAsync(token => _messages.Client.DeleteMessageAsync(url, message.ReceiptHandle, token), CancellationToken.None);
                }
            }
        }

        // To be seen by people, and by the alarm.
        foreach (var handle in left)
        {
            await AwsFailures.GuardAsync(token => _messages.Client.ChangeMessageVisibilityAsync(url, handle, 0, token), CancellationToken.None);
        }
    }

    /// <summary>
    /// A search that was claimed is judged by its own count of runs without progress, and gets another message; one that not even a
    /// claim was made of in all those deliveries, or none for long, is given up. False when somebody runs it just now.
    /// </summary>
    private async Task<bool> HandleDeadLetterAsync(MapSearchKey key, CancellationToken cancellationToken)
    {
        var job = await jobs.FindAsync(key, cancellationToken);
        if (job is null or { IsFinished: true })
        {
            return true;
        }

        if (job.Fence > 0 && clock.GetUtcNow() < job.UpdatedAt + s_longestStandstill)
        {
            if (job.State == MapSearchState.Pending)
            {
                await queue.EnqueueAsync(key, CancellationToken.None);
            }

            // One that is being worked on needs no message, and gets one from this sweep should its worker die.
            return true;
        }

        if (await jobs.TryClaimAsync(key, cancellationToken) is not { IsFinished: false } claimed)
        {
            return false;
        }

        LogGivenUp(key.Id.Value, AwsSchema.MaxReceiveCount);
        await jobs.TryFailAsync(key, claimed.Fence, "The search could not be started after several attempts. Please start it again.", CancellationToken.None);
        return true;
    }

    [LoggerMessage(LogLevel.Warning, "Map search {JobId} has waited since {Since} and gets another message")]
    private partial void LogResent(Guid jobId, DateTimeOffset since);

    [LoggerMessage(LogLevel.Warning, "Map search {JobId} is taken from a worker that has fallen silent")]
    private partial void LogTaken(Guid jobId);

    [LoggerMessage(LogLevel.Error, "Map search {JobId} is given up: its message was delivered {Deliveries} times and no run began")]
    private partial void LogGivenUp(Guid jobId, int deliveries);

    [LoggerMessage(LogLevel.Error, "Message {MessageId} in the dead-letter queue is none of ours and stays there")]
    private partial void LogUnreadable(string messageId);
}
