using Backend.Application.Ports;
using Backend.Infrastructure.Selection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Backend.Infrastructure.Aws;

/// <summary>Before anything else runs: waits for AWS, and stops the start when a table or queue is missing or is not as this version needs it.</summary>
internal sealed partial class AwsStart(AwsProvisioning provisioning, AwsNeeds needs, AwsSettings settings, TimeProvider clock, ILogger<AwsStart> logger) : IHostedLifecycleService
{
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);

    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        var started = clock.GetTimestamp();
        while (true)
        {
            try
            {
                if (await provisioning.CheckAsync(needs, cancellationToken) is { Count: > 0 } problems)
                {
                    throw new ConfigurationException(problems);
                }

                return;
            }
            catch (StoreUnavailableException exception) when (clock.GetElapsedTime(started) + s_pause <= settings.StartTimeout)
            {
                LogWaiting(exception.Message);
                await Task.Delay(s_pause, clock, cancellationToken);
            }
            catch (StoreUnavailableException exception)
            {
                throw new ConfigurationException([$"{exception.Message.TrimEnd('.')}; waited {settings.StartTimeout.TotalSeconds:0} s (Aws:StartTimeout)."]);
            }
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(LogLevel.Warning, "Waiting: {Reason}")]
    private partial void LogWaiting(string reason);
}
