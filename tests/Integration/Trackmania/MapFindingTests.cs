using Backend.Application.Ports;
using Backend.Domain.Common;
using Backend.Domain.Tracks;
using Backend.Infrastructure.Trackmania;
using Backend.Integration.Support;
using Backend.TrackmaniaSandbox;
using Microsoft.Extensions.Logging.Abstractions;

namespace Backend.Integration.Trackmania;

/// <summary>Searching the site for maps, page by page.</summary>
public sealed class MapFindingTests
{
    private const string Words = "canyon";

    [Fact]
    public async Task Maps_come_newest_first_with_all_that_the_site_says_of_them()
    {
        await using var clients = await UpstreamClients.WithSandboxAsync();

        var found = await AllAsync(clients, MapFilter.ByName(" cAnYoN "));

        var expected = Expected(clients, Words);
        expected.Count.ShouldBeGreaterThan(IMapDirectory.PageSize);
        found.Select(map => map.MapId).ShouldBe(expected.Select(map => map.MapId));
        foreach (var (map, listed) in found.Zip(expected))
        {
            map.MapUid.Value.ShouldBe(listed.Uid);
            map.Name.ShouldBe(listed.Name);
            map.Authors.ShouldBe(listed.Authors.Select(author => author.Name));
            map.Medals.ShouldBe(new Medals(listed.AuthorTime, listed.GoldTime, listed.SilverTime, listed.BronzeTime));
            map.UploadedAt.ShouldBe(listed.UploadedAt);
            map.UploadedAt.Offset.ShouldBe(TimeSpan.Zero);
            map.DownloadCount.ShouldBe(TmxMapFields.Downloads(listed));
        }
    }

    [Fact]
    public async Task A_map_uploaded_between_two_pages_neither_repeats_nor_hides_another_and_most_pages_cost_no_call()
    {
        await using var clients = await UpstreamClients.WithSandboxAsync();
        var expected = Expected(clients, Words).Select(map => map.MapId).ToList();
        expected.Count.ShouldBeGreaterThan(6 * IMapDirectory.PageSize);

        var found = await AllAsync(clients, MapFilter.ByName(Words), afterPage: page =>
        {
            clients.Sandbox.Scenario.UploadMap("Solo", $"Canyon {page}");
            if (page <= 4)
            {
                clients.Sandbox.Traffic.Count(SandboxHost.Tmx).ShouldBe(1);
            }
        });

        clients.Sandbox.Traffic.Count(SandboxHost.Tmx).ShouldBeLessThanOrEqualTo((expected.Count / (4 * IMapDirectory.PageSize)) + 1);
        found.Select(map => map.MapId).ShouldBe(expected);
        (await PageAsync(clients, MapFilter.ByName("Canyon 1"), 1)).Maps.ShouldContain(map => map.Name == "Canyon 1");
    }

    [Fact]
    public async Task A_map_that_is_taken_off_the_site_where_reading_has_to_go_on_hides_no_other()
    {
        await using var clients = await UpstreamClients.WithSandboxAsync();
        var listed = clients.Sandbox.World.Maps.Where(map => map.IsListed && map.Name.Contains(Words, StringComparison.OrdinalIgnoreCase)).ToList();
        var expected = Expected(clients, Words).Select(map => map.MapId).ToList();

        var found = await AllAsync(clients, MapFilter.ByName(Words), afterPage: page =>
        {
            if (page == 4)
            {
                // The last rows of the first answer, which held a hundred.
                clients.Sandbox.Scenario.Unlist(listed[98].Uid!);
                clients.Sandbox.Scenario.Unlist(listed[99].Uid!);
            }
        });

        found.Select(map => map.MapId).ShouldBe(expected);
    }

