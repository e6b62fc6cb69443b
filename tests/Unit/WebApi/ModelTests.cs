using System.Text.Json;
using System.Text.Json.Nodes;
using Backend.Application.Leaderboards;
using Backend.Application.MapSearches;
using Backend.Application.Ports;
using Backend.Application.Sessions;
using Backend.Domain.Accounts;
using Backend.Domain.Common;
using Backend.Domain.MapSearches;
using Backend.Domain.Tracks;
using Backend.Unit.Support;
using Backend.WebApi.Endpoints;
using Backend.WebApi.Http;

namespace Backend.Unit.WebApi;

/// <summary>The names and forms on the wire, written out: renaming a property must fail here and nowhere else first.</summary>
public sealed class ModelTests
{
    private static readonly JsonSerializerOptions Options = MakeOptions();

    private static readonly MapSearchJob Running = Make.Job("Ünï", SearchPeriod.Week).Claim(Make.Start).StartReading(4, Make.Start)
        .Append(Make.Row(0, entries: 2), Make.Start.AddSeconds(2)).Append(Make.Row(1, failure: "no answer"), Make.Start.AddSeconds(4));

    private static readonly MapSearchJob Completed = Running.Append(Make.Row(2), Make.Start.AddSeconds(5)).Append(Make.Row(3, entries: 1), Make.Start.AddSeconds(6)).Complete(Make.Start.AddSeconds(6));

    private static readonly Dictionary<AccountId, string> Names = new() { [Make.Account(1)] = "Näme" };

    [Fact]
    public async Task Signing_in_answers_tokens_and_the_user()
    {
        var body = await Write(LoginResponse.From(new LoginResult(new SessionTokens(new Secret("a"), new Secret("r")), Make.User())));

        Keys(body).ShouldBe("access_token refresh_token expires_in token_type user");
        (body["access_token"]!.GetValue<string>(), body["refresh_token"]!.GetValue<string>(), body["expires_in"]!.GetValue<int>(), body["token_type"]!.GetValue<string>())
            .ShouldBe(("a", "r", 900, "Bearer"));
        body["user"]!.ToJsonString().ShouldBe("""{"id":"7","username":"Demo Mapper","email":"demo@example.com"}""");
    }

    [Fact]
    public async Task Refreshing_answers_tokens() =>
        Keys(await Write(TokenResponse.From(new SessionTokens(new Secret("a"), new Secret("r"))))).ShouldBe("access_token refresh_token expires_in token_type");

    [Fact]
    public async Task A_profile_and_a_session_have_their_names()
    {
        Keys(await Write(ProfileResponse.From(Make.User()))).ShouldBe("id email username createdAt tmxUserId formerUsername");
        var sessions = await Write<IEnumerable<SessionResponse>>([SessionResponse.From(Make.Session(), Make.SessionId), SessionResponse.From(Make.Session(), new(Make.SomeId))]);
        Keys(sessions[0]!).ShouldBe("id createdAt lastUsedAt userAgent ipAddress current");
        sessions[0]!["current"]!.GetValue<bool>().ShouldBeTrue();
        sessions[1]!["current"]!.GetValue<bool>().ShouldBeFalse();
    }

    [Fact]
    public async Task Health_and_messages_have_their_names()
    {
        var health = await Write(new HealthResponse("OK", Make.Start, 1.5, "development", "1.0.0", new HealthServices("healthy", "not_configured")));

        Keys(health).ShouldBe("status timestamp uptime environment version services");
        Keys(health["services"]!).ShouldBe("backend postgres");
        Keys(await Write(new MessageResponse("hello"))).ShouldBe("msg");
    }

    [Fact]
    public async Task A_search_shows_its_progress()
    {
        var body = await Write(MapSearchResponse.From(Running, queuePlace: null));

        Keys(body).ShouldBe("id mapper period status createdAt updatedAt progress results");
        (body["status"]!.GetValue<string>(), body["period"]!.GetValue<string>(), body["mapper"]!.GetValue<string>()).ShouldBe(("processing", "1w", "Ünï"));
        body["results"]!.GetValue<string>().ShouldBe($"/api/v1/map-searches/{Running.Id}/results");
        body["createdAt"]!.GetValue<string>().ShouldBe("2026-03-01T12:00:00.000Z");
        body["progress"]!.ToJsonString().ShouldBe(
            """{"phase":"reading-leaderboards","mapsDone":2,"mapsTotal":4,"mapsFailed":1,"recordsFound":2,"attempt":1,"secondsLeft":4,"queuePlace":null}""");
    }

