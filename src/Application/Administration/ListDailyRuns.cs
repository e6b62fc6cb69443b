using Backend.Application.Common.Messaging;
using Backend.Application.Ports;
using Backend.Domain.Common;
using Backend.Domain.DailyRuns;

namespace Backend.Application.Administration;

/// <summary>The last daily runs, and the mails of theirs that have not been sent.</summary>
public sealed record ListDailyRunsQuery() : IQuery<DailyRunOverview>;

/// <param name="Runs">Newest first.</param>
/// <param name="Unsent">Newest run first; at most <see cref="MaxUnsent"/>.</param>
public sealed record DailyRunOverview(IReadOnlyList<DailyRun> Runs, IReadOnlyList<UnsentEmail> Unsent)
{
    public const int MaxRuns = 30;
    public const int MaxUnsent = 500;
}

internal sealed class ListDailyRunsHandler(IDailyRunStore runs, IDailyEmailStore emails) : IQueryHandler<ListDailyRunsQuery, DailyRunOverview>
{
    public async Task<Result<DailyRunOverview>> Handle(ListDailyRunsQuery query, CancellationToken cancellationToken)
    {
        var last = await runs.ListAsync(DailyRunOverview.MaxRuns, cancellationToken);
        return new DailyRunOverview(last, last.Count == 0 ? [] : await emails.ListUnsentAsync(last[^1].Date, DailyRunOverview.MaxUnsent, cancellationToken));
    }
}
