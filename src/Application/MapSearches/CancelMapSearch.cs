using Backend.Application.Common.Messaging;
using Backend.Application.Ports;
using Backend.Domain.Common;
using Backend.Domain.MapSearches;

namespace Backend.Application.MapSearches;

public sealed record CancelMapSearchCommand(MapSearchKey Key) : ICommand<MapSearchJob>;

internal sealed class CancelMapSearchHandler(IMapSearchJobStore jobs) : ICommandHandler<CancelMapSearchCommand, MapSearchJob>
{
    public async Task<Result<MapSearchJob>> Handle(CancelMapSearchCommand command, CancellationToken cancellationToken) =>
        await jobs.CancelAsync(command.Key, cancellationToken) is { } job ? job : MapSearchErrors.NotFound;
}
