using Backend.Domain.Common;
using Backend.Domain.Tracks;
using Backend.Integration.Support;
using Backend.TrackmaniaSandbox;

namespace Backend.Integration.Trackmania;

public sealed class TrackmaniaExchangeClientTests
{
    [Theory]
    [InlineData("Demo Mapper")]
    [InlineData("demo mapper")]
    [InlineData("Solo")]
    [InlineData("Ünï Cödé.Mapper-42")]
    [InlineData("ÜNÏ CÖDÉ.MAPPER-42")]
    [InlineData("Prolific Mapper")]
    public async Task All_maps_of_a_mapper_come_newest_first_and_each_once(string mapper)
    {
        await using var clients = await UpstreamClients.WithSandboxAsync();

        var maps = await ListAsync(clients, mapper);

        var expected = clients.Sandbox.World.Maps
            .Where(map => map.IsListed && map.Authors.Any(author => string.Equals(author.Name, mapper, StringComparison.OrdinalIgnoreCase)))
            .OrderByDescending(map => map.UploadedAt)
            .ToList();
        expected.ShouldNotBeEmpty();
        maps.Select(map => map.MapId).ShouldBe(expected.Select(map => map.MapId), ignoreOrder: true);
        maps[0].MapId.ShouldBe(expected[0].MapId);
        maps[^1].MapId.ShouldBe(expected[^1].MapId);
        maps[0].Name.ShouldBe(expected[0].Name);
        maps.Count(map => map.MapUid is null).ShouldBe(expected.Count(map => map.Uid is null));
        clients.Sandbox.Traffic.Count(SandboxHost.Tmx).ShouldBe(maps.Count > 1000 ? 2 : 1);
    }

    [Fact]
    public async Task Maps_with_several_authors_belong_to_each()
    {
        await using var clients = await UpstreamClients.WithSandboxAsync();
        var shared = clients.Sandbox.World.Maps.First(map => map.IsListed && map.Authors.Count > 1);

        foreach (var author in shared.Authors)
        {
            (await ListAsync(clients, author.Name)).ShouldContain(map => map.MapId == shared.MapId);
        }
    }

