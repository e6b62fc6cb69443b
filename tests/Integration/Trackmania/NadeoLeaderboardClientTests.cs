using Backend.Domain.Common;
using Backend.Domain.Tracks;
using Backend.Integration.Support;
using Backend.TrackmaniaSandbox;

namespace Backend.Integration.Trackmania;

public sealed class NadeoLeaderboardClientTests
{
    private const string World = "301e1b69-7e13-11e8-8060-e284abfd2bc4";

    [Fact]
    public async Task The_first_hundred_rows_come_in_board_order()
    {
        await using var clients = await UpstreamClients.WithSandboxAsync();
        var map = clients.Sandbox.World.MapsOf("Demo Mapper").First(map => map.Uid is not null && map.SecretUpTo == 0 && clients.Sandbox.World.BoardOf(map.Uid).Count > 100);
        var before = clients.Clock.GetUtcNow();

        var board = await ReadAsync(clients, map.Uid!);

        var expected = clients.Sandbox.World.BoardOf(map.Uid!, board.ReadAt).Take(100).ToList();
        board.Entries.Select(entry => (entry.Position, entry.AccountId.Value, entry.Time.OnTheWire, entry.DrivenAt)).ShouldBe(
            expected.Select(record => (record.Position, record.AccountId, (long)record.Score, (DateTimeOffset?)record.Timestamp)));
        board.Entries.ShouldAllBe(entry => entry.ZoneId.Length == 36 && entry.ZoneName.Length > 0);
        board.ReadAt.ShouldBeGreaterThan(before.AddMilliseconds(-1));
        (board.ReadAt.Ticks % TimeSpan.TicksPerMillisecond).ShouldBe(0);
        clients.Sandbox.Traffic.Count(SandboxHost.Live).ShouldBe(1);
    }

    [Fact]
    public async Task Hidden_times_are_secret()
    {
        await using var clients = await UpstreamClients.WithSandboxAsync();
        var map = clients.Sandbox.World.Maps.First(map => map.Uid is not null && clients.Sandbox.World.BoardOf(map.Uid).Any(record => record.IsSecret));

        var board = await ReadAsync(clients, map.Uid!);

        board.Entries[0].Time.IsSecret.ShouldBeTrue();
    }

    [Fact]
    public async Task A_map_without_records_and_an_unknown_map_have_no_rows()
    {
        await using var clients = await UpstreamClients.WithSandboxAsync();
        var empty = clients.Sandbox.World.Maps.First(map => map.Uid is not null && clients.Sandbox.World.BoardOf(map.Uid).Count == 0);

        (await ReadAsync(clients, empty.Uid!)).Entries.ShouldBeEmpty();
        (await ReadAsync(clients, "no-such_map")).Entries.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"tops":null}""")]
    [InlineData("""{"tops":[]}""")]
    [InlineData("""{"tops":[{"zoneId":"301e1b6e-7e13-11e8-8060-e284abfd2bc4","zoneName":"Africa","top":[]}]}""")]
    [InlineData("""{"tops":[{"zoneId":"301e1b69-7e13-11e8-8060-e284abfd2bc4","zoneName":"World"}]}""")]
    [InlineData("""{"tops":"none"}""")]
    [InlineData("[]")]
    [InlineData("null")]
    public async Task An_answer_without_the_world_is_no_empty_board(string json)
    {
        var clock = new FastClock(100);
        await using var upstream = await ScriptedUpstream.StartAsync(clock, context => ScriptedUpstream.JsonAsync(context, json));
        await using var clients = UpstreamClients.With(upstream, clock);

        var result = await clients.Leaderboards.ReadAsync(Uid("abc"), TestContext.Current.CancellationToken);

        result.Error.ShouldNotBeNull().Kind.ShouldBe(ErrorKind.Upstream);
        result.Error.Code.ShouldBe("upstream.nadeo_unintelligible");
        upstream.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task The_world_is_found_by_its_id_and_rows_that_make_no_sense_are_left_out()
    {
        var json = $$$"""
            {"tops":[
              null,
              {"zoneId":"301e1b6e-7e13-11e8-8060-e284abfd2bc4","top":[{"accountId":"11111111-aaaa-4bbb-8ccc-000000000009","position":1,"score":1}]},
              {"zoneId":"{{{World}}}","zoneName":"World","top":[
                {"accountId":"11111111-AAAA-4bbb-8ccc-000000000001","zoneId":"z","zoneName":"\u00dcn\u00ef","position":1,"score":-1,"timestamp":1790000000},
                {"accountId":"junk","position":2,"score":2},
                {"position":3,"score":3},
                null,
                {"accountId":"11111111-aaaa-4bbb-8ccc-000000000004","position":4},
                {"accountId":"11111111-aaaa-4bbb-8ccc-000000000005","position":0,"score":5},
                {"accountId":"11111111-aaaa-4bbb-8ccc-000000000006","position":6,"score":4294967295},
                {"accountId":"11111111-aaaa-4bbb-8ccc-000000000007","position":7,"score":9007199254740993,"timestamp":99999999999999},
                {"accountId":"11111111-aaaa-4bbb-8ccc-000000000008","position":8,"score":41873,"timestamp":0,"extra":{}}
              ]}]}
            """;
        var clock = new FastClock(100);
        await using var upstream = await ScriptedUpstream.StartAsync(clock, context => ScriptedUpstream.JsonAsync(context, json));
        await using var clients = UpstreamClients.With(upstream, clock);

        var board = await ReadAsync(clients, "a-b_C");

        board.Entries.Select(entry => (entry.Position, entry.Time.OnTheWire, entry.DrivenAt)).ShouldBe(
        [
            (1, -1, DateTimeOffset.FromUnixTimeSeconds(1790000000)),
            (6, -1, null),
            (7, 9007199254740993, null),
            (8, 41873, null),
        ]);
        board.Entries[0].AccountId.ToString().ShouldBe("11111111-aaaa-4bbb-8ccc-000000000001");
        board.Entries[0].ZoneName.ShouldBe("Ünï");
        upstream.Requests.ShouldBe(["/api/token/leaderboard/group/Personal_Best/map/a-b_C/top?length=100&onlyWorld=true"]);
    }

    private static MapUid Uid(string text) => MapUid.TryCreate(text, out var uid) ? uid : throw new ArgumentException("No UID.", nameof(text));

    private static async Task<Leaderboard> ReadAsync(UpstreamClients clients, string uid)
    {
        var result = await clients.Leaderboards.ReadAsync(Uid(uid), TestContext.Current.CancellationToken);
        result.Error.ShouldBeNull();
        return result.Value;
    }
}
