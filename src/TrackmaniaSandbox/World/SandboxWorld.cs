using System.Collections.Concurrent;

namespace Backend.TrackmaniaSandbox;

/// <summary>
/// Mappers, maps, boards and names: a pure function of seed and clock, plus what this process's scenarios changed.
/// Safe for concurrent use.
/// </summary>
public sealed class SandboxWorld
{
    private readonly Lock _changing = new();
    private readonly TimeProvider _clock;
    private readonly Lazy<IReadOnlyList<SandboxMapper>> _mappers;
    private readonly Lazy<Catalog> _generated;
    private readonly ConcurrentDictionary<ulong, CachedBoard> _boards = new();
    private readonly ConcurrentDictionary<ulong, BoardOverlay> _overlays = new();
    private readonly ConcurrentDictionary<int, string> _newNames = new();
    private volatile Catalog? _changed;
    private int _scenarioPlayers;
    private int _scenarioMaps;

    internal SandboxWorld(int seed, TimeProvider clock)
    {
        Seed = seed;
        _clock = clock;
        Accounts = new Accounts(seed);
        _mappers = new Lazy<IReadOnlyList<SandboxMapper>>(() => Cast.Create(seed, Accounts));
        _generated = new Lazy<Catalog>(() => new Catalog(MapGenerator.Create(seed, _mappers.Value), []));
    }

    /// <summary>The number that everything follows from.</summary>
    public int Seed { get; }

    /// <summary>All users of the map site, by site user id.</summary>
    public IReadOnlyList<SandboxMapper> Mappers => _mappers.Value;

    /// <summary>Every map of the map site, newest upload first, unlisted ones included.</summary>
    public IReadOnlyList<SandboxMap> Maps => Catalog.All;

    internal Accounts Accounts { get; }

    internal Catalog Catalog => _changed ?? _generated.Value;

    internal long Now => _clock.GetUtcNow().ToUnixTimeSeconds();

    /// <summary>The mapper with this site name (case does not matter), or null.</summary>
    public SandboxMapper? FindMapper(string name) =>
        Mappers.FirstOrDefault(m => string.Equals(m.Name, name, StringComparison.OrdinalIgnoreCase));

    /// <summary>Listed maps of an author, newest upload first; empty for an unknown name.</summary>
    public IReadOnlyList<SandboxMap> MapsOf(string mapper) =>
        [.. Catalog.Listed.Where(map => map.Authors.Any(a => string.Equals(a.Name, mapper, StringComparison.OrdinalIgnoreCase)))];

    /// <summary>The map with this uid, earlier files of updated maps included; null when there is none.</summary>
    public SandboxMap? FindMap(string uid) => Catalog.ByUid(uid);

    /// <summary>The board of a map now, or at an earlier or later moment; empty for an unknown map.</summary>
    public IReadOnlyList<SandboxRecord> BoardOf(string uid, DateTimeOffset? at = null)
    {
        if (FindMap(uid) is not { } map)
        {
            return [];
        }

        var rows = BoardAt(map, at?.ToUnixTimeSeconds() ?? Now).Rows;
        var records = new SandboxRecord[rows.Length];
        for (var i = 0; i < rows.Length; i++)
        {
            records[i] = new SandboxRecord(
                i + 1, Accounts.IdOf(rows[i].Account), VisibleScore(map, rows[i]), DateTimeOffset.FromUnixTimeSeconds(rows[i].Timestamp));
        }

        return records;
    }

    /// <summary>Current display name of an account; null when it does not resolve.</summary>
    public string? DisplayNameOf(Guid accountId)
    {
        var account = Accounts.IndexOf(accountId);
        return account < 0 ? null : NameOf(account);
    }

    internal static int VisibleScore(SandboxMap map, BoardRow row) => row.Score <= map.SecretUpTo ? -1 : row.Score;

    internal Board BoardAt(SandboxMap map, long now)
    {
        if (_boards.TryGetValue(map.Key, out var cached) && cached.From <= now && now < cached.Until)
        {
            return cached.Board;
        }

        var (rows, from, until) = BoardGenerator.RowsAt(Seed, map, now);
        if (_overlays.TryGetValue(map.Key, out var overlay))
        {
            lock (_changing)
            {
                overlay.Apply(rows, now);
            }
        }

        var sorted = rows.ToArray();
        Array.Sort(sorted, BoardRow.InBoardOrder);
        var board = sorted.Length == 0 ? Board.Empty : new Board(sorted);
        // A changed board is worked out each time: tracking its span of validity is not worth it for a scenario.
        if (overlay is null)
        {
            _boards[map.Key] = new CachedBoard(board, from, until);
            if (_overlays.ContainsKey(map.Key))
            {
                _boards.TryRemove(map.Key, out _);
            }
        }

        return board;
    }

