using System.Diagnostics;
using Backend.TrackmaniaSandbox;
using Microsoft.Extensions.Time.Testing;

namespace Backend.Integration.Sandbox;

public sealed class WorldTests
{
    private static readonly string[] Named = ["Demo Mapper", "Solo", "Prolific Mapper", "Ünï Cödé.Mapper-42"];

    private static SandboxWorld World(int seed = 2020, DateTimeOffset? now = null) => new(seed, new FakeTimeProvider(now ?? SandboxHarness.Start));

    /// <summary>Many moments from the first supported one on: the edges, and steps that fall on no round hour.</summary>
    private static IEnumerable<DateTimeOffset> Moments()
    {
        var first = new DateTimeOffset(2024, 1, 1, 0, 0, 0, TimeSpan.Zero);
        yield return first;
        yield return new DateTimeOffset(2024, 2, 29, 23, 59, 59, TimeSpan.Zero);
        yield return new DateTimeOffset(2038, 1, 19, 3, 14, 8, TimeSpan.Zero);
        for (var i = 1; i <= 60; i++)
        {
            yield return first + TimeSpan.FromHours(i * 1741.37);
        }
    }

    private static int Recent(SandboxWorld world, string mapper, DateTimeOffset now, TimeSpan period, int rows = int.MaxValue) =>
        world.MapsOf(mapper).Sum(m => world.BoardOf(m.Uid!, now).Take(rows).Count(r => r.Timestamp > now - period));

    [Theory]
    [InlineData(2020)]
    [InlineData(1)]
    [InlineData(-5)]
    [InlineData(424242)]
    public void The_named_mappers_have_exactly_their_maps_whatever_the_seed(int seed)
    {
        var world = World(seed);

        Named.Select(name => world.MapsOf(name).Count).ShouldBe([24, 1, 1200, 12]);
        world.FindMapper("Nobody").ShouldNotBeNull();
        world.MapsOf("Nobody").ShouldBeEmpty();
        var uids = Named.SelectMany(world.MapsOf).Select(m => m.Uid).ToArray();
        uids.ShouldAllBe(uid => uid != null);
        uids.Distinct(StringComparer.Ordinal).Count().ShouldBe(1237);
        world.Maps.Select(m => m.MapId).Distinct().Count().ShouldBe(world.Maps.Count);
        world.Maps.Where(m => m.Uid is not null).Select(m => m.Uid).Distinct(StringComparer.Ordinal).Count().ShouldBe(world.Maps.Count(m => m.Uid is not null));
    }

    [Theory]
    [InlineData(2020)]
    [InlineData(99)]
    public void The_crowd_is_mixed(int seed)
    {
        var world = World(seed);
        var counts = world.Mappers.Select(m => world.MapsOf(m.Name).Count).Where(c => c > 0).ToArray();

        counts.Length.ShouldBeGreaterThanOrEqualTo(60);
        counts.Min().ShouldBe(1);
        counts.Max().ShouldBe(1200);
        world.Mappers.Select(m => m.Name).Distinct(StringComparer.OrdinalIgnoreCase).Count().ShouldBe(world.Mappers.Count);
        world.Mappers.ShouldContain(m => m.Name.Contains(' '));
        world.Mappers.ShouldContain(m => m.Name.Contains('.'));
        world.Mappers.ShouldContain(m => m.Name.Any(c => c > 127));
        world.Maps.ShouldContain(m => m.Uid == null);
        world.Maps.ShouldContain(m => m.Authors.Count > 1);
        world.Maps.ShouldContain(m => m.FormattedName.Contains('$'));
    }

    [Theory]
    [InlineData(2020)]
    [InlineData(31)]
    public void Demo_Mapper_has_new_records_every_day_and_more_in_a_week_and_a_month(int seed)
    {
        var world = World(seed);

        foreach (var now in Moments())
        {
            var busy = world.MapsOf("Demo Mapper").Count(m => world.BoardOf(m.Uid!, now).Take(100).Any(r => r.Timestamp > now - TimeSpan.FromDays(1)));
            busy.ShouldBeGreaterThanOrEqualTo(3, $"{now:O}");

            var day = Recent(world, "Demo Mapper", now, TimeSpan.FromDays(1), 100);
            var week = Recent(world, "Demo Mapper", now, TimeSpan.FromDays(7), 100);
            var month = Recent(world, "Demo Mapper", now, TimeSpan.FromDays(30), 100);
            week.ShouldBeGreaterThan(day, $"{now:O}");
            month.ShouldBeGreaterThan(week, $"{now:O}");
        }
    }

