using System.Collections.Concurrent;

namespace Backend.TrackmaniaSandbox;

/// <summary>
/// Makes things happen now, on top of the generated world and for this process only. Every method throws
/// <see cref="ArgumentException"/> when the map, account or mapper does not exist.
/// </summary>
public sealed class ScenarioDriver
{
    private readonly SandboxWorld _world;
    private readonly TimeProvider _clock;
    private readonly ConcurrentQueue<string> _uploadsDuringPaging = new();

    internal ScenarioDriver(SandboxWorld world, TimeProvider clock)
    {
        _world = world;
        _clock = clock;
    }

    /// <summary>A player who was not on the board drives a first record.</summary>
    /// <param name="mapUid">The map.</param>
    /// <param name="score">Milliseconds; without it, one millisecond faster than the best.</param>
    public SandboxRecord NewPlayer(string mapUid, int? score = null)
    {
        var map = Map(mapUid);
        var best = RealBoard(map).Count > 0 ? RealBoard(map).Rows[0].Score - 1 : map.AuthorTime;
        return Set(map, _world.NewScenarioPlayers(1), score ?? best);
    }

    /// <summary>A player on the board gets faster.</summary>
    /// <param name="mapUid">The map.</param>
    /// <param name="accountId">Who improves; without it, the last one on the board.</param>
    /// <param name="byMilliseconds">How much faster.</param>
    public SandboxRecord Improve(string mapUid, Guid? accountId = null, int byMilliseconds = 10)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(byMilliseconds, 1);
        var map = Map(mapUid);
        var row = Row(map, accountId);
        return Set(map, row.Account, row.Score - byMilliseconds);
    }

    /// <summary>A player of any board drives this time, his first on this map or another one.</summary>
    public SandboxRecord Drive(string mapUid, Guid accountId, int score)
    {
        var account = _world.Accounts.IndexOf(accountId);
        return account >= 0 ? Set(Map(mapUid), account, score) : throw new ArgumentException("There is no such account.", nameof(accountId));
    }

    /// <summary>A new player drives exactly the time at a position, and so comes after it.</summary>
    public SandboxRecord Tie(string mapUid, int position = 1)
    {
        var map = Map(mapUid);
        return Set(map, _world.NewScenarioPlayers(1), RowAt(map, position).Score);
    }

    /// <summary>A new player beats somebody by one millisecond.</summary>
    /// <param name="mapUid">The map.</param>
    /// <param name="accountId">Who is overtaken; without it, the leader.</param>
    public SandboxRecord Overtake(string mapUid, Guid? accountId = null)
    {
        var map = Map(mapUid);
        var row = accountId is null ? RowAt(map, 1) : Row(map, accountId);
        return Set(map, _world.NewScenarioPlayers(1), row.Score - 1);
    }

    /// <summary>A record disappears and everybody behind it moves up.</summary>
    /// <param name="mapUid">The map.</param>
    /// <param name="accountId">Whose; without it, the leader's.</param>
    public void Remove(string mapUid, Guid? accountId = null)
    {
        var map = Map(mapUid);
        var row = accountId is null ? RowAt(map, 1) : Row(map, accountId);
        _world.Change(map, [new BoardChange(row.Account, Score: null, _world.Now)]);
    }

    /// <summary>Slow first records by new players until the board has this many rows.</summary>
    /// <returns>How many were added.</returns>
    public int Grow(string mapUid, int toCount = 10_050)
    {
        var map = Map(mapUid);
        var board = RealBoard(map);
        var missing = Math.Max(0, toCount - board.Count);
        var first = _world.NewScenarioPlayers(missing);
        var slowest = board.Count > 0 ? board.Rows[^1].Score : map.AuthorTime;
        var now = _world.Now;
        _world.Change(map, Enumerable.Range(0, missing).Select(i => new BoardChange(first + i, slowest + 1 + i / 3, now)));
        return missing;
    }

    /// <summary>An account gets another display name; the old one resolves no more.</summary>
    public void Rename(Guid accountId, string newName)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(newName);
        var account = _world.Accounts.IndexOf(accountId);
        if (account < 0)
        {
            throw new ArgumentException("There is no such account.", nameof(accountId));
        }

        _world.Rename(account, newName);
    }

    /// <summary>
    /// The author uploads a new file: the site entry keeps its MapId and gets a new uid with an empty board, while the
    /// game goes on knowing the old uid and its board.
    /// </summary>
    public SandboxMap UpdateMap(string mapUid)
    {
        var key = _world.NextScenarioKey();
        return _world.Replace(
            Map(mapUid),
            map => map with
            {
                Uid = MapGenerator.Uid(_world.Seed, key),
                OnlineMapId = MapGenerator.OnlineMapId(_world.Seed, key),
                UpdatedAt = _clock.GetUtcNow(),
                SecretUpTo = 0,
                Key = key,
                Activity = Activity.None,
            },
            keepOld: true);
    }

    /// <summary>The map site stops showing a map; its board stays.</summary>
    public void Unlist(string mapUid) => _world.Replace(Map(mapUid), map => map with { IsListed = false }, keepOld: false);

    /// <summary>A mapper uploads a map with an empty board.</summary>
    public SandboxMap UploadMap(string mapper, string? name = null) => _world.Upload(Mapper(mapper), name);

    /// <summary>
    /// Maps that many people made together, each with this many records by new players. Author <c>n</c> is one of the makers of
    /// <paramref name="mapsPerAuthor"/> of them, and unknown to the site otherwise.
    /// </summary>
    public IReadOnlyList<SandboxMap> UploadPool(IReadOnlyList<string> authors, int maps, int mapsPerAuthor, int rows)
    {
        var makers = authors.Select((name, n) => new SandboxMapper(900_000 + n, name, _world.Accounts.IdOf(Accounts.FirstScenarioPlayer + n), _world.Maps[^1].UploadedAt)).ToList();
        var makersOf = Enumerable.Range(0, maps).Select(_ => new List<SandboxMapper>()).ToList();
        for (var author = 0; author < makers.Count; author++)
        {
            for (var i = 0; i < mapsPerAuthor; i++)
            {
                makersOf[(int)(((long)author * 7919 + (long)i * 104_729) % maps)].Add(makers[author]);
            }
        }

        var uploaded = _world.Upload([.. makersOf.Select((list, n) => (Uploader: Mapper("Nobody"), Authors: (IReadOnlyList<SandboxMapper>)[.. list.Distinct()], Name: $"Pool {n}"))]);
        var now = _world.Now;
        foreach (var map in uploaded)
        {
            var first = _world.NewScenarioPlayers(rows);
            _world.Change(map, Enumerable.Range(0, rows).Select(i => new BoardChange(first + i, 40_000 + (i * 37), now)));
        }

        return uploaded;
    }

    /// <summary>The same, right after the next page of a map search that is not the last page.</summary>
    public void UploadMapDuringPaging(string mapper) => _uploadsDuringPaging.Enqueue(Mapper(mapper).Name);

    internal void MapPageServed(bool more)
    {
        if (more && _uploadsDuringPaging.TryDequeue(out var mapper))
        {
            UploadMap(mapper);
        }
    }

    private SandboxMap Map(string mapUid) =>
        _world.FindMap(mapUid) ?? throw new ArgumentException("There is no such map.", nameof(mapUid));

    private SandboxMapper Mapper(string name) =>
        _world.FindMapper(name) ?? throw new ArgumentException("There is no such mapper.", nameof(name));

    private Board RealBoard(SandboxMap map) => _world.BoardAt(map, _world.Now);

    private BoardRow RowAt(SandboxMap map, int position)
    {
        var board = RealBoard(map);
        return position >= 1 && position <= board.Count
            ? board.Rows[position - 1]
            : throw new ArgumentException("The board has no such position.", nameof(position));
    }

    private BoardRow Row(SandboxMap map, Guid? accountId)
    {
        if (accountId is null)
        {
            return RowAt(map, RealBoard(map).Count);
        }

        var account = _world.Accounts.IndexOf(accountId.Value);
        foreach (var row in RealBoard(map).Rows)
        {
            if (row.Account == account)
            {
                return row;
            }
        }

        throw new ArgumentException("The account has no record there.", nameof(accountId));
    }

    private SandboxRecord Set(SandboxMap map, int account, int score)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(score, 1);
        var now = _world.Now;
        _world.Change(map, [new BoardChange(account, score, now)]);
        var rows = RealBoard(map).Rows;
        var position = 1;
        while (rows[position - 1].Account != account)
        {
            position++;
        }

        return new SandboxRecord(
            position,
            _world.Accounts.IdOf(account),
            SandboxWorld.VisibleScore(map, rows[position - 1]),
            DateTimeOffset.FromUnixTimeSeconds(now));
    }
}
