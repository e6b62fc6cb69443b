using System.Globalization;
using System.Security.Cryptography;
using Backend.Integration.Support;
using Backend.TrackmaniaSandbox;

namespace Backend.Integration.Chaos;

/// <summary>
/// Instances are killed without warning, over and over, while they run searches. BACKEND_TESTS_LONG=1 kills ten times as
/// often; BACKEND_TESTS_SEED repeats the decisions of an earlier run.
/// </summary>
[Collection(nameof(Undisturbed))]
public abstract class KillTests : IAsyncDisposable
{
    private const int Instances = 3;
    private const int Searches = 50;

    private static readonly bool s_long = Environment.GetEnvironmentVariable("BACKEND_TESTS_LONG") == "1";
    private static readonly TimeSpan s_longestPause = TimeSpan.FromSeconds(s_long ? 6 : 3);
    private static readonly int s_mostMaps = s_long ? 150 : 40;
    private static readonly TimeSpan s_recovery = TimeSpan.FromSeconds(15);

    private static readonly int s_seed = Environment.GetEnvironmentVariable("BACKEND_TESTS_SEED") is { Length: > 0 } given
        ? int.Parse(given, CultureInfo.InvariantCulture)
        : RandomNumberGenerator.GetInt32(int.MaxValue);

    private static readonly Dictionary<string, string> s_settings = new(StringComparer.Ordinal)
    {
        // Otherwise a board that is read again would come from the cache and nobody would see it.
        ["MapSearches:LeaderboardFreshness"] = "00:00:00",
    };

    private readonly List<IAsyncDisposable> _parts = [];
    private readonly int _kills;
    private readonly Dictionary<string, DateTimeOffset> _killed = new(StringComparer.Ordinal);

    /// <param name="kills">In the long form.</param>
    protected KillTests(int kills) => _kills = s_long ? kills : 20;

    private protected abstract Task<IFleetStores> StartStoresAsync();

    [Fact]
    public async Task Killed_instances_lose_no_search_finish_none_twice_and_repeat_only_calls_under_way()
    {
        try
        {
            await RunAsync();
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            throw new InvalidOperationException($"With BACKEND_TESTS_SEED={s_seed}, after {_killed.Count} kills: {exception.Message}", exception);
        }
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        foreach (var part in _parts.AsEnumerable().Reverse())
        {
            await part.DisposeAsync();
        }
    }

    private async Task RunAsync()
    {
        var stores = Keep(await StartStoresAsync());
        var sandbox = Keep(await SandboxServer.StartAsync(new SandboxOptions(), TimeProvider.System, CancellationToken.None));
        var fleet = Keep(new Fleet(stores.SettingsOfAsync, sandbox, s_settings));

        // Long enough that most searches have a call under way whenever their instance dies.
        sandbox.Faults.Add(new Fault(SandboxHost.Live, FaultKind.Slow) { Delay = TimeSpan.FromMilliseconds(400) });
        var running = new List<ServiceProcess>();
        for (var i = 0; i < Instances; i++)
        {
            running.Add(await fleet.StartAsync());
        }

        await Task.WhenAll(running.Select(p => p.ListensAsync()));
        using var work = new SteadyWork(stores, () => [.. running.ToArray().Where(p => p.IsReady)], MappersOf(sandbox.World), Searches, new Random(s_seed ^ 1));
        using var enough = new CancellationTokenSource();
        var working = work.KeepUpAsync(enough.Token);
        var killing = KillAsync(stores, fleet, running, new Random(s_seed));
        await (await Task.WhenAny(working, killing));
        await enough.CancelAsync();
        await Task.WhenAll(working, killing);

        await Eventually.GetAsync(async () => (await stores.ReadUnfinishedAsync()).Count, left => left == 0, TimeSpan.FromMinutes(5));
        await Eventually.GetAsync(stores.CountTicketsAsync, left => left == 0, TimeSpan.FromMinutes(1));
        await CheckAsync(stores, sandbox, work);
    }

