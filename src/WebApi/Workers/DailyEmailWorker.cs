using Backend.Application.DailyEmails;
using MediatR;

namespace Backend.WebApi.Workers;

/// <summary>Has mails sent as they become due.</summary>
internal sealed class DailyEmailWorker(IMediator mediator, TimeProvider clock, ILogger<DailyEmailWorker> logger)
    : PeriodicWorker("Mails", TimeSpan.FromSeconds(1), mediator, clock, logger)
{
    protected override Task SendAsync(IMediator mediator, CancellationToken cancellationToken) => mediator.Send(new SendDailyEmailsCommand(), cancellationToken);
}
