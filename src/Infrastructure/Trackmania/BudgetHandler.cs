using Backend.Application.Ports;
using Microsoft.Extensions.Logging;

namespace Backend.Infrastructure.Trackmania;

/// <summary>Every attempt waits for its slot, and an answer that asks for quiet quiets all callers of the host.</summary>
internal sealed class BudgetHandler(UpstreamService service, UpstreamPriority priority, IUpstreamBudget budget, TimeProvider time, ILogger<BudgetHandler> logger) : DelegatingHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        await budget.TakeSlotAsync(service.Host, priority, cancellationToken);
        Attempts.Begin(request, time.GetUtcNow());
        var response = await base.SendAsync(request, cancellationToken);
        var attempt = Attempts.Count(request);
        if (QuietTime.AskedBy(response, attempt, time) is { } pause)
        {
            UpstreamLog.Paused(logger, service.Name, (int)response.StatusCode, attempt, pause.TotalSeconds);
            await budget.PauseAsync(service.Host, pause, cancellationToken);
        }

        return response;
    }
}
