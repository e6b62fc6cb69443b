using Backend.Domain.Accounts;
using Backend.Domain.Common;
using Backend.Integration.Support;
using Backend.TrackmaniaSandbox;

namespace Backend.Integration.Trackmania;

public sealed class TrackmaniaExchangeUserClientTests
{
    [Fact]
    public async Task Users_are_found_by_a_part_of_their_name_in_the_sites_order()
    {
        await using var clients = await UpstreamClients.WithSandboxAsync();

        var page = (await clients.Users.SearchAsync(" MAPPER ", TestContext.Current.CancellationToken)).Value;

        page.Users.ShouldBe(clients.Sandbox.World.Mappers
            .Where(mapper => mapper.Name.Contains("mapper", StringComparison.OrdinalIgnoreCase))
            .Select(mapper => new TmxUser(new TmxUserId(mapper.UserId), mapper.Name)));
        page.Users.Count.ShouldBe(3);
        page.HasMore.ShouldBeFalse();
        clients.Sandbox.Traffic.Count(SandboxHost.Tmx).ShouldBe(1);
    }

    [Fact]
    public async Task More_than_a_page_is_said_and_not_read_on()
    {
        await using var clients = await UpstreamClients.WithSandboxAsync();

        var page = (await clients.Users.SearchAsync("e", TestContext.Current.CancellationToken)).Value;

        page.Users.Count.ShouldBe(40);
        page.HasMore.ShouldBeTrue();
        clients.Sandbox.Traffic.Count(SandboxHost.Tmx).ShouldBe(1);
    }

    [Theory]
    [InlineData("O'Reilly -- <b>;select")]
    [InlineData("Ünï Cödé.Mapper-42 🏁")]
    [InlineData("Gravel & Sons&count=1")]
    [InlineData("#1 100% +plus / \\ \"quoted\"")]
    public async Task Any_name_is_asked_for_as_typed(string name)
    {
        var clock = new FastClock(100);
        var asked = new List<string?>();
        await using var upstream = await ScriptedUpstream.StartAsync(clock, context =>
        {
            asked.Add(context.Request.Query["name"]);
            return ScriptedUpstream.JsonAsync(context, """{"More":false,"Results":[]}""");
        });
        await using var clients = UpstreamClients.With(upstream, clock);

        (await clients.Users.SearchAsync(name, TestContext.Current.CancellationToken)).Value.Users.ShouldBeEmpty();

        asked.ShouldBe([name]);
        upstream.Requests.ShouldHaveSingleItem().ShouldStartWith("/api/users?fields=UserId%2CName&count=40&name=");
        clients.Log.Lines.ShouldAllBe(line => !line.Contains(name, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("")]
    [InlineData("  ")]
    [InlineData("nul\0")]
    [InlineData("\ud800")]
    public async Task What_cannot_be_a_name_finds_nobody_and_the_site_is_not_asked(string name)
    {
        await using var clients = await UpstreamClients.WithSandboxAsync();

        (await clients.Users.SearchAsync(name, TestContext.Current.CancellationToken)).Value.Users.ShouldBeEmpty();

        clients.Sandbox.Traffic.Count(SandboxHost.Tmx).ShouldBe(0);
    }

    [Fact]
    public async Task Rows_that_name_nobody_are_left_out_and_no_user_comes_twice()
    {
        const string Json = """
            {"More":false,"Results":[
              {"UserId":9007199254740993,"Name":" Spaced  Name "},
              {"UserId":7,"Name":null}, {"UserId":8,"Name":" "}, {"UserId":0,"Name":"zero"}, {"UserId":-5,"Name":"minus"}, {"Name":"without id"}, null,
              {"UserId":9007199254740993,"Name":"again"},
              {"UserId":9,"Name":"Nine","MapCount":3}
            ]}
            """;
        var clock = new FastClock(100);
        await using var upstream = await ScriptedUpstream.StartAsync(clock, context => ScriptedUpstream.JsonAsync(context, Json));
        await using var clients = UpstreamClients.With(upstream, clock);

        (await clients.Users.SearchAsync("x", TestContext.Current.CancellationToken)).Value.Users.ShouldBe(
            [new TmxUser(new TmxUserId(9007199254740993), " Spaced  Name "), new TmxUser(new TmxUserId(9), "Nine")]);
    }

    [Fact]
    public async Task A_user_is_found_by_id_and_an_unknown_one_is_not()
    {
        await using var clients = await UpstreamClients.WithSandboxAsync();
        var mapper = clients.Sandbox.World.FindMapper("Ünï Cödé.Mapper-42")!;

        (await FindAsync(clients, mapper.UserId)).ShouldBe(new TmxUser(new TmxUserId(mapper.UserId), mapper.Name));
        (await FindAsync(clients, 1)).ShouldBeNull();
        (await FindAsync(clients, 0)).ShouldBeNull();
        (await FindAsync(clients, -7)).ShouldBeNull();
        clients.Sandbox.Traffic.Count(SandboxHost.Tmx).ShouldBe(2);
    }

    /// <summary>The site answers an unknown filter with everybody, which says nothing about the one who was asked for.</summary>
    [Fact]
    public async Task Somebody_else_is_not_nobody()
    {
        var clock = new FastClock(100);
        await using var upstream = await ScriptedUpstream.StartAsync(clock, context => ScriptedUpstream.JsonAsync(context, """{"More":true,"Results":[{"UserId":8,"Name":"Eight"}]}"""));
        await using var clients = UpstreamClients.With(upstream, clock);

        (await clients.Users.FindAsync(new TmxUserId(7), TestContext.Current.CancellationToken)).Error.ShouldNotBeNull().Code.ShouldBe("upstream.tmx_unintelligible");
        (await FindAsync(clients, 8)).ShouldBe(new TmxUser(new TmxUserId(8), "Eight"));
    }

    [Theory]
    [InlineData("""{"More":false}""")]
    [InlineData("""{"Results":[{"UserId":"x"}]}""")]
    [InlineData("[]")]
    public async Task Another_shape_is_an_error_and_not_asked_for_again(string json)
    {
        var clock = new FastClock(100);
        await using var upstream = await ScriptedUpstream.StartAsync(clock, context => ScriptedUpstream.JsonAsync(context, json));
        await using var clients = UpstreamClients.With(upstream, clock);

        var error = (await clients.Users.SearchAsync("x", TestContext.Current.CancellationToken)).Error.ShouldNotBeNull();

        (error.Kind, error.Code).ShouldBe((ErrorKind.Upstream, "upstream.tmx_unintelligible"));
        upstream.Requests.Count.ShouldBe(1);
    }

    private static async Task<TmxUser?> FindAsync(UpstreamClients clients, long id)
    {
        var result = await clients.Users.FindAsync(new TmxUserId(id), TestContext.Current.CancellationToken);
        result.Error.ShouldBeNull();
        return result.Value.User;
    }
}