    [Fact]
    public async Task Page_fifty_is_the_last_and_is_reached_in_few_calls()
    {
        await using var clients = await UpstreamClients.WithSandboxAsync();

        var last = await PageAsync(clients, MapFilter.ByName("a"), IMapDirectory.MaxPages);
        var before = await PageAsync(clients, MapFilter.ByName("a"), IMapDirectory.MaxPages - 1);

        last.Maps.Count.ShouldBe(IMapDirectory.PageSize);
        last.HasMore.ShouldBeFalse();
        before.HasMore.ShouldBeTrue();
        before.Maps.Select(map => map.MapId).Intersect(last.Maps.Select(map => map.MapId)).ShouldBeEmpty();
        clients.Sandbox.Traffic.Count(SandboxHost.Tmx).ShouldBeLessThanOrEqualTo(2);
        await Should.ThrowAsync<ArgumentOutOfRangeException>(() => PageAsync(clients, MapFilter.ByName("a"), IMapDirectory.MaxPages + 1));
        await Should.ThrowAsync<ArgumentOutOfRangeException>(() => PageAsync(clients, MapFilter.ByName("a"), 0));
    }

    [Fact]
    public async Task Beyond_the_end_pages_are_empty()
    {
        await using var clients = await UpstreamClients.WithSandboxAsync();

        var page = await PageAsync(clients, MapFilter.ByName("canyon hidden"), 40);

        page.Maps.ShouldBeEmpty();
        page.HasMore.ShouldBeFalse();
    }

    [Fact]
    public async Task A_new_map_shows_half_a_minute_later_when_there_is_but_one_page_and_else_when_the_search_has_ended()
    {
        var clock = new FastClock(10);
        await using var clients = await UpstreamClients.WithSandboxAsync(clock: clock);
        var (few, many) = (MapFilter.ByName("fresh"), MapFilter.ByName(Words));
        (await PageAsync(clients, few, 1)).Maps.ShouldBeEmpty();
        var first = (await PageAsync(clients, many, 1)).Maps[0];
        var fresh = clients.Sandbox.Scenario.UploadMap("Solo", "Fresh Canyon");

        clock.Advance(MapSnapshots.LongestOfOnePage);
        (await PageAsync(clients, few, 1)).Maps.ShouldHaveSingleItem().MapId.ShouldBe(fresh.MapId);
        (await PageAsync(clients, many, 1)).Maps[0].MapId.ShouldBe(first.MapId);

        clock.Advance(MapSnapshots.Idle);
        (await PageAsync(clients, many, 1)).Maps[0].MapId.ShouldBe(fresh.MapId);
    }

    [Fact]
    public async Task Even_a_search_that_is_read_all_the_time_ends()
    {
        var clock = new FastClock(10);
        await using var clients = await UpstreamClients.WithSandboxAsync(clock: clock);
        await PageAsync(clients, MapFilter.ByName(Words), 1);
        var fresh = clients.Sandbox.Scenario.UploadMap("Solo", "Fresh Canyon");

        for (var waited = TimeSpan.Zero; waited < MapSnapshots.Longest; waited += MapSnapshots.Idle / 2)
        {
            (await PageAsync(clients, MapFilter.ByName(Words), 1)).Maps[0].MapId.ShouldNotBe(fresh.MapId);
            clock.Advance(MapSnapshots.Idle / 2);
        }

        (await PageAsync(clients, MapFilter.ByName(Words), 1)).Maps[0].MapId.ShouldBe(fresh.MapId);
        clients.Sandbox.Traffic.Count(SandboxHost.Tmx).ShouldBe(2);
    }

    [Fact]
    public async Task Those_who_look_for_the_same_at_once_share_a_call_and_trouble_is_not_kept()
    {
        await using var clients = await UpstreamClients.WithSandboxAsync();
        clients.Sandbox.Faults.Add(new Fault(SandboxHost.Tmx, FaultKind.InternalServerError) { Times = 4 });
        (await clients.Maps.SearchAsync(MapFilter.ByName(Words), 1, TestContext.Current.CancellationToken)).Error.ShouldNotBeNull().Code.ShouldBe("upstream.tmx_unavailable");

        var pages = await Task.WhenAll(Enumerable.Range(0, 10).Select(i => Task.Run(() => PageAsync(clients, MapFilter.ByName(Words), (i % 3) + 1))));

        pages.ShouldAllBe(page => page.Maps.Count == IMapDirectory.PageSize);
        clients.Sandbox.Traffic.Count(SandboxHost.Tmx).ShouldBe(4 + 1);
    }

