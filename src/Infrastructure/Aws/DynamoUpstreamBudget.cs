using Backend.Application.Ports;
using Backend.Infrastructure.Trackmania;
using static Backend.Infrastructure.Aws.DynamoItem;

namespace Backend.Infrastructure.Aws;

/// <summary>
/// One item a host: when its next slot is due, on the clocks of the instances, which must agree. The head of each process's line takes
/// the slot if it is due, else reserves the next one, up to two seconds ahead, so that instances take turns instead of racing;
/// nightly work reserves nothing and so gets only slots that nobody else wants.
/// </summary>
internal sealed class DynamoUpstreamBudget : IUpstreamBudget
{
    private const string Sort = "slots";

    private static readonly TimeSpan s_horizon = TimeSpan.FromSeconds(2);

    /// <summary>A reservation that is used later than this would come too close to the one behind it.</summary>
    private static readonly TimeSpan s_tolerance = TimeSpan.FromMilliseconds(20);

    /// <summary>While the next slot is too far ahead to be reserved.</summary>
    private static readonly TimeSpan s_askAgain = TimeSpan.FromMilliseconds(100);

    private readonly DynamoDatabase _database;
    private readonly TimeProvider _time;
    private readonly string _table;
    private readonly Dictionary<UpstreamHost, Slots> _hosts;

    public DynamoUpstreamBudget(DynamoDatabase database, AwsSettings settings, TrackmaniaOptions options, TimeProvider time)
    {
        (_database, _time, _table) = (database, time, settings.NameOf(AwsSchema.UpstreamBudget));
        _hosts = Enum.GetValues<UpstreamHost>().ToDictionary(host => host, host => new Slots(this, host, options.SpacingOf(host)));
    }

    public Task TakeSlotAsync(UpstreamHost host, UpstreamPriority priority, CancellationToken cancellationToken) => _hosts[host].Line.TakeAsync(priority, cancellationToken);

    public async Task PauseAsync(UpstreamHost host, TimeSpan duration, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var until = NowInMilliseconds() + Math.Max(0, (long)Math.Ceiling(duration.TotalMilliseconds));
        await _database.TryUpdateAsync(
            _table,
            host.ToString(),
            Sort,
            set: "paused_until = :until, #ttl = :ttl",
            remove: string.Empty,
            condition: "attribute_not_exists(paused_until) or paused_until < :until",
            new Values { [":until"] = Number(until), [":ttl"] = Deletion(DateTimeOffset.FromUnixTimeMilliseconds(until) + TimeSpan.FromDays(1)) },
            CancellationToken.None,
            new Names { ["#ttl"] = AwsSchema.TimeToLive });
    }

    private long NowInMilliseconds() => _time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Used by the head of the line only, so by one at a time.</summary>
    private sealed class Slots
    {
        private readonly DynamoUpstreamBudget _budget;
        private readonly UpstreamHost _host;
        private readonly TimeSpan _spacing;
        private readonly long _step;

        /// <summary>Of this process; it outlives a waiter who gives up, for the next one.</summary>
        private long? _reserved;
        private long? _grantedAt;

        private readonly LeaseWatch<UpstreamHost> _unmoved;

        public Slots(DynamoUpstreamBudget budget, UpstreamHost host, TimeSpan spacing)
        {
            (_budget, _host, _spacing, _step) = (budget, host, spacing, (long)Math.Ceiling(spacing.TotalMilliseconds));
            _unmoved = new LeaseWatch<UpstreamHost>(spacing, budget._time);
            Line = new SlotLine(TryTakeAsync, budget._time);
        }

        public SlotLine Line { get; }

        private async ValueTask<TimeSpan> TryTakeAsync(UpstreamPriority priority, CancellationToken cancellationToken)
        {
            while (true)
            {
                if (_reserved - _budget.NowInMilliseconds() is { } early and > 0)
                {
                    return TimeSpan.FromMilliseconds(early);
                }

                // Not to be cancelled half-way: nobody would know whether the slot was taken.
                cancellationToken.ThrowIfCancellationRequested();
                var item = await _budget._database.FindAsync(_budget._table, _host.ToString(), Sort, CancellationToken.None);
                var now = _budget.NowInMilliseconds();
                var reserved = _reserved;
                _reserved = null;
                if (item?.NumberOrNull("paused_until") - now is { } quiet and > 0)
                {
                    return TimeSpan.FromMilliseconds(quiet);
                }

                var next = item?.NumberOrNull("next_at");
                if (reserved is { } mine)
                {
                    // Behind a late slot the next one moves back, unless another instance has reserved it; then the late one is lost.
                    if (now - mine <= s_tolerance.TotalMilliseconds || (next == mine + _step && await TryMoveAsync(next, now + _step)))
                    {
                        return Grant();
                    }

                    continue;
                }

                var earliest = Math.Max(next ?? now, now + LeftOfOwnSpacing());
                if (earliest - now > s_horizon.TotalMilliseconds + _step && _unmoved.HasLapsed(_host, new LeaseNumber(next ?? 0, 0)))
                {
                    // Nobody reserves so far ahead: the clock of the last taker is wrong, and it takes no more.
                    earliest = now;
                }

                if (earliest <= now)
                {
                    if (await TryMoveAsync(next, now + _step))
                    {
                        return Grant();
                    }

                    continue;
                }

                var wait = TimeSpan.FromMilliseconds(earliest - now);
                if (priority == UpstreamPriority.Nightly || wait > s_horizon)
                {
                    return wait < s_askAgain ? wait : s_askAgain;
                }

                if (await TryMoveAsync(next, earliest + _step))
                {
                    _reserved = earliest;
                }
            }
        }

        private long LeftOfOwnSpacing() =>
            _grantedAt is { } granted ? Math.Max(0, (long)Math.Ceiling((_spacing - _budget._time.GetElapsedTime(granted)).TotalMilliseconds)) : 0;

        private TimeSpan Grant()
        {
            _grantedAt = _budget._time.GetTimestamp();
            return TimeSpan.Zero;
        }

        /// <summary>False when another instance was quicker.</summary>
        private async Task<bool> TryMoveAsync(long? from, long to)
        {
            var values = new Values { [":to"] = Number(to), [":ttl"] = Deletion(DateTimeOffset.FromUnixTimeMilliseconds(to) + TimeSpan.FromDays(1)) };
            if (from is { } seen)
            {
                values[":from"] = Number(seen);
            }

            return (await _budget._database.TryUpdateAsync(
                _budget._table,
                _host.ToString(),
                Sort,
                set: "next_at = :to, #ttl = :ttl",
                remove: string.Empty,
                condition: from is null ? "attribute_not_exists(next_at)" : "next_at = :from",
                values,
                CancellationToken.None,
                new Names { ["#ttl"] = AwsSchema.TimeToLive })).IsDone;
        }
    }
}
