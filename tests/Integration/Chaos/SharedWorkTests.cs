using System.Globalization;
using Backend.Integration.Support;
using Backend.TrackmaniaSandbox;

namespace Backend.Integration.Chaos;

/// <summary>Two instances share the searches, the pace and the tokens as if they were one.</summary>
[Collection(nameof(Undisturbed))]
public sealed class SharedWorkTests
{
    private const string Login = "authentication/token/basic";
    private const string Refresh = "authentication/token/refresh";

    /// <summary>With places for half of the searches each, or the first to look might take them all.</summary>
    private static readonly (string, string)[] s_shippedRates =
        [("Trackmania:NadeoRate", "2"), ("Trackmania:OAuthRate", "2"), ("Trackmania:TmxRate", "1"), ("MapSearches:ParallelJobs", "2")];

    [Fact]
    public async Task Two_instances_together_keep_the_pace_of_one()
    {
        await using var system = await TwoInstances.PrepareAsync(HostProfile.Postgres);
        var slots = await SlotJournal.StartAsync(system.Database);
        system.Start(s_shippedRates);
        system.Start(s_shippedRates);
        var (one, other) = (await system.One.SignInAsync(), await system.Other.SignInAsync());

        var searches = new List<(SignedInUser User, string Id)>();
        foreach (var mapper in new[] { "Prolific Mapper", "Demo Mapper", "Ünï Cödé.Mapper-42", "Grand Stadium" })
        {
            var user = searches.Count % 2 == 0 ? one : other;
            searches.Add((user, await user.SubmitAsync(mapper)));
        }

        // Each instance has its part in it.
        await Eventually.GetAsync(
            () => Task.FromResult(Asked(system.Sandbox, SandboxHost.Live)),
            asked => asked.Count == 2 && asked.Values.Min() > 5 && asked.Values.Sum() > 30,
            TimeSpan.FromMinutes(1));
        foreach (var (user, id) in searches)
        {
            await user.CancelAsync(id);
        }

        await KeepsThePaceAsync(slots, system.Sandbox);
    }