    [Fact]
    public async Task A_map_is_found_by_its_whole_uid_and_an_unknown_one_is_not()
    {
        await using var clients = await UpstreamClients.WithSandboxAsync();
        var map = clients.Sandbox.World.MapsOf("Demo Mapper")[3];

        var found = await PageAsync(clients, MapFilter.ByUid(Uid(map.Uid!)), 1);

        found.Maps.ShouldHaveSingleItem().MapId.ShouldBe(map.MapId);
        found.HasMore.ShouldBeFalse();
        (await PageAsync(clients, MapFilter.ByUid(Uid(map.Uid![..^1])), 1)).Maps.ShouldBeEmpty();
        (await PageAsync(clients, MapFilter.ByUid(Uid(map.Uid!)), 2)).Maps.ShouldBeEmpty();
    }

    [Fact]
    public async Task When_the_site_overlooks_the_uid_nobody_elses_maps_are_taken_for_it()
    {
        const string Json = """{"More":true,"Results":[{"MapId":9,"MapUid":"other","Name":"a","UploadedAt":"2026-05-01T18:04:05"},{"MapId":8,"MapUid":"Wanted","Name":"b","UploadedAt":"2026-05-01T18:04:05"}]}""";
        var clock = new FastClock(100);
        await using var upstream = await ScriptedUpstream.StartAsync(clock, context => ScriptedUpstream.JsonAsync(context, Json));
        await using var clients = UpstreamClients.With(upstream, clock);

        var found = await PageAsync(clients, MapFilter.ByUid(Uid("wanted")), 1);

        found.Maps.ShouldBeEmpty();
        found.HasMore.ShouldBeFalse();
        upstream.Requests.ShouldHaveSingleItem().ShouldEndWith("&count=20&uid=wanted");
    }

