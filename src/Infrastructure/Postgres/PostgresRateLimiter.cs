using System.Runtime.InteropServices;
using System.Security.Cryptography;
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
            return new RateLimitVerdict(IsAllowed: true, TimeSpan.Zero);
        }

        // The row's lock makes concurrent calls with one key take turns.
        var now = clock.GetUtcNow().ToWholeMilliseconds();
        var (allowed, oldest) = (await database.WriteAsync(
            """
            insert into rate_limit_windows as w (limit_name, key, taken, was_allowed, expires_at) values ($1, $2, array[$3::timestamptz], true, $3 + $4)
            on conflict (limit_name, key) do update set
                was_allowed = (select count(*) from unnest(w.taken) t where t > $3 - $4) < $5,
                taken = (select coalesce(array_agg(t order by t), '{}') from unnest(w.taken) t where t > $3 - $4)
                    || case when (select count(*) from unnest(w.taken) t where t > $3 - $4) < $5 then array[$3::timestamptz] else '{}' end,
                expires_at = $3 + $4
            returning was_allowed, taken[1]
            """,
            static row => (row.GetBoolean(0), row.GetFieldValue<DateTimeOffset>(1)),
            cancellationToken,
            Value(limit.ToString()),
            Value(Hash(key)),
            Value(now),
            Value(rule.Window),
            Value(rule.Calls))).Single();
        return new RateLimitVerdict(allowed, allowed ? TimeSpan.Zero : oldest + rule.Window - now);
    }

    /// <summary>Of the characters as they are: a key may hold what no encoding can write.</summary>
    private static byte[] Hash(string key) => SHA256.HashData(MemoryMarshal.AsBytes(key.AsSpan()));
}