    internal string? NameOf(int account)
    {
        if (_newNames.TryGetValue(account, out var renamed))
        {
            return renamed;
        }

        return account switch
        {
            < Accounts.PlayerCount => Accounts.PlayerNameAt(account, Now),
            >= Accounts.FirstMapper when account < Accounts.FirstMapper + Mappers.Count => Mappers[account - Accounts.FirstMapper].Name,
            >= Accounts.FirstScenarioPlayer => $"Newcomer.{account - Accounts.FirstScenarioPlayer + 1}",
            _ => null,
        };
    }

    /// <summary>Number of the account with this display name, or -1.</summary>
    internal int AccountNamed(string name)
    {
        foreach (var (account, renamed) in _newNames)
        {
            if (string.Equals(renamed, name, StringComparison.OrdinalIgnoreCase))
            {
                return account;
            }
        }

        var known = Accounts.PlayerNamed(name, Now);
        if (known < 0 && FindMapper(name) is { } mapper)
        {
            known = Accounts.FirstMapper + mapper.Index;
        }

        for (var i = 0; known < 0 && i < Volatile.Read(ref _scenarioPlayers); i++)
        {
            if (string.Equals(NameOf(Accounts.FirstScenarioPlayer + i), name, StringComparison.OrdinalIgnoreCase))
            {
                known = Accounts.FirstScenarioPlayer + i;
            }
        }

        return known >= 0 && !_newNames.ContainsKey(known) ? known : -1;
    }

    internal int NewScenarioPlayers(int count) =>
        Accounts.FirstScenarioPlayer + Interlocked.Add(ref _scenarioPlayers, count) - count;

    internal void Rename(int account, string name) => _newNames[account] = name;

    internal void Change(SandboxMap map, IEnumerable<BoardChange> changes)
    {
        lock (_changing)
        {
            var overlay = _overlays.GetOrAdd(map.Key, _ => new BoardOverlay());
            foreach (var change in changes)
            {
                overlay.Add(change);
            }

            _boards.TryRemove(map.Key, out _);
        }
    }

    internal SandboxMap Replace(SandboxMap map, Func<SandboxMap, SandboxMap> change, bool keepOld)
    {
        lock (_changing)
        {
            var catalog = Catalog;
            var changed = change(map);
            _changed = new Catalog(
                catalog.All.Select(m => m.MapId == map.MapId ? changed : m),
                keepOld ? [.. catalog.Replaced, map] : catalog.Replaced);
            return changed;
        }
    }

    internal SandboxMap Upload(SandboxMapper mapper, string? name) => Upload([(mapper, [mapper], name)])[0];

    internal IReadOnlyList<SandboxMap> Upload(IReadOnlyList<(SandboxMapper Uploader, IReadOnlyList<SandboxMapper> Authors, string? Name)> uploads)
    {
        lock (_changing)
        {
            var catalog = Catalog;
            var now = _clock.GetUtcNow();
            now = now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMillisecond));
            var nextId = catalog.All.Max(m => m.MapId) + 1;
            var maps = new List<SandboxMap>(uploads.Count);
            foreach (var (uploader, authors, name) in uploads)
            {
                var key = NextScenarioKey();
                var title = name ?? $"Fresh Upload {_scenarioMaps}";
                maps.Add(new SandboxMap
                {
                    MapId = nextId++,
                    Uid = MapGenerator.Uid(Seed, key),
                    OnlineMapId = MapGenerator.OnlineMapId(Seed, key),
                    Name = title,
                    FormattedName = "$fff" + title,
                    Uploader = uploader,
                    Authors = authors,
                    UploadedAt = now,
                    UpdatedAt = now,
                    AuthorTime = 45_000,
                    Key = key,
                    Details = key,
                });
            }

            _changed = new Catalog(catalog.All.Concat(maps), catalog.Replaced);
            return maps;
        }
    }

    /// <summary>Keys of scenario maps lie above those of generated ones.</summary>
    internal ulong NextScenarioKey() => (1UL << 40) + (ulong)Interlocked.Increment(ref _scenarioMaps);

    private sealed record CachedBoard(Board Board, long From, long Until);
}
