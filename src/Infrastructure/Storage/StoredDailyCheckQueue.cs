using Backend.Application.Ports;

namespace Backend.Infrastructure.Storage;

/// <summary>The checks themselves are the queue, wherever they are kept: whoever is free claims the next one that is due.</summary>
internal sealed class StoredDailyCheckQueue(IDailyRunStore runs, TimeProvider clock) : IDailyCheckQueue
{
    /// <summary>How often is looked for checks that other processes made, or that are due again.</summary>
    internal static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(2);

    private TaskCompletionSource _announced = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task AnnounceAsync(CancellationToken cancellationToken)
    {
        Interlocked.Exchange(ref _announced, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
        return Task.CompletedTask;
    }

    public async Task<DailyCheckDelivery> ReceiveAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var announced = Volatile.Read(ref _announced).Task;
            if (await runs.TryClaimAsync(cancellationToken) is { } check)
            {
                return new DailyCheckDelivery(check, Receipt: string.Empty);
            }

            using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            await Task.WhenAny(announced, Task.Delay(PollInterval, clock, enough.Token));
            cancellationToken.ThrowIfCancellationRequested();
            await enough.CancelAsync();
        }
    }

    public Task SettleAsync(DailyCheckDelivery delivery, TimeSpan? again, CancellationToken cancellationToken) => Task.CompletedTask;
}