    [Fact]
    public async Task Two_cold_instances_log_in_once_and_renew_once()
    {
        var clock = new FastClock(4);

        // Places for half of the searches each, or the first to look might take them all.
        await using var system = await TwoInstances.StartAsync(
            HostProfile.Postgres, clock, ("Trackmania:NadeoRate", "10"), ("MapSearches:Lease", "00:10:00"), ("MapSearches:LeaseRenewal", "00:01:00"), ("MapSearches:ParallelJobs", "2"));
        var users = new[] { await system.One.SignInAsync(), await system.Other.SignInAsync() };
        string[] mappers = ["Demo Mapper", "Ünï Cödé.Mapper-42", "Grand Stadium", "Solo"];

        // Slow enough that everybody needs the token while one of them gets it.
        system.Sandbox.Faults.Add(new Fault(SandboxHost.Core, FaultKind.Slow) { Delay = TimeSpan.FromSeconds(4) });
        await SearchAsync();
        Tokens().ShouldBe((1, 0));
        Asked(system.Sandbox, SandboxHost.Live).Count.ShouldBe(2);

        // Withdrawn in the middle: whoever is refused first logs in for both. (With a token that was refused none is refreshed.)
        var again = await SubmitAsync();
        await users[0].DoneAsync(again[0].Id, 1);
        system.Sandbox.Faults.RevokeTokens(SandboxHost.Live);
        await EndAsync(again);
        Tokens().ShouldBe((2, 0));

        // Too old for both at the same moment.
        clock.Advance(TimeSpan.FromMinutes(59));
        users = [await system.One.SignInAgainAsync(users[0].Name), await system.Other.SignInAgainAsync(users[1].Name)];
        await SearchAsync();
        Tokens().ShouldBe((2, 1));

        (int Logins, int Refreshes) Tokens() => (system.Sandbox.Traffic.Count(SandboxHost.Core, Login), system.Sandbox.Traffic.Count(SandboxHost.Core, Refresh));

        async Task SearchAsync() => await EndAsync(await SubmitAsync());

        async Task<(SignedInUser User, string Id)[]> SubmitAsync()
        {
            clock.Advance(TimeSpan.FromMinutes(6));
            return await Task.WhenAll(mappers.Select(async (mapper, i) => (users[i % 2], await users[i % 2].SubmitAsync(mapper))));
        }

        static async Task EndAsync(IEnumerable<(SignedInUser User, string Id)> searches)
        {
            foreach (var (user, id) in searches)
            {
                var ended = await user.EndAsync(id);
                ((string)ended["status"]!).ShouldBe("completed", ended.ToJsonString());
                ((int)ended["progress"]!["mapsFailed"]!).ShouldBe(0);
            }
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_search_is_picked_up_by_whoever_has_a_place_for_it(bool behindPooler)
    {
        await using var system = await TwoInstances.PrepareAsync(HostProfile.Postgres);

        // Without a pooler only a notification can be that quick.
        List<(string, string)> settings = behindPooler ? [("Postgres:Pooler", "true")] : [("Postgres:PollInterval", "00:01:00")];
        var busy = system.Start([.. settings, ("MapSearches:ParallelJobs", "1"), ("Trackmania:NadeoRate", "20")]);
        var user = await busy.SignInAsync();
        await user.DoneAsync(await user.SubmitAsync("Prolific Mapper"), 1);
        system.Start([.. settings, ("Trackmania:NadeoRate", "20")]);
        for (var i = 0; i < 3; i++)
        {
            var started = TimeProvider.System.GetTimestamp();
            var id = await user.SubmitAsync("Solo");
            await Eventually.GetAsync(() => user.StatusAsync(id), s => (string)s["status"]! != "pending", TimeSpan.FromSeconds(20));
            var took = TimeProvider.System.GetElapsedTime(started);
            TestContext.Current.TestOutputHelper?.WriteLine(string.Create(CultureInfo.InvariantCulture, $"picked up after {took.TotalMilliseconds:0} ms"));
            took.ShouldBeLessThan(TimeSpan.FromSeconds(behindPooler ? 2 : 1));
            ((string)(await user.EndAsync(id))["status"]!).ShouldBe("completed");
        }
    }

    [Fact]
    public async Task An_instance_whose_clock_is_an_hour_off_harms_nothing()
    {
        await using var system = await TwoInstances.PrepareAsync(HostProfile.Postgres);
        var journal = await SearchJournal.StartAsync(system.Database);
        var slots = await SlotJournal.StartAsync(system.Database);
        var right = system.Start(s_shippedRates);
        var wrong = system.Start(s_shippedRates, new ShiftedClock(TimeSpan.FromHours(1)));
        var users = new[] { await right.SignInAsync(), await wrong.SignInAsync() };

        var searches = new List<(SignedInUser User, string Id, int Maps)>();
        foreach (var mapper in new[] { "Demo Mapper", "Ünï Cödé.Mapper-42", "Grand Stadium", "Solo" })
        {
            var user = users[searches.Count % 2];
            searches.Add((user, await user.SubmitAsync(mapper), system.Sandbox.World.MapsOf(mapper).Count));
        }

        foreach (var (user, id, maps) in searches)
        {
            var ended = await user.EndAsync(id, TimeSpan.FromMinutes(2));
            ((string)ended["status"]!).ShouldBe("completed");
            ((int)ended["progress"]!["mapsDone"]!).ShouldBe(maps);
        }

        var entries = await journal.ReadAsync();
        entries.ShouldNotContain(e => e.What == SearchJournal.Impossible || e.Fence > 1);
        entries.Count(e => e.What == "completed").ShouldBe(searches.Count);
        Asked(system.Sandbox, SandboxHost.Live).Values.Sum().ShouldBeLessThanOrEqualTo(searches.Sum(s => s.Maps));
        await KeepsThePaceAsync(slots, system.Sandbox);
        TestContext.Current.TestOutputHelper?.WriteLine($"calls {string.Join(", ", Asked(system.Sandbox, SandboxHost.Live))}; at the core host {string.Join(", ", Asked(system.Sandbox, SandboxHost.Core))}");
    }

    private static async Task KeepsThePaceAsync(SlotJournal slots, SandboxServer sandbox)
    {
        await slots.CheckAsync(sandbox, "Nadeo", 2, SandboxHost.Core, SandboxHost.Live);
        await slots.CheckAsync(sandbox, "OAuth", 2, SandboxHost.OAuth);
        await slots.CheckAsync(sandbox, "Tmx", 1, SandboxHost.Tmx);
    }

    /// <summary>Calls of each instance.</summary>
    private static Dictionary<string, int> Asked(SandboxServer sandbox, SandboxHost host) =>
        sandbox.Traffic.Entries.Where(e => e.Host == host).CountBy(e => e.UserAgent!, StringComparer.Ordinal).ToDictionary(StringComparer.Ordinal);

    private sealed class ShiftedClock(TimeSpan offset) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + offset;
    }
}