    [Theory]
    [InlineData("Nobody")]
    [InlineData("No such mapper")]
    [InlineData("Demo")]
    [InlineData("Demo Mapper&count=5#")]
    [InlineData("\ud800")]
    public async Task A_mapper_without_maps_and_an_unknown_one_have_none(string mapper)
    {
        await using var clients = await UpstreamClients.WithSandboxAsync();

        (await ListAsync(clients, mapper)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_map_uploaded_while_paging_disturbs_nothing()
    {
        await using var clients = await UpstreamClients.WithSandboxAsync();
        clients.Sandbox.Scenario.UploadMapDuringPaging("Prolific Mapper");

        var maps = await ListAsync(clients, "Prolific Mapper");

        maps.Count.ShouldBeGreaterThanOrEqualTo(1200);
        maps.ShouldBeUnique();
    }

    [Fact]
    public async Task A_page_that_fails_is_asked_for_again_without_repeating_rows()
    {
        await using var clients = await UpstreamClients.WithSandboxAsync();
        clients.Sandbox.Faults.Add(new Fault(SandboxHost.Tmx, FaultKind.TruncatedBody) { Match = "after=", Times = 2 });

        var maps = await ListAsync(clients, "Prolific Mapper");

        maps.Count.ShouldBeGreaterThanOrEqualTo(1200);
        maps.Select(map => map.MapId).ShouldBeUnique();
        clients.Sandbox.Traffic.Count(SandboxHost.Tmx).ShouldBe(4);
    }

    [Fact]
    public async Task Maps_of_others_are_left_out_and_malformed_uids_too()
    {
        const string Json = """
            {"More":false,"Results":[
              {"MapId":9,"MapUid":"good-uid_1","Name":"by author","Authors":[{"User":{"UserId":1,"Name":"Somebody"}},{"User":{"UserId":2,"Name":"MAPPER"},"Role":"x"}],"Uploader":{"Name":"Somebody"}},
              {"MapId":8,"MapUid":null,"Name":"by uploader","Authors":null,"Uploader":{"Name":"mapper"}},
              {"MapId":7,"MapUid":"../../etc","Name":null,"Uploader":{"Name":"Mapper"}},
              {"MapId":6,"MapUid":"someone","Name":"else","Authors":[{"User":null},null],"Uploader":{"Name":"Mapper2"}},
              {"MapId":9,"MapUid":"good-uid_1","Name":"again","Uploader":{"Name":"Mapper"}},
              {"MapUid":"without-id","Name":"x","Uploader":{"Name":"Mapper"}},
              null
            ]}
            """;
        var clock = new FastClock(100);
        await using var upstream = await ScriptedUpstream.StartAsync(clock, context => ScriptedUpstream.JsonAsync(context, Json));
        await using var clients = UpstreamClients.With(upstream, clock);

        var maps = await ListAsync(clients, " Mapper ");

        MapUid.TryCreate("good-uid_1", out var uid).ShouldBeTrue();
        maps.ShouldBe([new MapListing(9, uid, "by author"), new MapListing(8, null, "by uploader"), new MapListing(7, null, "")]);
        upstream.Requests.ShouldHaveSingleItem().ShouldBe("/api/maps?fields=MapId%2CMapUid%2CName%2CAuthors%2CUploader.Name&count=1000&author=Mapper");
    }

    [Theory]
    [InlineData("""{"More":true,"Results":[]}""", 1)]
    [InlineData("""{"More":true,"Results":[{"MapId":5,"Name":"a","Uploader":{"Name":"Mapper"}}]}""", 2)]
    [InlineData("""{"Results":[{"MapId":5,"Name":"a","Uploader":{"Name":"Mapper"}}]}""", 1)]
    public async Task A_cursor_that_stands_still_ends_the_paging(string page, int requests)
    {
        var clock = new FastClock(100);
        await using var upstream = await ScriptedUpstream.StartAsync(clock, context => ScriptedUpstream.JsonAsync(context, page));
        await using var clients = UpstreamClients.With(upstream, clock);

        (await ListAsync(clients, "Mapper")).Count.ShouldBeLessThanOrEqualTo(1);

        upstream.Requests.Count.ShouldBe(requests);
    }

    [Fact]
    public async Task Paging_ends_after_a_hundred_pages()
    {
        var clock = new FastClock(1000);
        var id = 1_000_000;
        await using var upstream = await ScriptedUpstream.StartAsync(
            clock,
            context => ScriptedUpstream.JsonAsync(context, $$$"""{"More":true,"Results":[{"MapId":{{{--id}}},"Name":"a","Uploader":{"Name":"Mapper"}}]}"""));
        await using var clients = UpstreamClients.With(upstream, clock);

        (await ListAsync(clients, "Mapper")).Count.ShouldBe(100);

        upstream.Requests.Count.ShouldBe(100);
        upstream.Requests.Last().ShouldEndWith("&after=999901");
    }

    [Theory]
    [InlineData("""{"More":false}""")]
    [InlineData("""{"More":false,"Results":{}}""")]
    [InlineData("""{"More":false,"Results":[{"MapId":"x"}]}""")]
    [InlineData("[]")]
    public async Task Another_shape_is_an_error_and_not_asked_for_again(string json)
    {
        var clock = new FastClock(100);
        await using var upstream = await ScriptedUpstream.StartAsync(clock, context => ScriptedUpstream.JsonAsync(context, json));
        await using var clients = UpstreamClients.With(upstream, clock);

        var result = await clients.Maps.ListMapsAsync("Mapper", TestContext.Current.CancellationToken);

        result.Error.ShouldNotBeNull().ShouldBe(new Error(ErrorKind.Upstream, "upstream.tmx_unintelligible", "Trackmania Exchange gave an answer that this server does not understand."));
        upstream.Requests.Count.ShouldBe(1);
    }

    private static async Task<IReadOnlyList<MapListing>> ListAsync(UpstreamClients clients, string mapper)
    {
        var result = await clients.Maps.ListMapsAsync(mapper, TestContext.Current.CancellationToken);
        result.Error.ShouldBeNull();
        return result.Value;
    }
}