    [Fact]
    public async Task A_waiting_search_shows_what_is_not_known_as_null() =>
        (await Write(MapSearchResponse.From(Make.Job(), queuePlace: 3)))["progress"]!.ToJsonString().ShouldBe(
            """{"phase":"queued","mapsDone":0,"mapsTotal":null,"mapsFailed":0,"recordsFound":0,"attempt":1,"secondsLeft":null,"queuePlace":3}""");

    [Fact]
    public async Task A_failed_search_shows_why() =>
        (await Write(MapSearchResponse.From(Running.Fail("because", Make.Start), null)))["error"]!.GetValue<string>().ShouldBe("because");

    [Fact]
    public void Every_state_and_phase_has_a_name()
    {
        Enum.GetValues<MapSearchState>().Select(MapSearchResponse.NameOf).ShouldBe(["pending", "processing", "completed", "failed", "cancelled"]);
        Should.Throw<ArgumentOutOfRangeException>(() => MapSearchResponse.NameOf((MapSearchState)99));
        MapSearchJob[] everyPhase = [Make.Job(), Make.Job().Claim(Make.Start), Running, Completed, Make.Job().Claim(Make.Start).StartReading(1, Make.Start).Append(Make.Row(0), Make.Start)];
        everyPhase.Select(j => j.Phase).Order().ShouldBe(Enum.GetValues<MapSearchPhase>().Order());
        everyPhase.Select(j => ProgressResponse.From(j, null).Phase).ShouldBe(["queued", "listing-maps", "reading-leaderboards", "finished", "resolving-names"]);
    }

    [Fact]
    public async Task A_page_of_results_shows_maps_with_records_or_trouble()
    {
        var body = await Write(MapSearchResultsResponse.From(Results(Completed, after: -1), after: -1, limit: 200));

        Keys(body).ShouldBe("status next complete items");
        (body["next"]!.GetValue<int>(), body["complete"]!.GetValue<bool>()).ShouldBe((3, true));
        body["items"]!.AsArray().Select(i => i!["index"]!.GetValue<int>()).ShouldBe([0, 1, 3]);
        Keys(body["items"]![0]!).ShouldBe("index mapId mapUid mapName leaderboard");
        Keys(body["items"]![1]!).ShouldBe("index mapId mapUid mapName error leaderboard");
        body["items"]![0]!["leaderboard"]![0]!.ToJsonString(Options).ShouldBe(
            """{"accountId":"00000001-0000-0000-0000-000000000000","zoneId":"zone","zoneName":"World","position":1,"score":40001,"timestamp":1772366400,"playerName":"Näme"}""");
        Keys(body["items"]![0]!["leaderboard"]![1]!).ShouldBe("accountId zoneId zoneName position score timestamp");
    }

    [Theory]
    [InlineData(-1, 1, 0, false)]
    [InlineData(-1, 4, 3, true)]
    [InlineData(-1, 1000, 3, true)]
    [InlineData(0, 2, 2, false)]
    [InlineData(2, 1, 3, true)]
    [InlineData(3, 1, 3, true)]
    [InlineData(99, 1, 3, true)]
    [InlineData(int.MaxValue, 1000, 3, true)]
    public async Task Pages_follow_one_another_to_the_end(int after, int limit, int next, bool complete)
    {
        var body = await Write(MapSearchResultsResponse.From(Results(Completed, after), after, limit));

        (body["next"]!.GetValue<int>(), body["complete"]!.GetValue<bool>()).ShouldBe((next, complete));
        body["items"]!.AsArray().ShouldAllBe(i => i!["index"]!.GetValue<int>() > after && i["index"]!.GetValue<int>() <= next);
    }

    [Fact]
    public async Task Reading_page_by_page_gives_every_row_once()
    {
        for (var limit = 1; limit <= 5; limit++)
        {
            var seen = new List<int>();
            var (after, complete, pages) = (-1, false, 0);
            while (!complete)
            {
                (++pages).ShouldBeLessThanOrEqualTo(5);
                var body = await Write(MapSearchResultsResponse.From(Results(Completed, after), after, limit));
                seen.AddRange(body["items"]!.AsArray().Select(i => i!["index"]!.GetValue<int>()));
                (after, complete) = (body["next"]!.GetValue<int>(), body["complete"]!.GetValue<bool>());
            }

            seen.ShouldBe([0, 1, 3]);
        }
    }

