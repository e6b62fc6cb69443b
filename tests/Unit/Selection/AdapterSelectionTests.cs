using Backend.Application.Ports;
using Backend.Infrastructure.Selection;

namespace Backend.Unit.Selection;

public sealed class AdapterSelectionTests
{
    private const string Connection = "Host=db;Username=app;Password=hunter2-very-secret";
    private const string Ports = "Users, DailyQueue, Sessions, Jobs, UpstreamTokens, UpstreamBudget, LeaderboardCache, RateLimits";

    private readonly List<string> _errors = [];

    [Fact]
    public void Without_settings_everything_is_in_memory_and_the_reason_says_why()
    {
        var selection = Read();

        _errors.ShouldBeEmpty();
        selection.Reason.ShouldBe("no connection string is configured");
        selection.Choices.Select(c => c.Port.Name).ShouldBe(Ports.Split(", "));
        selection.Choices.ShouldAllBe(c => c.Kind == AdapterKind.InMemory);
    }

    [Theory]
    [InlineData("InMemory")]
    [InlineData("inmemory")]
    [InlineData("INMEMORY")]
    public void A_profile_is_taken_in_any_case(string text)
    {
        var selection = Read(("Adapters:Profile", text));

        _errors.ShouldBeEmpty();
        selection.Reason.ShouldBe("Adapters:Profile says so");
        selection.Choices.Count.ShouldBe(8);
    }

    /// <summary>Configuration keys have no case; environment variables are mostly written in capitals.</summary>
    [Theory]
    [InlineData("ADAPTERS:PROFILE")]
    [InlineData("adapters:profile")]
    [InlineData("ADAPTERS:USERS")]
    [InlineData("Adapters:leaderboardcache")]
    public void Keys_are_taken_in_any_case(string key)
    {
        Read((key, "InMemory")).Choices.Count.ShouldBe(8);
        _errors.ShouldBeEmpty();
    }

    [Fact]
    public void On_Aws_relational_data_stays_in_the_database_and_everything_else_moves()
    {
        var selection = Read(("Adapters:Profile", "Aws"));

        _errors.ShouldBeEmpty();
        selection.Choices.Where(c => c.Kind == AdapterKind.Postgres).Select(c => c.Port.Name).ShouldBe(["Users"]);
        selection.Choices.Count(c => c.Kind == AdapterKind.Aws).ShouldBe(7);
        selection.KindOf<IMapSearchQueue>().ShouldBe(AdapterKind.Aws);
    }

    [Fact]
    public void Users_cannot_be_kept_on_Aws()
    {
        Read(("Adapters:Users", "Aws"));
        _errors.ShouldHaveSingleItem().ShouldBe("Adapters:Users is 'Aws', but must be one of InMemory, Postgres.");
    }

    [Theory]
    [InlineData("Oracle")]
    [InlineData("0")]
    [InlineData("+0")]
    [InlineData("-0")]
    [InlineData("InMemory,InMemory")]
    [InlineData("InMemory, Postgres")]
    [InlineData("In Memory")]
    public void A_profile_that_cannot_be_had_is_an_error_that_names_key_value_and_what_is_valid(string text)
    {
        Read(("Adapters:Profile", text)).Choices.ShouldBeEmpty();
        _errors.ShouldHaveSingleItem().ShouldBe($"Adapters:Profile is '{text}', but must be one of InMemory, Postgres, Aws.");
    }

    [Theory]
    [InlineData("Dynamo")]
    [InlineData("redis")]
    public void So_is_an_adapter_of_a_single_port(string text)
    {
        Read(("Adapters:Sessions", text)).Choices.ShouldNotContain(c => c.Port.Name == "Sessions");
        _errors.ShouldHaveSingleItem().ShouldBe($"Adapters:Sessions is '{text}', but must be one of InMemory, Postgres, Aws.");
    }

    [Fact]
    public void An_unknown_port_is_an_error_that_names_the_known_ones()
    {
        Read(("Adapters:Sesions", "InMemory"));
        _errors.ShouldHaveSingleItem().ShouldBe($"Adapters:Sesions is 'InMemory', but there is no such port; the ports are {Ports}, Email.");
    }

    [Theory]
    [InlineData("NEON_DB_CONNECTION_STRING")]
    [InlineData("ConnectionStrings:Backend")]
    public void A_connection_string_asks_for_Postgres_and_is_never_shown(string key)
    {
        var selection = Read((key, Connection));

        _errors.ShouldBeEmpty();
        selection.Reason.ShouldBe($"{key} is set");
        selection.Choices.Count.ShouldBe(8);
        selection.Choices.ShouldAllBe(c => c.Kind == AdapterKind.Postgres);
        selection.Uses(AdapterKind.InMemory).ShouldBeFalse();
    }

    [Fact]
    public void One_port_can_be_served_by_another_technology_than_the_rest()
    {
        var selection = Read(("ConnectionStrings:Backend", Connection), ("Adapters:LeaderboardCache", "InMemory"));

        _errors.ShouldBeEmpty();
        selection.Choices.Where(c => c.Kind == AdapterKind.InMemory).Select(c => c.Port.Name).ShouldBe(["LeaderboardCache"]);
        selection.Uses(AdapterKind.Postgres).ShouldBeTrue();
    }

    [Fact]
    public void A_named_profile_wins_over_a_connection_string()
    {
        Read(("Adapters:Profile", "InMemory"), ("ConnectionStrings:Backend", Connection)).Choices.Count.ShouldBe(8);
        _errors.ShouldBeEmpty();
    }

    [Fact]
    public void An_empty_value_is_none()
    {
        Read(("Adapters:Profile", ""), ("Adapters:Users", ""), ("ConnectionStrings:Backend", "")).Choices.Count.ShouldBe(8);
        _errors.ShouldBeEmpty();
    }

    [Fact]
    public void All_problems_are_reported_together()
    {
        Read(("Adapters:Profile", "x"), ("Adapters:Users", "y"), ("Adapters:Jobs", "z"), ("Adapters:Nothing", "w"));
        _errors.Select(e => e.Split(' ')[0]).ShouldBe(["Adapters:Profile", "Adapters:Users", "Adapters:Jobs", "Adapters:Nothing"]);
    }

    [Fact]
    public void Every_port_of_the_table_can_be_had_in_memory_and_no_two_lines_share_a_name_or_a_port()
    {
        PortTable.Ports.ShouldAllBe(p => p.Kinds.Contains(AdapterKind.InMemory));
        PortTable.Ports.Select(p => p.Name).ShouldBeUnique();
        PortTable.Ports.SelectMany(p => p.Ports).ShouldBeUnique();
        foreach (var port in PortTable.Ports)
        {
            foreach (var kind in Enum.GetValues<AdapterKind>())
            {
                (port.Registration(kind) is not null).ShouldBe(port.Kinds.Contains(kind));
            }

            port.Registration((AdapterKind)99).ShouldBeNull();
        }
    }

    private AdapterSelection Read(params (string Key, string? Value)[] settings) => AdapterSelection.Read(Settings.Of(settings), _errors);
}
