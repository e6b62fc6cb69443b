using System.Text.Json;
using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.Tracks;
using Backend.Infrastructure.Storage;
using Npgsql;
using NpgsqlTypes;
using static Backend.Infrastructure.Postgres.PostgresDatabase;

namespace Backend.Infrastructure.Postgres;

internal sealed class PostgresLeaderboardCache(PostgresDatabase database, TimeProvider clock) : ILeaderboardCache
{
    public async Task<Leaderboard?> FindAsync(MapUid mapUid, CancellationToken cancellationToken) =>
        (await database.ReadAsync(
            "select read_at, entries from leaderboards where map_uid = $1 and saved_at > $2",
            row => new Leaderboard(mapUid, row.GetFieldValue<DateTimeOffset>(0), EntryDocument.Read(JsonSerializer.Deserialize(row.GetString(1), StoredJson.Default.EntryDocumentArray)!)),
            cancellationToken,
            Value(mapUid.Value),
            Value(Oldest()))).SingleOrDefault();

    public Task SaveAsync(Leaderboard leaderboard, CancellationToken cancellationToken) =>
        database.WriteAsync(
            """
            insert into leaderboards (map_uid, read_at, saved_at, entries) values ($1, $2, $3, $4)
            on conflict (map_uid) do update set read_at = excluded.read_at, saved_at = excluded.saved_at, entries = excluded.entries
            """,
            cancellationToken,
            Value(leaderboard.MapUid.Value),
            Value(leaderboard.ReadAt),
            Value(clock.GetUtcNow()),
            new NpgsqlParameter<string> { TypedValue = JsonSerializer.Serialize(EntryDocument.From(leaderboard.Entries), StoredJson.Default.EntryDocumentArray), NpgsqlDbType = NpgsqlDbType.Json });

    public async Task<MapperWalk?> FindWalkAsync(string mapper, CancellationToken cancellationToken) =>
        (await database.ReadAsync(
            "select started_at, last_read_at from mapper_walks where mapper_key = $1 and saved_at > $2",
            static row => new MapperWalk(row.GetFieldValue<DateTimeOffset>(0), row.GetFieldValue<DateTimeOffset>(1)),
            cancellationToken,
            Value(TextKey.Of(mapper)),
            Value(Oldest()))).SingleOrDefault();

    public Task SaveWalkAsync(string mapper, MapperWalk walk, CancellationToken cancellationToken) =>
        database.WriteAsync(
            """
            insert into mapper_walks (mapper_key, started_at, last_read_at, saved_at) values ($1, $2, $3, $4)
            on conflict (mapper_key) do update set started_at = excluded.started_at, last_read_at = excluded.last_read_at, saved_at = excluded.saved_at
            """,
            cancellationToken,
            Value(TextKey.Of(mapper)),
            Value(walk.StartedAt),
            Value(walk.LastReadAt),
            Value(clock.GetUtcNow()));

    private DateTimeOffset Oldest() => clock.GetUtcNow() - ILeaderboardCache.KeptFor;
}
