using Backend.Application.Common.Messaging;
using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.Common;
using Backend.Domain.MapSearches;

namespace Backend.Application.MapSearches;

public sealed record ListMapSearchesQuery(UserId UserId) : IQuery<IReadOnlyList<MapSearchJob>>;

internal sealed class ListMapSearchesHandler(IMapSearchJobStore jobs) : IQueryHandler<ListMapSearchesQuery, IReadOnlyList<MapSearchJob>>
{
    /// <summary>More than a user can have finished and unfinished by hand within the retention.</summary>
    public const int MaxListed = 100;

    public async Task<Result<IReadOnlyList<MapSearchJob>>> Handle(ListMapSearchesQuery query, CancellationToken cancellationToken) =>
        Result<IReadOnlyList<MapSearchJob>>.Success(await jobs.ListAsync(query.UserId, MaxListed, cancellationToken));
}