    [Theory]
    [InlineData(2020)]
    [InlineData(31)]
    public void The_other_named_mappers_have_new_records_every_month(int seed)
    {
        var world = World(seed);

        foreach (var now in Moments())
        {
            foreach (var name in new[] { "Solo", "Ünï Cödé.Mapper-42" })
            {
                Recent(world, name, now, TimeSpan.FromDays(30), 100).ShouldBeGreaterThan(0, $"{name} {now:O}");
            }
        }

        foreach (var now in Moments().Take(5))
        {
            Recent(world, "Prolific Mapper", now, TimeSpan.FromDays(30), 100).ShouldBeGreaterThan(0, $"{now:O}");
        }
    }

    [Fact]
    public void Boards_are_in_order_of_time_then_date_with_one_row_per_account()
    {
        var world = World();

        foreach (var map in Named.Take(2).Append("Grand Stadium").SelectMany(world.MapsOf))
        {
            var rows = world.BoardAt(map, world.Now).Rows.ToArray();
            rows.ShouldBe(rows.OrderBy(r => r.Score).ThenBy(r => r.Timestamp).ThenBy(r => r.Account));
            rows.Select(r => r.Account).Distinct().Count().ShouldBe(rows.Length);
            rows.ShouldAllBe(r => r.Timestamp <= world.Now && r.Timestamp >= map.UploadedAt.ToUnixTimeSeconds());
            world.BoardOf(map.Uid!).Select(r => r.Position).ShouldBe(Enumerable.Range(1, rows.Length));
        }
    }

    [Fact]
    public void Boards_are_empty_or_huge_or_tied_or_partly_secret()
    {
        var world = World();
        var boards = world.MapsOf("Demo Mapper").Concat(world.MapsOf("Grand Stadium")).Select(m => world.BoardOf(m.Uid!)).ToArray();

        boards.ShouldContain(b => b.Count == 0);
        boards.ShouldContain(b => b.Count > 10_000);
        boards.ShouldContain(b => b.Count == 10_000);
        boards.ShouldContain(b => b.Zip(b.Skip(1)).Any(pair => !pair.First.IsSecret && pair.First.Score == pair.Second.Score));
        boards.ShouldContain(b => b.Any(r => r.IsSecret) && b.Any(r => !r.IsSecret));
    }

    [Fact]
    public void Nobody_ever_gets_slower_and_no_record_is_lost()
    {
        var world = World();
        var map = world.MapsOf("Demo Mapper").MaxBy(m => world.BoardOf(m.Uid!).Count(r => r.Timestamp > SandboxHarness.Start - TimeSpan.FromDays(7)))!;
        var previous = new Dictionary<int, BoardRow>();

        foreach (var now in Enumerable.Range(0, 200).Select(i => SandboxHarness.Start + TimeSpan.FromHours(i * 7)))
        {
            var rows = world.BoardAt(map, now.ToUnixTimeSeconds()).Rows.ToArray().ToDictionary(r => r.Account);
            foreach (var (account, row) in previous)
            {
                rows.ShouldContainKey(account);
                (rows[account] == row || (rows[account].Score < row.Score && rows[account].Timestamp > row.Timestamp)).ShouldBeTrue();
            }

            previous = rows;
        }
    }

    [Fact]
    public async Task Records_keep_arriving_as_the_clock_moves()
    {
        await using var sandbox = await SandboxHarness.StartAsync();
        var uids = sandbox.Uids("Demo Mapper");
        var before = uids.Select(u => sandbox.Server.World.BoardOf(u)).ToArray();

        sandbox.Clock.Advance(TimeSpan.FromDays(1));

        var changed = uids.Where((u, i) => !sandbox.Server.World.BoardOf(u).SequenceEqual(before[i])).ToArray();
        changed.Length.ShouldBeGreaterThanOrEqualTo(3);
        changed.Length.ShouldBeLessThan(24);
    }

