using System.Collections.Concurrent;
using Backend.Application.MapSearches;
using Backend.Application.Ports;
using Backend.Domain.MapSearches;

namespace Backend.WebApi.Workers;

/// <summary>
/// Takes tickets from the queue and runs their searches, several at once; the upstream budget shares its slots fairly
/// among them, so a small search does not wait for a large one. When the host stops, running searches are handed back.
/// </summary>
internal sealed partial class MapSearchWorker(
    IMapSearchQueue queue, MapSearchRun run, MapSearchOptions options, TimeProvider clock, ILogger<MapSearchWorker> logger) : BackgroundService
{
    /// <summary>Tickets received at once; more would be hidden from other instances that are idle.</summary>
    private const int MaxAtOnce = 10;

    private static readonly TimeSpan PauseAfterTrouble = TimeSpan.FromSeconds(2);

    /// <summary>
    /// The latest ticket of each search that runs here. While the queue is away a ticket may lapse and be delivered again, and some
    /// queues deliver one twice; the run under way goes on with the new one, and must not be taken for a dead one.
    /// </summary>
    private readonly ConcurrentDictionary<MapSearchKey, MapSearchTicket> _running = new();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var places = new SemaphoreSlim(options.ParallelJobs);
        var running = new HashSet<Task>();
        try
        {
            while (true)
            {
                await places.WaitAsync(stoppingToken);
                running.RemoveWhere(static run => run.IsCompleted);

                // Nobody else takes places, so those that are free now are still free then.
                foreach (var (number, ticket) in (await ReceiveAsync(1 + Math.Min(places.CurrentCount, MaxAtOnce - 1), stoppingToken)).Index())
                {
                    if (number > 0)
                    {
                        await places.WaitAsync(CancellationToken.None);
                    }

                    running.Add(RunAndFreePlaceAsync(ticket, places, stoppingToken));
                }
            }
        }
        catch (Exception) when (stoppingToken.IsCancellationRequested)
        {
            // Stopping; whatever the queue said last does not matter any more.
        }
        finally
        {
            // Every running search hands its job back first.
            await Task.WhenAll(running);
        }
    }

    private async Task<IReadOnlyList<MapSearchTicket>> ReceiveAsync(int max, CancellationToken stoppingToken)
    {
        while (true)
        {
            try
            {
                return await queue.ReceiveAsync(max, stoppingToken);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                LogTrouble(exception);
                await Task.Delay(PauseAfterTrouble, clock, stoppingToken);
            }
        }
    }

    private async Task RunAndFreePlaceAsync(MapSearchTicket ticket, SemaphoreSlim places, CancellationToken stoppingToken)
    {
        try
        {
            var first = _running.GetOrAdd(ticket.Key, ticket);
            if (first == ticket)
            {
                await RunAndForgetAsync(ticket, stoppingToken);
            }
            else if (_running.TryUpdate(ticket.Key, ticket, first))
            {
                // Should the old one still be good, it would come back and want to be extended, too.
                await queue.AcknowledgeAsync(first, CancellationToken.None);
            }
            else
            {
                await queue.ReturnAsync(ticket, TimeSpan.Zero, CancellationToken.None);
            }
        }
        catch (StoreUnavailableException exception)
        {
            LogAway(exception.Message);
        }
        catch (Exception exception)
        {
            LogRunTrouble(exception, ticket.Key.Id.Value);
        }
        finally
        {
            // The ticket comes back by itself when nobody extends it.
            places.Release();
        }
    }

    private async Task RunAndForgetAsync(MapSearchTicket ticket, CancellationToken stoppingToken)
    {
        try
        {
            await run.RunAsync(() => _running[ticket.Key], stoppingToken);
        }
        finally
        {
            _running.TryRemove(ticket.Key, out _);
        }
    }

    private void LogTrouble(Exception exception)
    {
        if (exception is StoreUnavailableException)
        {
            LogAway(exception.Message);
        }
        else
        {
            LogQueueTrouble(exception);
        }
    }

    [LoggerMessage(LogLevel.Warning, "Map searches wait: {Reason}")]
    private partial void LogAway(string reason);

    [LoggerMessage(LogLevel.Error, "The map search queue gives trouble")]
    private partial void LogQueueTrouble(Exception exception);

    [LoggerMessage(LogLevel.Error, "The run of map search {JobId} failed")]
    private partial void LogRunTrouble(Exception exception, Guid jobId);
}
