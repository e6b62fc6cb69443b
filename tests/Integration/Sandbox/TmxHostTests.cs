using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Backend.TrackmaniaSandbox;

namespace Backend.Integration.Sandbox;

public sealed class TmxHostTests
{
    private static string Author(string name) => "author=" + Uri.EscapeDataString(name);

    private static async Task<JsonElement[]> MapsAsync(SandboxHarness sandbox, string query) =>
        [.. (await sandbox.GetAsync(sandbox.Server.TmxUrl, "api/maps?" + query)).GetProperty("Results").EnumerateArray()];

    private static long[] MapIds(IEnumerable<JsonElement> rows) => [.. rows.Select(r => r.GetProperty("MapId").GetInt64())];

    private static async Task<List<JsonElement>> PagesAsync(SandboxHarness sandbox, string query)
    {
        var rows = new List<JsonElement>();
        var cursor = string.Empty;
        while (true)
        {
            var page = await sandbox.GetAsync(sandbox.Server.TmxUrl, $"api/maps?{query}{cursor}");
            rows.AddRange(page.GetProperty("Results").EnumerateArray());
            if (!page.GetProperty("More").GetBoolean())
            {
                return rows;
            }

            cursor = "&after=" + rows[^1].GetProperty("MapId").GetInt64();
        }
    }

    [Fact]
    public async Task Without_fields_or_with_an_unknown_one_the_request_is_bad()
    {
        await using var sandbox = await SandboxHarness.StartAsync();

        foreach (var query in new[] { "api/maps", "api/maps?fields=", "api/maps?fields=MapId,Nonsense", "api/maps?fields=Medals.Nonsense", "api/maps?fields=MapId.Name", "api/users?fields=MapUid", "api/users" })
        {
            (await sandbox.StatusAsync(sandbox.Server.TmxUrl, query)).ShouldBe(HttpStatusCode.BadRequest, query);
        }
    }

    [Fact]
    public async Task Only_the_requested_fields_come_back()
    {
        await using var sandbox = await SandboxHarness.StartAsync();

        var rows = await MapsAsync(sandbox, "count=1&fields=" + Uri.EscapeDataString("MapId,Medals.Author,Uploader.Name,Authors[].User.Name,Tags"));

        Regex.Replace(rows[0].GetRawText(), "\\d+", "0", RegexOptions.None, TimeSpan.FromSeconds(1))
            .ShouldMatch("""^{"MapId":0,"Medals":{"Author":0},"Uploader":{"Name":"[^"]+"},"Authors":\[({"User":{"Name":"[^"]+"}},?)+\],"Tags":\[{"TagId":0,"Name":"[^"]+","Color":"[^"]*"}\]}$""");
    }

    [Fact]
    public async Task Every_documented_field_can_be_asked_for()
    {
        await using var sandbox = await SandboxHarness.StartAsync();
        const string fields = "MapId,MapUid,OnlineMapId,Name,GbxMapName,Uploader,Authors[],UploadedAt,UpdatedAt,ActivityAt,Type,Environment,Vehicle,Style,"
            + "Routes,Difficulty,ReplayType,MapType,VehicleName,Mood,MoodFull,TitlePack,Medals,CustomLength,Length,AwardCount,CommentCount,DownloadCount,"
            + "ReplayCount,TrackValue,OnlineWR,OnlineRecordCount,Tags[],Images,HasThumbnail,HasImages,IsPublic,IsListed,ServerSizeExceeded,Feature";

        var rows = await MapsAsync(sandbox, $"count=1000&fields={fields}");

        rows[0].EnumerateObject().Select(p => p.Name).ShouldBe(fields.Replace("[]", string.Empty, StringComparison.Ordinal).Split(','));
        var records = rows.Select(r => r.GetProperty("OnlineWR")).Where(r => r.ValueKind == JsonValueKind.Object).ToArray();
        records.ShouldContain(r => r.GetProperty("RecordTime").GetInt32() == 0 && r.GetProperty("AccountId").ValueKind == JsonValueKind.Null);
        records.ShouldContain(r => r.GetProperty("RecordTime").GetInt32() > 0 && r.GetProperty("AccountId").GetString()!.Any(char.IsAsciiLetterUpper));
    }

