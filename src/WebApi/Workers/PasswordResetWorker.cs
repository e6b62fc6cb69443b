using Backend.Application.PasswordResets;
using MediatR;

namespace Backend.WebApi.Workers;

/// <summary>Has mails for new passwords sent as they are wished for.</summary>
internal sealed class PasswordResetWorker(IMediator mediator, TimeProvider clock, ILogger<PasswordResetWorker> logger)
    : PeriodicWorker("Mails for new passwords", TimeSpan.FromSeconds(1), mediator, clock, logger)
{
    protected override Task SendAsync(IMediator mediator, CancellationToken cancellationToken) => mediator.Send(new SendPasswordResetsCommand(), cancellationToken);
}