    [Theory]
    [InlineData("O'Reilly -- <b>;select")]
    [InlineData("Ünï Cödé 🏁 山")]
    [InlineData("a&uid=b&count=1#c")]
    [InlineData("100% +plus / \\ \"quoted\"")]
    public async Task Any_words_are_asked_for_as_typed(string words)
    {
        var clock = new FastClock(100);
        var asked = new List<string?>();
        await using var upstream = await ScriptedUpstream.StartAsync(clock, context =>
        {
            asked.Add(context.Request.Query["name"]);
            return ScriptedUpstream.JsonAsync(context, """{"More":false,"Results":[]}""");
        });
        await using var clients = UpstreamClients.With(upstream, clock);

        (await PageAsync(clients, MapFilter.ByName($" {words} "), 1)).Maps.ShouldBeEmpty();

        asked.ShouldBe([words]);
        clients.Log.Lines.ShouldAllBe(line => !line.Contains(words, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("")]
    [InlineData("  ")]
    [InlineData("nul\0")]
    [InlineData("\ud800")]
    public async Task What_cannot_be_a_name_finds_nothing_and_the_site_is_not_asked(string words)
    {
        await using var clients = await UpstreamClients.WithSandboxAsync();

        (await PageAsync(clients, MapFilter.ByName(words), 1)).Maps.ShouldBeEmpty();

        clients.Sandbox.Traffic.Count(SandboxHost.Tmx).ShouldBe(0);
    }

    [Fact]
    public async Task Rows_are_read_with_care()
    {
        const string Json = """
            {"More":false,"Results":[
              {"MapId":9,"MapUid":"nine","Name":"all","Authors":[{"User":{"UserId":1,"Name":"A"}},{"User":{"Name":"B"},"Role":"x"},{"User":{"Name":"A"}},null,{"User":null}],"Uploader":{"Name":"U"},
               "UploadedAt":"2026-05-01T18:04:05.71","DownloadCount":12,"Medals":{"Author":9007199254740993,"Gold":4294967296,"Silver":0,"Bronze":-1}},
              {"MapId":8,"MapUid":"eight","Name":null,"Authors":[],"Uploader":{"Name":"U"},"UploadedAt":"2026-05-01T18:04:05","DownloadCount":99999999999,"Medals":{"Author":1}},
              {"MapId":7,"MapUid":"seven","Name":"bare","UploadedAt":"2026-05-01T18:04:05.007"},
              {"MapId":6,"MapUid":"six","Name":"zoned","UploadedAt":"2026-05-01T18:04:05.5+02:00","DownloadCount":-1,"Medals":null},
              {"MapId":5,"MapUid":null,"Name":"no uid","UploadedAt":"2026-05-01T18:04:05"},
              {"MapId":4,"MapUid":"../../etc","Name":"bad uid","UploadedAt":"2026-05-01T18:04:05"},
              {"MapId":3,"MapUid":"three","Name":"no date","UploadedAt":null},
              {"MapUid":"two","Name":"no id","UploadedAt":"2026-05-01T18:04:05"},
              null,
              {"MapId":9,"MapUid":"nine","Name":"again","UploadedAt":"2026-05-01T18:04:05"}
            ]}
            """;
        var clock = new FastClock(100);
        await using var upstream = await ScriptedUpstream.StartAsync(clock, context => ScriptedUpstream.JsonAsync(context, Json));
        await using var clients = UpstreamClients.With(upstream, clock);
        var moment = new DateTimeOffset(2026, 5, 1, 18, 4, 5, TimeSpan.Zero);

        var maps = (await PageAsync(clients, MapFilter.ByName("x"), 1)).Maps;

        maps.Select(map => map with { Authors = [] }).ShouldBe(
        [
            new FoundMap(9, Uid("nine"), "all", [], new Medals(9007199254740993, 4294967296, 0, null), moment.AddMilliseconds(710), 12),
            new FoundMap(8, Uid("eight"), "", [], new Medals(1, null, null, null), moment, int.MaxValue),
            new FoundMap(7, Uid("seven"), "bare", [], new Medals(null, null, null, null), moment.AddMilliseconds(7), 0),
            new FoundMap(6, Uid("six"), "zoned", [], new Medals(null, null, null, null), moment.AddMilliseconds(500).AddHours(-2), 0),
        ]);
        maps.Select(map => string.Join(',', map.Authors)).ShouldBe(["A,B", "U", "", ""]);
        maps.ShouldAllBe(map => map.UploadedAt.Offset == TimeSpan.Zero);
        upstream.Requests.ShouldHaveSingleItem().ShouldBe(
            "/api/maps?fields=MapId%2CMapUid%2CName%2CAuthors%2CUploader.Name%2CUploadedAt%2CDownloadCount%2CMedals.Author%2CMedals.Gold%2CMedals.Silver%2CMedals.Bronze&count=100&name=x");
    }

    [Theory]
    [InlineData("""{"More":true,"Results":[]}""", 1, 0)]
    [InlineData("""{"More":true,"Results":[null]}""", 1, 0)]
    [InlineData("""{"More":true,"Results":[{"MapId":5,"MapUid":"a","UploadedAt":"2026-05-01T18:04:05"}]}""", 2, 1)]
    [InlineData("""{"Results":[{"MapId":5,"MapUid":"a","UploadedAt":"2026-05-01T18:04:05"}]}""", 1, 1)]
    public async Task A_cursor_that_stands_still_ends_the_reading(string answer, int requests, int maps)
    {
        var clock = new FastClock(100);
        await using var upstream = await ScriptedUpstream.StartAsync(clock, context => ScriptedUpstream.JsonAsync(context, answer));
        await using var clients = UpstreamClients.With(upstream, clock);

        var page = await PageAsync(clients, MapFilter.ByName("x"), 1);

        page.Maps.Count.ShouldBe(maps);
        page.HasMore.ShouldBeFalse();
        upstream.Requests.Count.ShouldBe(requests);
    }

    [Fact]
    public async Task Reading_ends_after_a_hundred_answers_without_a_usable_map()
    {
        var clock = new FastClock(1000);
        var id = 1_000_000;
        await using var upstream = await ScriptedUpstream.StartAsync(clock, context => ScriptedUpstream.JsonAsync(context, $$$"""{"More":true,"Results":[{"MapId":{{{--id}}}}]}"""));
        await using var clients = UpstreamClients.With(upstream, clock);

        var page = await PageAsync(clients, MapFilter.ByName("x"), 1);

        page.Maps.ShouldBeEmpty();
        page.HasMore.ShouldBeFalse();
        upstream.Requests.Count.ShouldBe(100);
        clients.Log.Lines.ShouldContain(line => line.Contains("ended after 100 pages", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("""{"More":false}""")]
    [InlineData("""{"More":false,"Results":[{"MapId":1,"Medals":7}]}""")]
    [InlineData("[]")]
    public async Task Another_shape_is_an_error_and_not_kept(string json)
    {
        var clock = new FastClock(100);
        await using var upstream = await ScriptedUpstream.StartAsync(clock, context => ScriptedUpstream.JsonAsync(context, json));
        await using var clients = UpstreamClients.With(upstream, clock);

        for (var i = 1; i <= 2; i++)
        {
            var error = (await clients.Maps.SearchAsync(MapFilter.ByName("x"), 1, TestContext.Current.CancellationToken)).Error.ShouldNotBeNull();

            (error.Kind, error.Code).ShouldBe((ErrorKind.Upstream, "upstream.tmx_unintelligible"));
            upstream.Requests.Count.ShouldBe(i);
        }
    }

    [Fact]
    public async Task What_is_kept_is_bounded()
    {
        const int Searches = 60;
        using var snapshots = new MapSnapshots(new FastClock(1));
        for (var i = 0; i < Searches; i++)
        {
            var filter = MapFilter.ByName($"{i}");
            var snapshot = snapshots.Open(filter, Begin);
            (await snapshot.ReadAsync(1, TestContext.Current.CancellationToken)).Value.Maps.Count.ShouldBe(IMapDirectory.PageSize);
            snapshots.Weigh(filter, snapshot);
        }

        var begun = 0;
        for (var i = 0; i < Searches; i++)
        {
            snapshots.Open(MapFilter.ByName($"{i}"), startedAt =>
            {
                begun++;
                return Begin(startedAt);
            });
        }

        begun.ShouldBeGreaterThanOrEqualTo(Searches - (MapSnapshots.MaxMaps / MapSnapshot.MaxMaps));

        static MapSnapshot Begin(DateTimeOffset startedAt) => new(
            startedAt,
            (_, _, _) => Task.FromResult(Result<TmxPage>.Success(new TmxPage(
                More: false, [.. Enumerable.Range(1, MapSnapshot.MaxMaps).Select(id => new TmxMap(id, null, null, null, null, null, null, null))]))),
            row => new FoundMap(row.MapId!.Value, default, "", [], new Medals(null, null, null, null), default, 0),
            NullLogger.Instance);
    }

    private static MapUid Uid(string text) => MapUid.TryCreate(text, out var uid) ? uid : throw new ArgumentException("No UID.", nameof(text));

    /// <summary>What has a UID, newest first.</summary>
    private static List<SandboxMap> Expected(UpstreamClients clients, params string[] words) =>
        [.. clients.Sandbox.World.Maps.Where(map => map is { IsListed: true, Uid: not null } && words.All(word => map.Name.Contains(word, StringComparison.OrdinalIgnoreCase)))];

    private static async Task<FoundMaps> PageAsync(UpstreamClients clients, MapFilter filter, int page)
    {
        var result = await clients.Maps.SearchAsync(filter, page, TestContext.Current.CancellationToken);
        result.Error.ShouldBeNull();
        return result.Value;
    }

    private static async Task<List<FoundMap>> AllAsync(UpstreamClients clients, MapFilter filter, Action<int>? afterPage = null)
    {
        var maps = new List<FoundMap>();
        for (var number = 1; ; number++)
        {
            var page = await PageAsync(clients, filter, number);
            page.Maps.Count.ShouldBeLessThanOrEqualTo(IMapDirectory.PageSize);
            maps.AddRange(page.Maps);
            if (!page.HasMore)
            {
                return maps;
            }

            page.Maps.Count.ShouldBe(IMapDirectory.PageSize);
            afterPage?.Invoke(number);
        }
    }
}
