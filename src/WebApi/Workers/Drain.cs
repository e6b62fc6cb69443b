namespace Backend.WebApi.Workers;

/// <summary>
/// On the way down, keeps answering for a while during which the service calls itself not ready, so that a load balancer
/// sends new requests elsewhere before the listener closes.
/// </summary>
internal sealed class Drain(DrainOptions options, TimeProvider clock) : IHostedLifecycleService
{
    public Task StoppingAsync(CancellationToken cancellationToken) =>
        Task.Delay(options.Duration, clock, cancellationToken);

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}

/// <param name="Duration">Setting <c>Http:DrainTime</c>. Default none: a single server has nobody to send requests to.</param>
internal sealed record DrainOptions(TimeSpan Duration);
