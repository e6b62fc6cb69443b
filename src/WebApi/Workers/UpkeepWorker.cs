using Backend.Application.Maintenance;
using MediatR;

namespace Backend.WebApi.Workers;

/// <summary>Has the stores kept up once a minute; where a schedule from outside does so, this does not run.</summary>
internal sealed class UpkeepWorker(IMediator mediator, TimeProvider clock) : BackgroundService
{
    private static readonly TimeSpan s_interval = TimeSpan.FromMinutes(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(s_interval, clock);
        try
        {
            do
            {
                await mediator.Send(new KeepUpCommand(), stoppingToken);
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The next start goes on.
        }
    }
}
