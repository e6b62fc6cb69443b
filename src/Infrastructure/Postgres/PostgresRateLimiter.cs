using Backend.Application.Ports;
using Backend.Domain.Common;
using Backend.Infrastructure.Security;
using static Backend.Infrastructure.Postgres.PostgresDatabase;

namespace Backend.Infrastructure.Postgres;

internal sealed class PostgresRateLimiter(PostgresDatabase database, RateLimitOptions options, TimeProvider clock) : IRateLimiter
{
    public async Task<RateLimitVerdict> TryTakeAsync(RateLimit limit, string key, CancellationToken cancellationToken)
    {
        if (options[limit] is not { } rule)
        {
            return RateLimitVerdict.Unlimited;
        }

        // The row's lock makes concurrent calls with one key take turns.
        var now = clock.GetUtcNow().ToWholeMilliseconds();
        var (isAllowed, oldest, counted) = (await database.WriteAsync(
            """
            insert into rate_limit_windows as w (limit_name, key, taken, was_allowed, expires_at, owner) values ($1, $2, array[$3::timestamptz], true, $3 + $4, $6)
            on conflict (limit_name, key) do update set
                was_allowed = (select count(*) from unnest(w.taken) t where t > $3 - $4) < $5,
                taken = (select coalesce(array_agg(t order by t), '{}') from unnest(w.taken) t where t > $3 - $4)
                    || case when (select count(*) from unnest(w.taken) t where t > $3 - $4) < $5 then array[$3::timestamptz] else '{}' end,
                expires_at = $3 + $4
            returning was_allowed, taken[1], cardinality(taken)
            """,
            static row => (row.GetBoolean(0), row.GetFieldValue<DateTimeOffset>(1), row.GetInt32(2)),
            cancellationToken,
            Value(limit.ToString()),
            Value(LimitKey.Hash(key)),
            Value(now),
            Value(rule.Window),
            Value(rule.Calls),
            Value(LimitKey.Hash(LimitKey.OwnerOf(key))))).Single();
        return RateLimitVerdict.Of(isAllowed, rule.Calls, rule.Window, counted, oldest + rule.Window - now);
    }

    public Task ForgetAsync(string owner, CancellationToken cancellationToken) =>
        database.WriteAsync("delete from rate_limit_windows where owner = $1", cancellationToken, Value(LimitKey.Hash(owner)));
}