    [Theory]
    [InlineData("Demo Mapper", 24)]
    [InlineData("demo mapper", 24)]
    [InlineData("Solo", 1)]
    [InlineData("Ünï Cödé.Mapper-42", 12)]
    [InlineData("Nobody", 0)]
    [InlineData("No Such Mapper", 0)]
    [InlineData("Demo", 0)]
    public async Task An_author_is_found_by_the_whole_name_only(string name, int maps)
    {
        await using var sandbox = await SandboxHarness.StartAsync();

        (await MapsAsync(sandbox, $"{Author(name)}&fields=MapId")).Length.ShouldBe(maps);
    }

    [Fact]
    public async Task Pages_hold_forty_rows_unless_asked_and_a_thousand_at_most()
    {
        await using var sandbox = await SandboxHarness.StartAsync();
        var query = Author("Prolific Mapper") + "&fields=MapId,MapUid";

        (await MapsAsync(sandbox, query)).Length.ShouldBe(40);
        (await MapsAsync(sandbox, query + "&count=5000")).Length.ShouldBe(1000);
        (await PagesAsync(sandbox, query)).Count.ShouldBe(1200);
        var rows = await PagesAsync(sandbox, query + "&count=1000");
        rows.Select(r => r.GetProperty("MapUid").GetString()).Distinct(StringComparer.Ordinal).Count().ShouldBe(1200);
        sandbox.Server.Traffic.Count(SandboxHost.Tmx).ShouldBe(1 + 1 + 30 + 2);
    }

