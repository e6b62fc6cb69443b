using Backend.Application.Ports;
using Backend.Infrastructure.Trackmania;
using static Backend.Infrastructure.Postgres.PostgresDatabase;

namespace Backend.Infrastructure.Postgres;

/// <summary>One row a host, on the database's clock. Of each process only the head of its line asks; whoever is first when the slot is due takes it.</summary>
internal sealed class PostgresUpstreamBudget : IUpstreamBudget
{
    /// <summary>An interactive caller keeps the next slot from nightly ones of other processes for this long after it is due, which is ample for asking again.</summary>
    private static readonly TimeSpan s_precedence = TimeSpan.FromMilliseconds(250);

    private readonly PostgresDatabase _database;
    private readonly Dictionary<UpstreamHost, SlotLine> _lines;

    public PostgresUpstreamBudget(PostgresDatabase database, TrackmaniaOptions options, TimeProvider time)
    {
        _database = database;
        _lines = Enum.GetValues<UpstreamHost>().ToDictionary(
            host => host,
            host => new SlotLine((priority, cancellationToken) => TryTakeAsync(host, priority, options.SpacingOf(host), cancellationToken), time));
    }

    public Task TakeSlotAsync(UpstreamHost host, UpstreamPriority priority, CancellationToken cancellationToken) => _lines[host].TakeAsync(priority, cancellationToken);

    public Task PauseAsync(UpstreamHost host, TimeSpan duration, CancellationToken cancellationToken) =>
        _database.WriteAsync(
            """
            insert into upstream_slots as s (host, next_at, interactive_until) values ($1, clock_timestamp() + $2, clock_timestamp())
            on conflict (host) do update set next_at = greatest(s.next_at, clock_timestamp() + $2)
            """,
            cancellationToken,
            Value(host.ToString()),
            Value(duration < TimeSpan.Zero ? TimeSpan.Zero : duration));

    private async ValueTask<TimeSpan> TryTakeAsync(UpstreamHost host, UpstreamPriority priority, TimeSpan spacing, CancellationToken cancellationToken)
    {
        while (true)
        {
            // Not to be cancelled half-way: nobody would know whether the slot was taken.
            // Losing the last slots in a crash of the server would cost a moment's pace and nothing else, so nobody waits for the disk.
            var taken = await _database.WriteAsync(
                """
                with relaxed as (select set_config('synchronous_commit', 'off', true))
                update upstream_slots set next_at = clock_timestamp() + $2
                from relaxed
                where host = $1 and next_at <= clock_timestamp() and ($3 or interactive_until <= clock_timestamp())
                """,
                CancellationToken.None,
                Value(host.ToString()),
                Value(spacing),
                Value(priority != UpstreamPriority.Nightly));
            if (taken > 0)
            {
                return TimeSpan.Zero;
            }

            // None: the slot has become due in between.
            if (await AskWhenAsync(host, priority, cancellationToken) is var wait && wait > TimeSpan.Zero)
            {
                return wait;
            }
        }
    }

    private async Task<TimeSpan> AskWhenAsync(UpstreamHost host, UpstreamPriority priority, CancellationToken cancellationToken)
    {
        var waits = await _database.WriteAsync(
            priority != UpstreamPriority.Nightly
                ? """
                  with relaxed as (select set_config('synchronous_commit', 'off', true))
                  insert into upstream_slots as s (host, next_at, interactive_until) select $1, clock_timestamp(), clock_timestamp() from relaxed
                  on conflict (host) do update set interactive_until = greatest(s.interactive_until, s.next_at + $2)
                  returning next_at - clock_timestamp()
                  """
                : """
                  insert into upstream_slots as s (host, next_at, interactive_until) values ($1, clock_timestamp(), clock_timestamp() - $2)
                  on conflict (host) do update set host = excluded.host
                  returning greatest(next_at, interactive_until) - clock_timestamp()
                  """,
            static row => row.GetTimeSpan(0),
            cancellationToken,
            Value(host.ToString()),
            Value(s_precedence));
        return waits[0];
    }
}