    private async Task KillAsync(IFleetStores stores, Fleet fleet, List<ServiceProcess> running, Random random)
    {
        await Eventually.GetAsync(async () => (await stores.ReadAppendedAsync()).Values.Sum(), rows => rows > Searches);
        while (_killed.Count < _kills)
        {
            // One in four hits the youngest instance, before or while it begins to work.
            var hitsYoungest = random.Next(4) == 0;
            var pause = (hitsYoungest ? TimeSpan.FromSeconds(1) : s_longestPause) * random.NextDouble();
            var place = hitsYoungest ? running.Count - 1 : random.Next(running.Count);
            await Task.Delay(pause, TimeProvider.System);

            var victim = running[place];
            var now = await Eventually.GetAsync(
                () => stores.ReadKillTimeAsync(victim.Name),
                time => time is not null && running.Any(p => p != victim && p.IsReady));
            victim.Kill();
            _killed.Add(victim.Name, now!.Value);
            running.RemoveAt(place);
            running.Add(await fleet.StartAsync());
        }
    }

    private async Task CheckAsync(IFleetStores stores, SandboxServer sandbox, SteadyWork work)
    {
        var entries = await stores.ReadJournalAsync();
        var searches = entries.Where(e => e.What is not (SearchJournal.Delivered or SearchJournal.Returned)).GroupBy(e => e.SearchId).ToDictionary(g => g.Key, g => g.ToList());

        // None lost, none finished twice, nothing after the end.
        var stored = await stores.ReadSearchesAsync();
        stored.ShouldAllBe(s => s.IsWhole);
        stored.Select(s => s.Id).ShouldBe(searches.Keys, ignoreOrder: true);
        work.Submitted.ShouldBeSubsetOf(searches.Keys);
        work.Submitted.Count.ShouldBeGreaterThanOrEqualTo(Searches);
        foreach (var search in work.Submitted)
        {
            (await work.ReadStatusAsync(search)).ShouldBe("completed");
        }

        entries.ShouldNotContain(e => e.What == SearchJournal.Impossible);
        searches.Values.ShouldAllBe(s => s.Count(e => e.What == "completed") == 1 && s.Last().What == "completed");
        searches.Values.ShouldAllBe(s => s.Where(e => e.What == SearchJournal.Claimed).Select(e => e.Fence).SequenceEqual(Enumerable.Range(1, (int)s.Last().Fence).Select(f => (long)f)));

        // Every map of the mapper, once, in the order of the map site.
        foreach (var search in stored)
        {
            search.Maps.ShouldBe(sandbox.World.MapsOf(search.Mapper).Select(m => m.MapId));
        }

        // Nobody takes a search from an instance that lives.
        var takeovers = entries.GroupBy(e => e.SearchId).SelectMany(TakeoversOf).ToList();
        var thefts = takeovers.Where(t => t.Loser is not null && !(_killed.TryGetValue(t.Loser, out var at) && at < t.At)).ToList();
        thefts.ShouldBeEmpty(thefts.Count == 0 ? null : Story(thefts[0], entries));
        var slowest = takeovers.MaxBy(t => t.At - KilledAt(t))!;
        var recovery = slowest.At - KilledAt(slowest);
        recovery.ShouldBeLessThanOrEqualTo(s_recovery, Story(slowest, entries));

        // A killed instance may have asked for one board of each search it held whose row it could not write any more. (Two
        // mappers may have a map in common, which is then read once for both; so it is counted map by map.)
        var appended = await stores.ReadAppendedAsync();
        var asked = sandbox.Traffic.Entries.Where(e => e.Host == SandboxHost.Live).CountBy(e => (Instance: e.UserAgent!, MapUid: e.PathAndQuery.Split('/')[^2])).ToDictionary();
        var repeated = asked.GroupBy(a => a.Key.Instance, StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => g.Sum(a => Math.Max(0, a.Value - appended.GetValueOrDefault(a.Key))), StringComparer.Ordinal);
        var lost = takeovers.Where(t => t.Loser is not null).CountBy(t => t.Loser!, StringComparer.Ordinal).ToDictionary(StringComparer.Ordinal);
        repeated.ShouldAllBe(r => r.Value <= lost.GetValueOrDefault(r.Key));

        await ReportAsync(
            $"seed {s_seed}, kills {_killed.Count}, searches {searches.Count}, lost 0, completed twice 0, taken over {lost.Values.Sum()}, "
            + $"boards {appended.Values.Sum()}, leaderboard calls {asked.Values.Sum()}, repeated calls {repeated.Values.Sum()} (allowed {lost.Values.Sum()}), "
            + string.Create(CultureInfo.InvariantCulture, $"longest recovery {recovery.TotalSeconds:0.0} s (allowed {s_recovery.TotalSeconds:0} s)"));
    }

