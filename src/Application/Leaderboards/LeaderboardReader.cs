using System.Diagnostics.CodeAnalysis;
using Backend.Application.Ports;
using Backend.Domain.Common;
using Backend.Domain.Tracks;

namespace Backend.Application.Leaderboards;

/// <summary>
/// Reads leaderboards so that upstream is asked as rarely as possible: from the cache when what it holds is recent
/// enough, else from upstream, where all who want the same board at the same time share one call. The call goes on
/// while anybody waits for it and is cancelled when nobody does.
/// </summary>
internal sealed class LeaderboardReader(ILeaderboardSource source, ILeaderboardCache cache)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<MapUid, Flight> _flights = [];

    /// <param name="notBefore">A board read earlier than this is not good enough.</param>
    public async Task<Result<Leaderboard>> ReadAsync(MapUid mapUid, DateTimeOffset notBefore, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (await FindCachedAsync(mapUid, notBefore, cancellationToken) is { } cached)
            {
                return cached;
            }

            var flight = Join(mapUid, notBefore);
            try
            {
                var board = await flight.Task.WaitAsync(cancellationToken);

                // A flight begun by a caller content with an older board may bring one from the cache.
                if (!board.IsSuccess || board.Value.ReadAt >= notBefore)
                {
                    return board;
                }
            }
            finally
            {
                Leave(flight);
            }
        }
    }

    private Flight Join(MapUid mapUid, DateTimeOffset notBefore)
    {
        lock (_lock)
        {
            if (!_flights.TryGetValue(mapUid, out var flight))
            {
                flight = new Flight(mapUid);
                _flights.Add(mapUid, flight);
                flight.Task = Task.Run(() => FlyAsync(flight, notBefore), CancellationToken.None);
            }

            flight.Waiting++;
            return flight;
        }
    }

    private void Leave(Flight flight)
    {
        lock (_lock)
        {
            if (--flight.Waiting == 0)
            {
                flight.Abandon();
                Remove(flight);
            }
        }
    }

    private async Task<Result<Leaderboard>> FlyAsync(Flight flight, DateTimeOffset notBefore)
    {
        try
        {
            // The previous flight may have landed between the caller's look into the cache and its joining.
            if (await FindCachedAsync(flight.MapUid, notBefore, flight.Abandoned) is { } cached)
            {
                return cached;
            }

            var board = await source.ReadAsync(flight.MapUid, flight.Abandoned);
            if (board.IsSuccess)
            {
                await cache.SaveAsync(board.Value, flight.Abandoned);
            }

            return board;
        }
        finally
        {
            lock (_lock)
            {
                Remove(flight);
            }
        }
    }

    private void Remove(Flight flight)
    {
        if (_flights.TryGetValue(flight.MapUid, out var current) && current == flight)
        {
            _flights.Remove(flight.MapUid);
        }
    }

    private async Task<Leaderboard?> FindCachedAsync(MapUid mapUid, DateTimeOffset notBefore, CancellationToken cancellationToken) =>
        await cache.FindAsync(mapUid, cancellationToken) is { } board && board.ReadAt >= notBefore ? board : null;

    [SuppressMessage("Design", "CA1001", Justification = "Without a timer the source holds nothing to release, and the flight may outlive its last waiter.")]
    private sealed class Flight(MapUid mapUid)
    {
        private readonly CancellationTokenSource _abandoned = new();

        public MapUid MapUid { get; } = mapUid;

        public Task<Result<Leaderboard>> Task { get; set; } = null!;

        public int Waiting { get; set; }

        public CancellationToken Abandoned => _abandoned.Token;

        public void Abandon() => _abandoned.Cancel();
    }
}
