using Backend.Application.Common.Messaging;
using Backend.Application.MapSearches;
using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.Common;
using Backend.Domain.MapSearches;
using Backend.Domain.Tracks;
using FluentValidation;

namespace Backend.Application.Leaderboards;

/// <summary>The records of one map that were driven within a period that ends now.</summary>
public sealed record ReadLatestRecordsQuery(UserId UserId, string? MapUid, string? Period) : IQuery<LatestRecords>;

/// <param name="Entries">In leaderboard order; may be empty.</param>
public sealed record LatestRecords(MapUid MapUid, IReadOnlyList<LeaderboardEntry> Entries);

internal sealed class ReadLatestRecordsValidator : AbstractValidator<ReadLatestRecordsQuery>
{
    public ReadLatestRecordsValidator()
    {
        RuleFor(q => q.MapUid).Must(u => MapUid.TryCreate(u, out _))
            .OverridePropertyName("mapUid")
            .WithMessage($"Please give the UID of a map: at most {MapUid.MaxLength} letters, digits, underscores and hyphens.");
        RuleFor(q => q.Period).Must(p => SearchPeriod.TryParse(p, out _))
            .OverridePropertyName("period")
            .WithMessage($"The period must be one of {string.Join(", ", SearchPeriod.All)}.");
    }
}

internal sealed class ReadLatestRecordsHandler(LeaderboardReader boards, IRateLimiter limiter, MapSearchOptions options, TimeProvider clock)
    : IQueryHandler<ReadLatestRecordsQuery, LatestRecords>
{
    public async Task<Result<LatestRecords>> Handle(ReadLatestRecordsQuery query, CancellationToken cancellationToken)
    {
        if (!MapUid.TryCreate(query.MapUid, out var uid) || !SearchPeriod.TryParse(query.Period, out var period))
        {
            throw new InvalidOperationException("The validator lets no such request through.");
        }

        var verdict = await limiter.TryTakeAsync(RateLimit.LatestRecords, query.UserId.ToString(), cancellationToken);
        if (verdict.Refusal is { } refusal)
        {
            return refusal;
        }

        var now = clock.GetUtcNow().ToWholeMilliseconds();
        var board = await boards.ReadAsync(uid, now - options.LeaderboardFreshness, cancellationToken);
        return board.IsSuccess ? new LatestRecords(uid, board.Value.DrivenSince(period.Before(now))) : board.Error;
    }
}