    [Fact]
    public async Task Two_sandboxes_of_one_seed_agree_although_one_has_been_running_for_long()
    {
        await using var old = await SandboxHarness.StartAsync(now: SandboxHarness.Start - TimeSpan.FromDays(20));
        for (var day = 0; day < 20; day++)
        {
            _ = old.Uids("Demo Mapper", 1);
            old.Clock.Advance(TimeSpan.FromDays(1));
        }

        await using var fresh = await SandboxHarness.StartAsync();

        old.Server.Credentials.ShouldBe(fresh.Server.Credentials);
        foreach (var path in new[] { "api/maps?count=1000&fields=MapId,MapUid,Name,Authors,UploadedAt,OnlineWR", "api/users?count=100&fields=UserId,Name,MapCount" })
        {
            (await old.GetAsync(old.Server.TmxUrl, path)).GetRawText().ShouldBe((await fresh.GetAsync(fresh.Server.TmxUrl, path)).GetRawText());
        }

        var token = await old.LiveTokenAsync();
        foreach (var uid in fresh.Uids("Demo Mapper").Concat(fresh.Uids("Solo")).Concat(fresh.Uids("Grand Stadium")))
        {
            var path = $"api/token/leaderboard/group/Personal_Best/map/{uid}/top?onlyWorld=true&length=100";
            (await old.GetAsync(old.Server.LiveUrl, path, token)).GetRawText().ShouldBe((await fresh.GetAsync(fresh.Server.LiveUrl, path, token)).GetRawText());
        }
    }

    [Fact]
    public void Another_seed_is_another_world()
    {
        World(1).MapsOf("Solo")[0].Uid.ShouldNotBe(World(2).MapsOf("Solo")[0].Uid, StringComparer.Ordinal);
        SandboxCredentials.FromSeed(1).ShouldNotBe(SandboxCredentials.FromSeed(2));
    }

    [Fact]
    public void Account_ids_and_names_are_unique_and_lead_back()
    {
        var accounts = new Accounts(2020);
        var now = SandboxHarness.Start.ToUnixTimeSeconds();
        var names = Enumerable.Range(0, Accounts.PlayerCount).Select(i => accounts.PlayerNameAt(i, now)).OfType<string>().ToArray();

        names.Distinct(StringComparer.OrdinalIgnoreCase).Count().ShouldBe(names.Length);
        Enumerable.Range(0, Accounts.PlayerCount).ShouldAllBe(i => accounts.IndexOf(accounts.IdOf(i)) == i);
        Enumerable.Range(0, 2000).ShouldAllBe(i => accounts.PlayerNameAt(i, now) == null || accounts.PlayerNamed(accounts.PlayerNameAt(i, now)!, now) == i);
        accounts.IndexOf(Guid.Empty).ShouldBe(-1);
    }

    [Fact]
    public void Reading_every_board_of_the_most_prolific_mapper_is_cheap()
    {
        var world = World();
        var watch = Stopwatch.StartNew();

        world.MapsOf("Prolific Mapper").Sum(m => world.BoardOf(m.Uid!).Count).ShouldBeGreaterThan(1200);

        watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(5));
    }

    [Fact]
    public void A_board_before_the_first_supported_moment_shows_only_what_had_happened()
    {
        var world = World();
        var map = world.MapsOf("Solo")[0];

        world.BoardOf(map.Uid!, map.UploadedAt).ShouldBeEmpty();
        var early = world.BoardOf(map.Uid!, new DateTimeOffset(2023, 10, 25, 0, 0, 0, TimeSpan.Zero));
        early.ShouldNotBeEmpty();
        early.ShouldAllBe(r => r.Timestamp <= new DateTimeOffset(2023, 10, 25, 0, 0, 0, TimeSpan.Zero));
    }
}
