using Backend.Application.Common.Messaging;
using Backend.Application.Ports;
using Backend.Domain.Common;
using Backend.Domain.MapSearches;
using Backend.Domain.Tracks;

namespace Backend.Application.MapSearches;

/// <param name="After">Only rows with a larger index; -1 for all.</param>
public sealed record ReadMapSearchResultsQuery(MapSearchKey Key, int After) : IQuery<MapSearchResults>;

/// <param name="Job">As it was before the rows were read, so that rows are never missing from a job that is called complete.</param>
/// <param name="Rows">In order; read while it is enumerated, never held as a whole.</param>
/// <param name="Names">Display names known so far.</param>
public sealed record MapSearchResults(MapSearchJob Job, IAsyncEnumerable<MapSearchRow> Rows, IReadOnlyDictionary<AccountId, string> Names);

internal sealed class ReadMapSearchResultsHandler(IMapSearchJobStore jobs) : IQueryHandler<ReadMapSearchResultsQuery, MapSearchResults>
{
    public async Task<Result<MapSearchResults>> Handle(ReadMapSearchResultsQuery query, CancellationToken cancellationToken)
    {
        var job = await jobs.FindAsync(query.Key, cancellationToken);
        if (job is null)
        {
            return MapSearchErrors.NotFound;
        }

        var names = await jobs.ReadNamesAsync(query.Key, cancellationToken);
        return new MapSearchResults(job, jobs.ReadRowsAsync(query.Key, query.After, cancellationToken), names);
    }
}
