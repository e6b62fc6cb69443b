using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Backend.Infrastructure.Postgres;

/// <summary>
/// Wakes those who wait for work, in this process at once and in the others by a notification. A burst of rings makes
/// few notifications, none of them inside a transaction of somebody's request. A notification may get lost: whoever waits
/// also looks from time to time. Behind a pooler nothing can be listened to, and looking is all there is.
/// </summary>
internal sealed partial class MapSearchBell(NpgsqlDataSource source, PostgresSettings settings, TimeProvider clock, ILogger<MapSearchBell> logger) : BackgroundService
{
    private const string Channel = "map_searches";

    private static readonly TimeSpan s_quietAfterNotification = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan s_pauseAfterTrouble = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _toNotify = new(0, 1);
    private TaskCompletionSource _ring = NewRing();
    private bool _isStopped;

    /// <summary>Completes at the next ring. To be taken before looking for work, or a ring in between is missed.</summary>
    public Task NextRing => Volatile.Read(ref _ring).Task;

    public void Ring()
    {
        RingHere();
        if (!settings.IsPooled)
        {
            AskToNotify();
        }
    }

    /// <summary>What was rung last, often by searches that are handed back, is still said to the others.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);

        // A host may be stopped again when it is disposed, and everything here with it.
        if (!_isStopped && _toNotify.CurrentCount > 0)
        {
            try
            {
                await SendAsync(cancellationToken);
            }
            catch (Exception exception) when (PostgresFailures.IsUnavailable(exception))
            {
                LogTrouble(exception.Message);
            }
        }

        _isStopped = true;
    }

    public override void Dispose()
    {
        base.Dispose();
        _toNotify.Dispose();
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        settings.IsPooled ? Task.CompletedTask : Task.WhenAll(RepeatAsync(ListenAsync, stoppingToken), RepeatAsync(NotifyAsync, stoppingToken));

    private static TaskCompletionSource NewRing() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void AskToNotify()
    {
        try
        {
            _toNotify.Release();
        }
        catch (SemaphoreFullException)
        {
            // A notification is due already.
        }
    }

    private async Task SendAsync(CancellationToken cancellationToken)
    {
        await using var notify = source.CreateCommand("select pg_notify($1, '')");
        notify.Parameters.Add(PostgresDatabase.Value(Channel));
        await notify.ExecuteNonQueryAsync(cancellationToken);
    }

    private void RingHere() => Interlocked.Exchange(ref _ring, NewRing()).TrySetResult();

    private async Task RepeatAsync(Func<CancellationToken, Task> work, CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await work(stoppingToken);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                LogTrouble(exception.Message);
                await Task.Delay(s_pauseAfterTrouble, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (Exception)
            {
                return;
            }
        }
    }

    private async Task ListenAsync(CancellationToken stoppingToken)
    {
        // Not from the pool: a listening connection is held for good, however small the pool is.
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(settings.ConnectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(stoppingToken);
        connection.Notification += (_, _) => RingHere();
        await using (var listen = new NpgsqlCommand($"listen {Channel}", connection))
        {
            await listen.ExecuteNonQueryAsync(stoppingToken);
        }

        // What was rung while nobody listened.
        RingHere();
        while (true)
        {
            await connection.WaitAsync(stoppingToken);
        }
    }

    private async Task NotifyAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            await _toNotify.WaitAsync(stoppingToken);
            try
            {
                await SendAsync(stoppingToken);
            }
            catch
            {
                AskToNotify();
                throw;
            }

            await Task.Delay(s_quietAfterNotification, clock, stoppingToken);
        }
    }

    [LoggerMessage(LogLevel.Warning, "Notifications of waiting work do not come through, it is looked for from time to time: {Reason}")]
    private partial void LogTrouble(string reason);
}