    [Fact]
    public async Task A_running_search_is_never_complete_and_rows_that_it_does_not_count_are_held_back()
    {
        var body = await Write(MapSearchResultsResponse.From(Results(Running, after: -1), after: -1, limit: 200));

        (body["next"]!.GetValue<int>(), body["complete"]!.GetValue<bool>(), body["status"]!.GetValue<string>()).ShouldBe((1, false, "processing"));
        body["items"]!.AsArray().Count.ShouldBe(2);
    }

    [Fact]
    public async Task An_empty_search_has_one_complete_empty_page()
    {
        var empty = Make.Job().Claim(Make.Start).StartReading(0, Make.Start).Complete(Make.Start);
        var body = await Write(MapSearchResultsResponse.From(new MapSearchResults(empty, AsyncEnumerable.Empty<NamedMapSearchRow>()), -1, 200));

        body.ToJsonString().ShouldBe("""{"status":"completed","next":-1,"complete":true,"items":[]}""");
    }

    [Fact]
    public async Task The_compatible_status_has_the_names_and_numbers_of_old()
    {
        var body = await Write(LegacyStatusResponse.From(new JobStatus(Completed, IsKnown: false, QueuePlace: null), Results(Completed, -1)));

        Keys(body).ShouldBe("jobId status username period created_at updated_at progress result failedMaps");
        body["created_at"]!.GetValue<long>().ShouldBe(Make.Start.ToUnixTimeMilliseconds());
        body["updated_at"]!.GetValue<long>().ShouldBe(Make.Start.AddSeconds(6).ToUnixTimeMilliseconds());
        body["result"]!.AsArray().Select(m => Keys(m!)).Distinct().ShouldBe(["mapId mapName leaderboard"]);
        body["result"]!.AsArray().Count.ShouldBe(2);
        body["failedMaps"]!.ToJsonString().ShouldBe("""[{"mapId":1001,"mapName":"Map 1","error":"no answer"}]""");
    }

    [Fact]
    public async Task The_compatible_status_has_no_result_before_the_end_and_calls_cancelled_failed()
    {
        Keys(await Write(Status(Running))).ShouldBe("jobId status username period created_at updated_at progress");
        var cancelled = await Write(Status(Running.Cancel(Make.Start)));
        (cancelled["status"]!.GetValue<string>(), cancelled["error"]!.GetValue<string>()).ShouldBe(("failed", "The search was cancelled."));
        var failed = await Write(Status(Running.Fail("because", Make.Start)));
        (failed["status"]!.GetValue<string>(), failed["error"]!.GetValue<string>()).ShouldBe(("failed", "because"));
    }

    [Fact]
    public async Task The_compatible_submission_has_its_names() =>
        Keys(await Write(new LegacySubmittedResponse("j", "pending", "m", "e"))).ShouldBe("jobId status message estimatedWaitTime");

    [Fact]
    public void Secret_times_and_missing_times_have_their_marks()
    {
        var response = LeaderboardEntryResponse.From(Make.Entry(1, null) with { Time = RecordTime.Secret }, Names);

        (response.Score, response.Timestamp).ShouldBe((-1, null));
    }

    [Fact]
    public async Task Users_of_the_site_are_named_as_the_site_names_them() =>
        (await Write<IEnumerable<TmxUserResponse>>([TmxUserResponse.From(new TmxUser(new TmxUserId(40_001), "Ünï"))])).ToJsonString(Options).ShouldBe("""[{"Name":"Ünï","UserId":40001}]""");

    [Fact]
    public async Task Names_of_accounts_keep_the_spelling_of_their_ids() =>
        (await Write<IReadOnlyDictionary<string, string>>(new Dictionary<string, string>(StringComparer.Ordinal) { ["ABC"] = "x", ["Abc"] = "y" })).ToJsonString().ShouldBe("""{"ABC":"x","Abc":"y"}""");

