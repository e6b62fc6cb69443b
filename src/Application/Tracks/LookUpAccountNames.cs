using Backend.Application.Common.Messaging;
using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.Common;
using Backend.Domain.Tracks;
using FluentValidation;

namespace Backend.Application.Tracks;

/// <param name="AccountIds">Null for none.</param>
public sealed record LookUpAccountNamesQuery(UserId UserId, IReadOnlyList<string?>? AccountIds) : IQuery<IReadOnlyDictionary<string, string>>;

internal sealed class LookUpAccountNamesValidator : AbstractValidator<LookUpAccountNamesQuery>
{
    private const int MaxIds = 500;

    public LookUpAccountNamesValidator() =>
        RuleFor(q => q.AccountIds).Must(ids => ids is null || ids.Count <= MaxIds)
            .OverridePropertyName("accountIds").WithMessage($"Please give at most {MaxIds} account ids.");
}

internal sealed class LookUpAccountNamesHandler(IPlayerNames names, IRateLimiter limiter) : IQueryHandler<LookUpAccountNamesQuery, IReadOnlyDictionary<string, string>>
{
    public async Task<Result<IReadOnlyDictionary<string, string>>> Handle(LookUpAccountNamesQuery query, CancellationToken cancellationToken)
    {
        var verdict = await limiter.TryTakeAsync(RateLimit.AccountNames, query.UserId.ToString(), cancellationToken);
        if (verdict.Refusal is { } refusal)
        {
            return refusal;
        }

        // Clients find a name under the id as they wrote it; one account may be written in several ways.
        var asked = new Dictionary<string, AccountId>(StringComparer.Ordinal);
        foreach (var text in query.AccountIds ?? [])
        {
            if (Guid.TryParseExact(text, "D", out var id))
            {
                asked[text] = new AccountId(id);
            }
        }

        var known = new Dictionary<AccountId, string>();
        foreach (var batch in asked.Values.Distinct().Chunk(IPlayerNames.MaxBatch))
        {
            var resolved = await names.ResolveAsync(batch, cancellationToken);
            if (!resolved.IsSuccess)
            {
                return resolved.Error;
            }

            foreach (var (account, name) in resolved.Value)
            {
                known[account] = name;
            }
        }

        return asked.Where(a => known.ContainsKey(a.Value)).ToDictionary(a => a.Key, a => known[a.Value], StringComparer.Ordinal);
    }
}
