using System.Globalization;
using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.MapSearches;
using static Backend.Infrastructure.Postgres.PostgresDatabase;

namespace Backend.Infrastructure.Postgres;

/// <summary>
/// The search rows are the queue: a search that is stored is due at once, so none can be lost between storing and
/// queueing. Deliveries are hints that the job store checks; one that a crash of the server undoes is made again, so
/// none of these statements waits for the disk. All times are the database's.
/// </summary>
internal sealed class PostgresMapSearchQueue(PostgresDatabase database, MapSearchBell bell, PostgresSettings settings, TimeProvider clock) : IMapSearchQueue
{
    /// <summary>Counting further would cost more than anybody's interest in the number.</summary>
    private const int LastKnownPlace = 999;

    private const string Relaxed = "with relaxed as (select set_config('synchronous_commit', 'off', true))";
    private const string IfLatest = "where user_id = $1 and id = $2 and delivery = $3 and is_delivered and due_at is not null";

    public TimeSpan Visibility { get; } = TimeSpan.FromSeconds(10);

    public async Task EnqueueAsync(MapSearchKey key, CancellationToken cancellationToken)
    {
        await database.WriteAsync(
            $"""
             {Relaxed} update map_searches set due_at = clock_timestamp(), is_delivered = false from relaxed
             where user_id = $1 and id = $2 and state = 'pending' and not is_delivered and (due_at is null or due_at > clock_timestamp())
             """,
            cancellationToken,
            Value(key.UserId.Value),
            Value(key.Id.Value));
        bell.Ring();
    }

    public async Task<IReadOnlyList<MapSearchTicket>> ReceiveAsync(int max, CancellationToken cancellationToken)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var rung = bell.NextRing;
            if (await TryReceiveAsync(max) is { Count: > 0 } tickets)
            {
                return tickets;
            }

            using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            await Task.WhenAny(rung, Task.Delay(await FindWaitAsync(cancellationToken), clock, waiting.Token));
            await waiting.CancelAsync();
        }
    }

    public Task ExtendAsync(MapSearchTicket ticket, CancellationToken cancellationToken) =>
        MoveAsync(ticket, $"{Relaxed} update map_searches set due_at = clock_timestamp() + $4 from relaxed {IfLatest}", Visibility, cancellationToken);

    public Task AcknowledgeAsync(MapSearchTicket ticket, CancellationToken cancellationToken) =>
        MoveAsync(ticket, $"{Relaxed} update map_searches set due_at = null, is_delivered = false from relaxed {IfLatest} and $4 is not null", TimeSpan.Zero, cancellationToken);

    /// <summary>
    /// The ticket of a search that a worker seems to run comes back when that worker's lease lapses, or a moment after now:
    /// a killed worker's ticket may come back just before its lease lapses, and nobody should wait for a whole lease again.
    /// </summary>
    public async Task ReturnAsync(MapSearchTicket ticket, TimeSpan delay, CancellationToken cancellationToken)
    {
        await MoveAsync(
            ticket,
            $"""
             {Relaxed} update map_searches set is_delivered = false,
                 due_at = least(clock_timestamp() + $4, case when state = 'processing' then greatest(lease_until, clock_timestamp() + interval '1 second') end)
             from relaxed {IfLatest}
             """,
            delay,
            cancellationToken);

        // Whoever waits has set his clock by when the ticket would have come back by itself.
        bell.Ring();
    }

    public async Task<int?> FindPlaceAsync(MapSearchKey key, CancellationToken cancellationToken)
    {
        var places = await database.ReadAsync(
            """
            select (select count(*) from (
                select 1 from map_searches other
                where other.due_at is not null and other.due_at < mine.due_at and not other.is_delivered order by other.due_at limit $3) earlier)
            from map_searches mine where user_id = $1 and id = $2 and due_at is not null and not is_delivered
            """,
            static row => row.GetInt64(0),
            cancellationToken,
            Value(key.UserId.Value),
            Value(key.Id.Value),
            Value(LastKnownPlace + 1));
        return places.Count == 0 || places[0] > LastKnownPlace ? null : (int)places[0];
    }

    /// <summary>Not to be cancelled half-way: nobody would know whether a ticket was taken.</summary>
    private Task<List<MapSearchTicket>> TryReceiveAsync(int max) =>
        database.WriteAsync(
            $"""
             {Relaxed}, next as (
                 select user_id, id from map_searches where due_at <= (select clock_timestamp())
                 order by due_at limit $2 for update skip locked)
             update map_searches s set due_at = clock_timestamp() + $1, delivery = s.delivery + 1, is_delivered = true
             from next, relaxed where s.user_id = next.user_id and s.id = next.id
             returning s.user_id, s.id, s.delivery
             """,
            static row => new MapSearchTicket(
                new MapSearchKey(new UserId(row.GetInt64(0)), new MapSearchId(row.GetGuid(1))),
                row.GetInt64(2).ToString(CultureInfo.InvariantCulture)),
            CancellationToken.None,
            Value(Visibility),
            Value(max));

    /// <summary>Until the next ticket is due, and no longer than the interval at which notifications are not relied upon.</summary>
    private async Task<TimeSpan> FindWaitAsync(CancellationToken cancellationToken)
    {
        var next = await database.ReadAsync(
            "select min(due_at) - clock_timestamp() from map_searches where due_at is not null",
            static row => row.IsDBNull(0) ? (TimeSpan?)null : row.GetTimeSpan(0),
            cancellationToken);
        var wait = next[0] is { } due && due < settings.PollInterval ? due : settings.PollInterval;
        return wait > TimeSpan.Zero ? TimeSpan.FromMilliseconds(Math.Ceiling(wait.TotalMilliseconds)) : TimeSpan.FromMilliseconds(1);
    }

    private Task<int> MoveAsync(MapSearchTicket ticket, string sql, TimeSpan duration, CancellationToken cancellationToken) =>
        database.WriteAsync(
            sql,
            cancellationToken,
            Value(ticket.Key.UserId.Value),
            Value(ticket.Key.Id.Value),
            Value(long.Parse(ticket.Receipt, CultureInfo.InvariantCulture)),
            Value(duration));
}
