using Backend.Domain.Common;
using Backend.Domain.Tracks;
using Backend.Integration.Support;
using Backend.TrackmaniaSandbox;

namespace Backend.Integration.Trackmania;

public sealed class TrackmaniaOAuthClientTests
{
    [Fact]
    public async Task Fifty_names_come_in_one_call_and_unknown_accounts_stay_absent()
    {
        await using var clients = await UpstreamClients.WithSandboxAsync();
        var unknown = new AccountId(new Guid("ffffffff-0000-4000-8000-000000000001"));
        var known = Known(clients, 49);

        var names = await ResolveAsync(clients, [.. known, unknown]);

        names.ShouldBe(known.ToDictionary(account => account, account => clients.Sandbox.World.DisplayNameOf(account.Value)!), ignoreOrder: true);
        clients.Sandbox.Traffic.Count(SandboxHost.OAuth, "/api/display-names").ShouldBe(1);
        clients.Sandbox.Traffic.Count(SandboxHost.OAuth, "/api/access_token").ShouldBe(1);
    }

    [Fact]
    public async Task When_no_account_is_known_there_are_no_names()
    {
        await using var clients = await UpstreamClients.WithSandboxAsync();

        (await ResolveAsync(clients, [new AccountId(new Guid("ffffffff-0000-4000-8000-000000000001"))])).ShouldBeEmpty();
    }

    [Fact]
    public async Task Nobody_is_asked_about_no_accounts()
    {
        await using var clients = await UpstreamClients.WithSandboxAsync();

        (await ResolveAsync(clients, [])).ShouldBeEmpty();

        clients.Sandbox.Traffic.Count(SandboxHost.OAuth).ShouldBe(0);
    }

    [Fact]
    public async Task More_accounts_than_a_batch_are_a_mistake_of_the_caller()
    {
        await using var clients = await UpstreamClients.WithSandboxAsync();

        await Should.ThrowAsync<ArgumentOutOfRangeException>(() => ResolveAsync(clients, Known(clients, 51)));
    }

    [Theory]
    [InlineData(59)]
    [InlineData(65)]
    [InlineData(100_000)]
    public async Task A_token_is_replaced_around_its_end_without_a_refused_call(int minutes)
    {
        var clock = new FastClock(100);
        await using var clients = await UpstreamClients.WithSandboxAsync(clock: clock);
        var accounts = Known(clients, 1);
        await ResolveAsync(clients, accounts);

        clock.Advance(TimeSpan.FromMinutes(minutes));
        (await ResolveAsync(clients, accounts)).Count.ShouldBe(1);

        (await clients.AnsweredAsync()).Where(entry => entry.Host == SandboxHost.OAuth).ShouldAllBe(entry => entry.Status == 200);
        clients.Sandbox.Traffic.Count(SandboxHost.OAuth, "/api/access_token").ShouldBe(2);
    }

    [Fact]
    public async Task A_refused_token_is_replaced_once_and_the_call_repeated_once()
    {
        await using var clients = await UpstreamClients.WithSandboxAsync();
        var accounts = Known(clients, 3);
        await ResolveAsync(clients, accounts);
        clients.Sandbox.Faults.RevokeTokens(SandboxHost.OAuth);

        (await ResolveAsync(clients, accounts)).Count.ShouldBe(3);

        (await clients.AnsweredAsync()).Select(entry => (entry.Method, entry.Status)).ShouldBe([("POST", 200), ("GET", 200), ("GET", 401), ("POST", 200), ("GET", 200)]);
    }