    [Fact]
    public async Task Maps_come_newest_upload_first_with_dates_without_a_zone()
    {
        await using var sandbox = await SandboxHarness.StartAsync();

        var dates = (await MapsAsync(sandbox, "count=1000&fields=UploadedAt")).Select(r => r.GetProperty("UploadedAt").GetString()!).ToArray();

        dates.ShouldAllBe(d => Regex.IsMatch(d, @"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?$", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1)));
        dates.Select(d => d.Length).Distinct().Order().ShouldBe([19, 21, 22, 23]);
        dates.Select(d => DateTime.Parse(d, System.Globalization.CultureInfo.InvariantCulture)).ShouldBeInOrder(SortDirection.Descending);
    }

    [Fact]
    public async Task Unknown_parameters_are_ignored()
    {
        await using var sandbox = await SandboxHarness.StartAsync();

        var filtered = await MapsAsync(sandbox, "fields=MapId&limit=3&offset=7&page=2&mapUid=x");

        MapIds(filtered).ShouldBe(MapIds(await MapsAsync(sandbox, "fields=MapId")));
        filtered.Length.ShouldBe(40);
    }

    [Fact]
    public async Task A_cursor_that_is_not_among_the_rows_gives_an_empty_page()
    {
        await using var sandbox = await SandboxHarness.StartAsync();
        var solo = sandbox.Server.World.MapsOf("Solo")[0].MapId;

        foreach (var cursor in new[] { "after=1", $"after={solo}", "from=nonsense", "before=1" })
        {
            var page = await sandbox.GetAsync(sandbox.Server.TmxUrl, $"api/maps?{Author("Demo Mapper")}&fields=MapId&{cursor}");
            page.GetProperty("Results").GetArrayLength().ShouldBe(0, cursor);
            page.GetProperty("More").GetBoolean().ShouldBeFalse(cursor);
        }
    }

    [Fact]
    public async Task Cursors_count_from_a_row_in_the_chosen_order()
    {
        await using var sandbox = await SandboxHarness.StartAsync();
        var all = MapIds(await MapsAsync(sandbox, Author("Demo Mapper") + "&fields=MapId"));
        var query = Author("Demo Mapper") + "&fields=MapId&count=3&";

        MapIds(await MapsAsync(sandbox, query + $"after={all[4]}")).ShouldBe(all[5..8]);
        MapIds(await MapsAsync(sandbox, query + $"from={all[4]}")).ShouldBe(all[4..7]);
        MapIds(await MapsAsync(sandbox, query + $"before={all[4]}")).ShouldBe(all[1..4]);
        MapIds(await MapsAsync(sandbox, query + $"order1=5&after={all[4]}")).ShouldBe([all[3], all[2], all[1]]);
    }

    [Fact]
    public async Task Maps_are_found_by_id_uid_user_id_and_words_of_the_name()
    {
        await using var sandbox = await SandboxHarness.StartAsync();
        var world = sandbox.Server.World;
        var maps = world.MapsOf("Demo Mapper");
        var user = world.FindMapper("Demo Mapper")!.UserId;

        MapIds(await MapsAsync(sandbox, $"fields=MapId&id={maps[3].MapId},{maps[1].MapId},1")).ShouldBe([maps[1].MapId, maps[3].MapId]);
        MapIds(await MapsAsync(sandbox, $"fields=MapId&uid={maps[5].Uid},unknown")).ShouldBe([maps[5].MapId]);
        MapIds(await MapsAsync(sandbox, $"fields=MapId&authoruserid={user}")).ShouldBe(maps.Select(m => m.MapId));
        var named = await MapsAsync(sandbox, "fields=Name&count=1000&name=canyon%20HIDDEN");
        named.ShouldNotBeEmpty();
        named.ShouldAllBe(m => m.GetProperty("Name").GetString()!.StartsWith("Hidden Canyon", StringComparison.Ordinal));
        (await sandbox.StatusAsync(sandbox.Server.TmxUrl, "api/maps?fields=MapId&id=" + string.Join(',', Enumerable.Range(1, 101)))).ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task A_shared_map_is_listed_for_each_of_its_authors()
    {
        await using var sandbox = await SandboxHarness.StartAsync();
        var shared = sandbox.Server.World.MapsOf("Demo Mapper").Where(m => m.Authors.Count > 1).ToArray();

        shared.Select(m => m.Uploader.Name == "Demo Mapper").Distinct().Count().ShouldBe(2);
        foreach (var map in shared)
        {
            foreach (var author in map.Authors)
            {
                MapIds(await PagesAsync(sandbox, $"fields=MapId&authoruserid={author.UserId}")).ShouldContain(map.MapId);
            }
        }
    }

    [Fact]
    public async Task Users_are_found_by_name_and_id()
    {
        await using var sandbox = await SandboxHarness.StartAsync();
        var nobody = sandbox.Server.World.FindMapper("Nobody")!;

        var byName = await sandbox.GetAsync(sandbox.Server.TmxUrl, "api/users?fields=UserId,Name,MapCount&name=mapper");
        var byId = await sandbox.GetAsync(sandbox.Server.TmxUrl, $"api/users?fields=Name,MapCount&id={nobody.UserId}");

        byName.GetProperty("Results").EnumerateArray().ToDictionary(u => u.GetProperty("Name").GetString()!, u => u.GetProperty("MapCount").GetInt32(), StringComparer.Ordinal)
            .ShouldBe(new Dictionary<string, int>(StringComparer.Ordinal) { ["Demo Mapper"] = 24, ["Prolific Mapper"] = 1200, ["Ünï Cödé.Mapper-42"] = 12 }, ignoreOrder: true);
        byId.GetProperty("Results").EnumerateArray().Single().GetRawText().ShouldBe("""{"Name":"Nobody","MapCount":0}""");
    }

    [Fact]
    public async Task Users_are_paged_by_user_id()
    {
        await using var sandbox = await SandboxHarness.StartAsync();

        var first = await sandbox.GetAsync(sandbox.Server.TmxUrl, "api/users?fields=UserId");
        var last = first.GetProperty("Results").EnumerateArray().Last().GetProperty("UserId").GetInt64();
        var second = await sandbox.GetAsync(sandbox.Server.TmxUrl, $"api/users?fields=UserId&after={last}");

        first.GetProperty("More").GetBoolean().ShouldBeTrue();
        first.GetProperty("Results").GetArrayLength().ShouldBe(40);
        second.GetProperty("More").GetBoolean().ShouldBeFalse();
        second.GetProperty("Results").GetArrayLength().ShouldBe(sandbox.Server.World.Mappers.Count - 40);
    }

    [Fact]
    public async Task Orders_and_tags_are_described()
    {
        await using var sandbox = await SandboxHarness.StartAsync();

        (await sandbox.GetAsync(sandbox.Server.TmxUrl, "api/meta/maporders")).EnumerateArray().Select(o => o.GetProperty("Key").GetInt32()).ShouldContain(6);
        (await sandbox.GetAsync(sandbox.Server.TmxUrl, "api/meta/tags"))[0].GetProperty("ID").GetInt32().ShouldBe(1);
    }
}
