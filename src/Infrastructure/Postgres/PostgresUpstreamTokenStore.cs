using Backend.Application.Ports;
using Backend.Domain.Common;
using Npgsql;
using static Backend.Infrastructure.Postgres.PostgresDatabase;

namespace Backend.Infrastructure.Postgres;

internal sealed class PostgresUpstreamTokenStore(PostgresDatabase database) : IUpstreamTokenStore
{
    public async Task<UpstreamToken?> FindAsync(UpstreamTokenKind kind, CancellationToken cancellationToken) =>
        (await database.ReadAsync(
            "select access_token, refresh_after, expires_at, refresh_token, refresh_expires_at from upstream_tokens where kind = $1 and access_token is not null",
            Map,
            cancellationToken,
            Value(kind.ToString()))).SingleOrDefault();

    public Task SaveAsync(UpstreamTokenKind kind, UpstreamToken token, CancellationToken cancellationToken) =>
        database.WriteAsync(
            """
            insert into upstream_tokens (kind, access_token, refresh_after, expires_at, refresh_token, refresh_expires_at) values ($1, $2, $3, $4, $5, $6)
            on conflict (kind) do update set access_token = excluded.access_token, refresh_after = excluded.refresh_after, expires_at = excluded.expires_at,
                refresh_token = excluded.refresh_token, refresh_expires_at = excluded.refresh_expires_at, renewing_until = null
            """,
            cancellationToken,
            Value(kind.ToString()),
            Value(token.AccessToken.Reveal()),
            Value(token.RefreshAfter),
            Value(token.ExpiresAt),
            Value(token.RefreshToken?.Reveal()),
            Value(token.RefreshExpiresAt));

    public async Task<long?> TryStartRenewalAsync(UpstreamTokenKind kind, CancellationToken cancellationToken)
    {
        var started = await database.WriteAsync(
            """
            insert into upstream_tokens as t (kind, renewal, renewing_until) values ($1, 1, clock_timestamp() + $2)
            on conflict (kind) do update set renewal = t.renewal + 1, renewing_until = clock_timestamp() + $2
                where t.renewing_until is null or t.renewing_until <= clock_timestamp()
            returning renewal
            """,
            static row => row.GetInt64(0),
            cancellationToken,
            Value(kind.ToString()),
            Value(IUpstreamTokenStore.RenewalLease));
        return started.Count == 0 ? null : started[0];
    }

    public Task EndRenewalAsync(UpstreamTokenKind kind, long renewal, CancellationToken cancellationToken) =>
        database.WriteAsync("update upstream_tokens set renewing_until = null where kind = $1 and renewal = $2", cancellationToken, Value(kind.ToString()), Value(renewal));

    private static UpstreamToken Map(NpgsqlDataReader row) => new(
        new Secret(row.GetString(0)),
        row.GetFieldValue<DateTimeOffset>(1),
        row.GetFieldValue<DateTimeOffset>(2),
        row.IsDBNull(3) ? null : new Secret(row.GetString(3)),
        row.IsDBNull(4) ? null : row.GetFieldValue<DateTimeOffset>(4));
}
