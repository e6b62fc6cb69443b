using Backend.Application.Common.Messaging;
using Backend.Application.Ports;
using Backend.Domain.Common;
using Microsoft.Extensions.Logging;

namespace Backend.Application.Maintenance;

/// <summary>Sent about once a minute, by a timer or a schedule.</summary>
public sealed record KeepUpCommand() : ICommand<KeepUpResult>, IPeriodic;

/// <param name="Failed">Stores whose round failed; the next one makes up for it.</param>
public sealed record KeepUpResult(int Done, int Failed);

internal sealed partial class KeepUpHandler(IEnumerable<IUpkeep> stores, ILogger<KeepUpHandler> logger) : ICommandHandler<KeepUpCommand, KeepUpResult>
{
    public async Task<Result<KeepUpResult>> Handle(KeepUpCommand command, CancellationToken cancellationToken)
    {
        var outcomes = await Task.WhenAll(stores.Select(store => TryAsync(store, cancellationToken)));
        return new KeepUpResult(outcomes.Count(done => done), outcomes.Count(done => !done));
    }

    /// <summary>No store must wait for another that is away.</summary>
    private async Task<bool> TryAsync(IUpkeep store, CancellationToken cancellationToken)
    {
        try
        {
            await store.RunAsync(cancellationToken);
            return true;
        }
        catch (StoreUnavailableException exception)
        {
            LogPutOff(exception.Message);
            return false;
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            LogFailed(exception, store.GetType().Name);
            return false;
        }
    }

    [LoggerMessage(LogLevel.Warning, "Upkeep is put off: {Reason}")]
    private partial void LogPutOff(string reason);

    [LoggerMessage(LogLevel.Error, "The upkeep of {Store} failed")]
    private partial void LogFailed(Exception exception, string store);
}