    [Fact]
    public async Task Found_maps_have_the_names_of_old_and_numbers_where_there_were_texts()
    {
        var known = new FoundMap(7, Make.Uid(7), "Näme", ["a", "b"], new Medals(1, null, 5_000_000_000, 4), Make.Start.AddMilliseconds(70), 12);
        var bare = known with { Authors = [], Medals = new Medals(null, null, null, null) };

        var body = await Write(FoundMapsResponse.From(new FoundMaps([known, bare], HasMore: true), page: 2));

        body["pagination"]!.ToJsonString().ShouldBe("""{"currentPage":2,"pageSize":20,"hasMore":true,"totalResults":2}""");
        body["results"]![0]!.ToJsonString(Options).ShouldBe(
            """{"mapId":7,"mapUid":"uid_0007","name":"Näme","authors":["a","b"],"medals":{"author":1,"gold":null,"silver":5000000000,"bronze":4},"uploadedAt":"2026-03-01T12:00:00.070Z","downloadCount":12}""");
        (body["results"]![1]!["authors"]!.ToJsonString(), body["results"]![1]!["medals"]).ShouldBe(("[]", null));
        body["results"]![1]!.AsObject().ContainsKey("medals").ShouldBeTrue();
    }

    [Fact]
    public async Task Latest_records_have_the_shape_of_the_games_own_service()
    {
        var body = await Write(LatestRecordsResponse.From(new LatestRecords(Make.Uid(1), [Make.Entry(1, Make.Start), Make.Entry(2, Make.Start, 2) with { Time = RecordTime.Secret }])));

        body.ToJsonString().ShouldBe(
            """{"groupUid":"Personal_Best","mapUid":"uid_0001","tops":[{"zoneId":"301e1b69-7e13-11e8-8060-e284abfd2bc4","zoneName":"World","top":["""
            + """{"accountId":"00000001-0000-0000-0000-000000000000","zoneId":"zone","zoneName":"World","position":1,"score":40001,"timestamp":1772366400},"""
            + """{"accountId":"00000002-0000-0000-0000-000000000000","zoneId":"zone","zoneName":"World","position":2,"score":-1,"timestamp":1772366400}]}]}""");
    }

    [Fact]
    public void Secrets_come_in_as_strings_and_never_go_out()
    {
        var body = JsonSerializer.Deserialize<RegisterBody>("""{"email":"e","username":"n","password":"pässword"}""", Options)!;
        body.Password!.Reveal().ShouldBe("pässword");
        JsonSerializer.Deserialize<RefreshTokenBody>("""{"refresh_token":"r"}""", Options)!.RefreshToken!.Reveal().ShouldBe("r");
        JsonSerializer.Deserialize<LoginBody>("""{"password":null}""", Options)!.Password.ShouldBeNull();
        Should.Throw<NotSupportedException>(() => JsonSerializer.Serialize(body, Options));
    }

    [Theory]
    [InlineData("""{"password":1}""")]
    [InlineData("""{"password":["a"]}""")]
    [InlineData("""{"password":{}}""")]
    [InlineData("""{"password":true}""")]
    [InlineData("""{"password":"a","password":"b"}""")]
    [InlineData("""{"password":"a","PASSWORD":"b"}""")]
    [InlineData("""{"email":1}""")]
    [InlineData("""{"password":"\ud800"}""")]
    [InlineData("""[]""")]
    [InlineData("""{""")]
    public void A_body_of_another_shape_is_malformed(string json) => Should.Throw<JsonException>(() => JsonSerializer.Deserialize<LoginBody>(json, Options));

    private static LegacyStatusResponse Status(MapSearchJob job) => LegacyStatusResponse.From(new JobStatus(job, IsKnown: false, QueuePlace: null), results: null);

    private static MapSearchResults Results(MapSearchJob job, int after) =>
        new(job, new[] { Make.Row(0, entries: 2), Make.Row(1, failure: "no answer"), Make.Row(2), Make.Row(3, entries: 1) }.Where(r => r.Index > after).Select(r => new NamedMapSearchRow(r, Names)).ToAsyncEnumerable());

    private static string Keys(JsonNode node) => string.Join(' ', node.AsObject().Select(p => p.Key));

    private static async Task<JsonNode> Write<T>(T value)
    {
        using var stream = new MemoryStream();
        await JsonSerializer.SerializeAsync(stream, value, Options);
        stream.Position = 0;
        return JsonNode.Parse(stream)!;
    }

    private static JsonSerializerOptions MakeOptions()
    {
        var options = new JsonSerializerOptions(JsonSerializerDefaults.Web) { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        ApiJson.Configure(options);
        return options;
    }
}