    /// <summary>Each claim of a search that others had in their hands before.</summary>
    private static IEnumerable<Takeover> TakeoversOf(IEnumerable<JournalEntry> search)
    {
        string? holder = null;
        var before = new HashSet<string>(StringComparer.Ordinal);
        foreach (var entry in search)
        {
            if (entry.What == SearchJournal.Delivered)
            {
                before.Add(entry.Instance);
            }
            else if (entry.What == SearchJournal.Claimed)
            {
                before.Remove(entry.Instance);
                if (before.Count > 0)
                {
                    yield return new Takeover(entry.SearchId, entry.At, holder, [.. before]);
                }

                holder = entry.Instance;
                before = new HashSet<string>(StringComparer.Ordinal) { holder };
            }
            else if (entry.What == "pending")
            {
                // Handed back: from here on it is in nobody's hands.
                holder = null;
                before = new HashSet<string>(StringComparer.Ordinal);
            }
        }
    }

    /// <summary>Of those who had the search, the last one to be killed before it was taken over.</summary>
    private DateTimeOffset KilledAt(Takeover takeover) => takeover.Losers.Select(l => _killed.GetValueOrDefault(l, DateTimeOffset.MaxValue)).Where(at => at < takeover.At).DefaultIfEmpty(takeover.At).Max();

    /// <summary>What happened to a search until it was taken over.</summary>
    private string Story(Takeover takeover, IEnumerable<JournalEntry> entries) => string.Join(
        Environment.NewLine,
        entries.Where(e => e.SearchId == takeover.SearchId && e.At <= takeover.At).Select(e => (e.At, Text: $"{e.What} by {e.Instance}, fence {e.Fence}"))
            .Concat(takeover.Losers.Where(_killed.ContainsKey).Select(l => (At: _killed[l], Text: $"{l} killed")))
            .OrderBy(e => e.At)
            .Select(e => string.Create(CultureInfo.InvariantCulture, $"{(e.At - takeover.At).TotalSeconds:0.000} s: {e.Text}")));

    private async Task ReportAsync(string summary)
    {
        TestContext.Current.SendDiagnosticMessage(summary);
        TestContext.Current.TestOutputHelper?.WriteLine(summary);
        if (s_long)
        {
            var folder = Directory.CreateDirectory(Path.Combine(Repository.Root, "artifacts"));
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, $"{GetType().Name}.txt"), summary + Environment.NewLine);
        }
    }

    /// <summary>With few enough maps for searches to end all the time.</summary>
    private static List<string> MappersOf(SandboxWorld world) => [.. world.Mappers.Select(m => m.Name).Where(name => world.MapsOf(name).Count >= 1 && world.MapsOf(name).Count <= s_mostMaps)];

    private T Keep<T>(T part)
        where T : IAsyncDisposable
    {
        _parts.Add(part);
        return part;
    }

    /// <param name="Loser">Who had claimed it before; nobody when it had only been delivered.</param>
    /// <param name="Losers">Who had it in their hands since the last claim.</param>
    private sealed record Takeover(Guid SearchId, DateTimeOffset At, string? Loser, IReadOnlyList<string> Losers);
}
