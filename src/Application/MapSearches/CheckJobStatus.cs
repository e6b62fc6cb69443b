using Backend.Application.Common.Messaging;
using Backend.Application.Ports;
using Backend.Domain.Common;
using Backend.Domain.MapSearches;

namespace Backend.Application.MapSearches;

/// <param name="KnownVersion">The version that the caller has already; when it is still the current one, only the job row is read.</param>
public sealed record CheckJobStatusQuery(MapSearchKey Key, long? KnownVersion = null) : IQuery<JobStatus>;

/// <param name="IsKnown">The caller has this version already.</param>
/// <param name="QueuePlace">Searches that will be started before this one; null when it does not wait, or when nobody can tell.</param>
public sealed record JobStatus(MapSearchJob Job, bool IsKnown, int? QueuePlace);

internal sealed class CheckJobStatusHandler(IMapSearchJobStore jobs, IMapSearchQueue queue) : IQueryHandler<CheckJobStatusQuery, JobStatus>
{
    public async Task<Result<JobStatus>> Handle(CheckJobStatusQuery query, CancellationToken cancellationToken)
    {
        var job = await jobs.FindAsync(query.Key, cancellationToken);
        if (job is null)
        {
            return MapSearchErrors.NotFound;
        }

        if (job.Version == query.KnownVersion)
        {
            return new JobStatus(job, IsKnown: true, QueuePlace: null);
        }

        var place = job.State == MapSearchState.Pending ? await queue.FindPlaceAsync(job.Key, cancellationToken) : null;
        return new JobStatus(job, IsKnown: false, place);
    }
}