    [Fact]
    public async Task Wrong_credentials_are_an_error_and_not_tried_again_by_themselves()
    {
        await using var clients = await UpstreamClients.WithSandboxAsync(change: options => options with { OAuthClientSecret = new Secret("wrong-secret") });

        var result = await clients.Names.ResolveAsync(Known(clients, 1), TestContext.Current.CancellationToken);

        result.Error.ShouldNotBeNull().Code.ShouldBe("upstream.oauth_unauthorized");
        clients.Sandbox.Traffic.Count(SandboxHost.OAuth).ShouldBe(1);
        clients.Log.Lines.ShouldAllBe(line => !line.Contains("wrong-secret", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("""["x"]""", false)]
    [InlineData("""{"11111111-aaaa-4bbb-8ccc-000000000001":{}}""", false)]
    [InlineData("\"x\"", false)]
    [InlineData("""{"11111111-AAAA-4bbb-8ccc-000000000001":"Dot.Name","junk":"x","22222222-aaaa-4bbb-8ccc-000000000001":"not asked"}""", true)]
    [InlineData("""{"11111111-aaaa-4bbb-8ccc-000000000001":null}""", true)]
    public async Task Other_shapes_are_told_apart(string json, bool understood)
    {
        var clock = new FastClock(100);
        await using var upstream = await ScriptedUpstream.StartAsync(clock, context => ScriptedUpstream.JsonAsync(context, json));
        await using var clients = UpstreamClients.With(upstream, clock);
        var account = new AccountId(new Guid("11111111-aaaa-4bbb-8ccc-000000000001"));

        var result = await clients.Names.ResolveAsync([account], TestContext.Current.CancellationToken);

        result.IsSuccess.ShouldBe(understood);
        if (understood)
        {
            result.Value.Keys.ShouldAllBe(found => found == account);
        }
        else
        {
            result.Error!.Code.ShouldBe("upstream.oauth_unintelligible");
        }
    }

    [Theory]
    [InlineData("Demo Mapper", "Demo Mapper")]
    [InlineData("  dEMO mapper ", "Demo Mapper")]
    [InlineData("ÜNÏ CÖDÉ.MAPPER-42", "Ünï Cödé.Mapper-42")]
    [InlineData("gravel & sons", "Gravel & Sons")]
    [InlineData("Inga D'Or", "Inga D'Or")]
    [InlineData("YAMABUSHI 山", "Yamabushi 山")]
    public async Task A_player_is_found_by_name_in_any_case_and_told_as_spelled(string typed, string spelled)
    {
        await using var clients = await UpstreamClients.WithSandboxAsync();

        (await FindAsync(clients, typed)).ShouldBe(new Player(new AccountId(clients.Sandbox.World.FindMapper(spelled)!.AccountId), spelled));

        clients.Sandbox.Traffic.Count(SandboxHost.OAuth, "/api/display-names").ShouldBe(2);
    }

    [Theory]
    [InlineData("Nobody at all")]
    [InlineData("O'Reilly -- <b>;select")]
    [InlineData("Demo Mapper&displayName[]=Solo#")]
    [InlineData("100% 🏁 \"quoted\" \\ +plus")]
    public async Task Whatever_is_asked_for_is_asked_for_as_typed_and_found_to_be_nobodys(string name)
    {
        var clock = new FastClock(100);
        var asked = new List<string?>();
        await using var upstream = await ScriptedUpstream.StartAsync(clock, context =>
        {
            asked.AddRange(context.Request.Query["displayName[]"]);
            return ScriptedUpstream.JsonAsync(context, "[]");
        });
        await using var clients = UpstreamClients.With(upstream, clock);

        (await FindAsync(clients, name)).ShouldBeNull();

        asked.ShouldBe([name]);
        upstream.Requests.ShouldHaveSingleItem().ShouldStartWith("/api/display-names/account-ids?displayName%5B%5D=");
        clients.Log.Lines.ShouldAllBe(line => !line.Contains(name, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("")]
    [InlineData(" \u00A0 ")]
    [InlineData("new\nline")]
    [InlineData("\ud800")]
    public async Task What_cannot_be_a_name_is_nobodys_and_nobody_is_asked(string name)
    {
        await using var clients = await UpstreamClients.WithSandboxAsync();

        (await FindAsync(clients, name)).ShouldBeNull();

        clients.Sandbox.Traffic.Count(SandboxHost.OAuth).ShouldBe(0);
    }

    [Fact]
    public async Task A_player_who_was_renamed_is_found_by_the_new_name_only()
    {
        await using var clients = await UpstreamClients.WithSandboxAsync();
        var solo = clients.Sandbox.World.FindMapper("Solo")!;
        clients.Sandbox.Scenario.Rename(solo.AccountId, "Sölo the Second");

        (await FindAsync(clients, "solo")).ShouldBeNull();
        (await FindAsync(clients, "sölo THE second")).ShouldBe(new Player(new AccountId(solo.AccountId), "Sölo the Second"));
    }

    /// <summary>Neither the spelling of the answer's key nor what becomes of old names is documented.</summary>
    [Theory]
    [InlineData("DEMO", "Demo", "Demo")]
    [InlineData("demo", "Demo", "Demo")]
    [InlineData("Demo", "New name", null)]
    [InlineData("Demo", null, null)]
    [InlineData("Somebody else", "Demo", null)]
    public async Task The_spelling_and_the_present_owner_are_those_that_the_id_leads_to(string key, string? current, string? expected)
    {
        const string Id = "11111111-aaaa-4bbb-8ccc-000000000001";
        var clock = new FastClock(100);
        await using var upstream = await ScriptedUpstream.StartAsync(clock, context => ScriptedUpstream.JsonAsync(
            context,
            context.Request.Path.Value!.EndsWith("/account-ids", StringComparison.Ordinal) ? $$"""{"{{key}}":"{{Id.ToUpperInvariant()}}"}""" : current is null ? "[]" : $$"""{"{{Id}}":"{{current}}"}"""));
        await using var clients = UpstreamClients.With(upstream, clock);

        (await FindAsync(clients, "demo")).ShouldBe(expected is null ? null : new Player(new AccountId(new Guid(Id)), expected));
    }

    [Theory]
    [InlineData("""["x"]""")]
    [InlineData("""{"demo":"no id"}""")]
    [InlineData("""{"demo":{}}""")]
    [InlineData("null")]
    public async Task An_answer_of_another_shape_is_not_nobody(string json)
    {
        var clock = new FastClock(100);
        await using var upstream = await ScriptedUpstream.StartAsync(clock, context => ScriptedUpstream.JsonAsync(context, json));
        await using var clients = UpstreamClients.With(upstream, clock);

        (await clients.Names.FindAsync("Demo", TestContext.Current.CancellationToken)).Error.ShouldNotBeNull().Code.ShouldBe("upstream.oauth_unintelligible");
    }

    [Fact]
    public async Task A_spelling_that_cannot_be_had_is_trouble_and_not_nobody()
    {
        await using var clients = await UpstreamClients.WithSandboxAsync();
        clients.Sandbox.Faults.Add(new Fault(SandboxHost.OAuth, FaultKind.InternalServerError) { Match = "accountId" });

        (await clients.Names.FindAsync("Solo", TestContext.Current.CancellationToken)).Error.ShouldNotBeNull().Code.ShouldBe("upstream.oauth_unavailable");
    }

    private static async Task<Player?> FindAsync(UpstreamClients clients, string name)
    {
        var result = await clients.Names.FindAsync(name, TestContext.Current.CancellationToken);
        result.Error.ShouldBeNull();
        return result.Value.Player;
    }

    private static AccountId[] Known(UpstreamClients clients, int count) =>
        [.. clients.Sandbox.World.Mappers.Take(count).Select(mapper => new AccountId(mapper.AccountId))];

    private static async Task<IReadOnlyDictionary<AccountId, string>> ResolveAsync(UpstreamClients clients, AccountId[] accounts)
    {
        var result = await clients.Names.ResolveAsync(accounts, TestContext.Current.CancellationToken);
        result.Error.ShouldBeNull();
        return result.Value;
    }
}
