using Backend.Application.Alerts;
using MediatR;

namespace Backend.WebApi.Workers;

/// <summary>Has the maps of new and switched alerts counted, soon after.</summary>
internal sealed class MapCountWorker(IMediator mediator, TimeProvider clock, ILogger<MapCountWorker> logger)
    : PeriodicWorker("Counts of maps", TimeSpan.FromSeconds(1), mediator, clock, logger)
{
    protected override Task SendAsync(IMediator mediator, CancellationToken cancellationToken) => mediator.Send(new CountAlertMapsCommand(), cancellationToken);
}
