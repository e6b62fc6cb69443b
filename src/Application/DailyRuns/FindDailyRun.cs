using Backend.Application.Common.Messaging;
using Backend.Application.Ports;
using Backend.Domain.Common;
using Backend.Domain.DailyRuns;

namespace Backend.Application.DailyRuns;

/// <summary>How far a run is.</summary>
/// <param name="Date">Null for the latest run.</param>
public sealed record FindDailyRunQuery(DateOnly? Date) : IQuery<DailyRun>;

internal sealed class FindDailyRunHandler(IDailyRunStore runs) : IQueryHandler<FindDailyRunQuery, DailyRun>
{
    public async Task<Result<DailyRun>> Handle(FindDailyRunQuery query, CancellationToken cancellationToken)
    {
        var run = query.Date is { } date ? await runs.FindAsync(date, cancellationToken) : (await runs.ListAsync(1, cancellationToken)).SingleOrDefault();
        return run is null ? DailyRunErrors.NotFound : run;
    }
}
