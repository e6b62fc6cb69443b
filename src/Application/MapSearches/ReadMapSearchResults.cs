using Backend.Application.Common.Messaging;
using Backend.Application.Ports;
using Backend.Domain.Common;
using Backend.Domain.MapSearches;

namespace Backend.Application.MapSearches;

/// <param name="After">Only rows with a larger index; -1 for all.</param>
public sealed record ReadMapSearchResultsQuery(MapSearchKey Key, int After) : IQuery<MapSearchResults>;

/// <param name="Job">As it was before the rows were read, so that rows are never missing from a job that is called complete.</param>
/// <param name="Rows">In order, with the display names known so far; read while it is enumerated, never held as a whole.</param>
public sealed record MapSearchResults(MapSearchJob Job, IAsyncEnumerable<NamedMapSearchRow> Rows);

internal sealed class ReadMapSearchResultsHandler(IMapSearchJobStore jobs) : IQueryHandler<ReadMapSearchResultsQuery, MapSearchResults>
{
    public async Task<Result<MapSearchResults>> Handle(ReadMapSearchResultsQuery query, CancellationToken cancellationToken)
    {
        var job = await jobs.FindAsync(query.Key, cancellationToken);
        return job is null ? MapSearchErrors.NotFound : new MapSearchResults(job, jobs.ReadRowsAsync(query.Key, query.After, cancellationToken));
    }
}
