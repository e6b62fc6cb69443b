using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.Common;
using Backend.Domain.DriverNotifications;
using Backend.Domain.Tracks;
using Npgsql;
using static Backend.Infrastructure.Postgres.PostgresDatabase;

namespace Backend.Infrastructure.Postgres;

internal sealed class PostgresDriverNotificationStore(PostgresDatabase database) : IDriverNotificationStore
{
    internal const string Columns = "id, user_id, account_id, map_uid, map_name, current_position, personal_best, status, created_at, last_checked";

    public async Task<AddDriverNotificationOutcome> AddAsync(NewDriverNotification notification, int maxPerUser, CancellationToken cancellationToken)
    {
        var (status, stored) = (await database.WriteAloneAsync(
            AdvisoryLock.OfUser(AdvisoryLock.DriverNotifications, notification.UserId),
            $"""
             with own as (select count(*) as all, count(*) filter (where map_uid = $3) as same from driver_notifications where user_id = $1),
             added as (
                 insert into driver_notifications (user_id, account_id, map_uid, map_name, current_position, personal_best, status, created_at, updated_at, last_checked)
                 select u.id, $2, $3, $4, $5, $6, 'active', $7, $7, $7 from users u, own where u.id = $1 and own.same = 0 and own.all < $8 for key share of u
                 returning {Columns})
             select case when added.id is not null then 'added' when own.same > 0 then 'exists' when own.all >= $8 then 'full' else 'gone' end, added.*
             from own left join added on true
             """,
            static row => (row.GetString(0), row.IsDBNull(1) ? null : Read(row, 1)),
            cancellationToken,
            Value(notification.UserId.Value),
            Value(notification.AccountId.Value),
            Value(notification.MapUid.Value),
            Value(notification.MapName),
            Value(notification.Position),
            Value(notification.PersonalBest.IsSecret ? (long?)null : notification.PersonalBest.Milliseconds),
            Value(notification.CreatedAt.ToWholeMilliseconds()),
            Value((long)maxPerUser))).Single();
        return new AddDriverNotificationOutcome(
            status switch
            {
                "added" => AddDriverNotificationStatus.Added,
                "exists" => AddDriverNotificationStatus.Exists,
                "full" => AddDriverNotificationStatus.Full,
                _ => AddDriverNotificationStatus.NoSuchUser,
            },
            stored);
    }

    public async Task<IReadOnlyList<DriverNotification>> ListAsync(UserId userId, CancellationToken cancellationToken) => await database.ReadAsync(
        $"select {Columns} from driver_notifications where user_id = $1 order by created_at desc, id desc", static row => Read(row, 0), cancellationToken, Value(userId.Value));

    public async Task<bool> RemoveAsync(UserId userId, DriverNotificationId id, CancellationToken cancellationToken) =>
        await database.WriteAsync("delete from driver_notifications where user_id = $1 and id = $2", cancellationToken, Value(userId.Value), Value(id.Value)) > 0;

    public async Task<IReadOnlyDictionary<UserId, int>> CountOfAsync(IReadOnlyCollection<UserId> userIds, CancellationToken cancellationToken) =>
        (await database.ReadAsync(
            "select user_id, count(*)::int from driver_notifications where user_id = any($1) group by user_id",
            static row => (UserId: new UserId(row.GetInt64(0)), Count: row.GetInt32(1)),
            cancellationToken,
            Value(userIds.Select(id => id.Value).ToArray()))).ToDictionary(of => of.UserId, of => of.Count);

    public async Task<long> CountAsync(CancellationToken cancellationToken) =>
        (await database.ReadAsync("select count(*) from driver_notifications", static row => row.GetInt64(0), cancellationToken)).Single();

    internal static DriverNotification Read(NpgsqlDataReader row, int from) => new(
        new DriverNotificationId(row.GetInt64(from)),
        new UserId(row.GetInt64(from + 1)),
        row.IsDBNull(from + 2) ? null : new AccountId(row.GetGuid(from + 2)),
        MapUid.TryCreate(row.GetString(from + 3), out var uid) ? uid : throw new InvalidOperationException($"The stored driver notification {row.GetInt64(from)} has a map UID that no map has."),
        row.GetString(from + 4),
        row.GetInt32(from + 5),
        row.IsDBNull(from + 6) ? RecordTime.Secret : RecordTime.FromMilliseconds(row.GetInt64(from + 6)),
        row.GetString(from + 7) == DriverNotificationStatus.Active.ToWord() ? DriverNotificationStatus.Active : DriverNotificationStatus.Inactive,
        row.GetFieldValue<DateTimeOffset>(from + 8),
        row.IsDBNull(from + 9) ? null : row.GetFieldValue<DateTimeOffset>(from + 9));
}
