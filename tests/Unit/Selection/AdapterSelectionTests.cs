using Backend.Infrastructure;
using Backend.Infrastructure.Selection;
using Backend.Unit.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Backend.Unit.Selection;

public sealed class AdapterSelectionTests
{
    private readonly List<string> _errors = [];

    [Fact]
    public void Without_settings_everything_is_kept_in_memory_and_the_reason_is_said()
    {
        var selection = Read();

        selection.Choices.Select(c => c.Port).ShouldBe(PortTable.Ports);
        selection.Choices.ShouldAllBe(c => c.Kind == AdapterKind.InMemory);
        selection.Reason.ShouldBe("no connection string is configured");
        _errors.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("Adapters:Profile", "InMemory")]
    [InlineData("Adapters:Profile", "inmemory")]
    [InlineData("adapters:profile", "InMemory")]
    [InlineData("ADAPTERS:PROFILE", "INMEMORY")]
    public void A_profile_can_be_named_in_any_case(string key, string value)
    {
        var selection = Read((key, value));

        _errors.ShouldBeEmpty();
        selection.Choices.Count.ShouldBe(PortTable.Ports.Count);
        selection.Reason.ShouldBe("Adapters:Profile says so");
    }

    [Theory]
    [InlineData("Adapters:Sessions")]
    [InlineData("ADAPTERS:SESSIONS")]
    public void A_port_can_be_named_in_any_case(string key)
    {
        Read((key, "InMemory"));

        _errors.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("Sqlite")]
    [InlineData("Postgres")]
    [InlineData("Aws")]
    [InlineData("0")]
    [InlineData("+0")]
    [InlineData("-0")]
    [InlineData(" InMemory")]
    [InlineData("InMemory,InMemory")]
    public void A_profile_that_cannot_be_had_is_told_with_the_valid_ones(string profile)
    {
        Read(("Adapters:Profile", profile)).Choices.ShouldBeEmpty();

        _errors.ShouldBe([$"Adapters:Profile is '{profile}', but must be one of InMemory."]);
    }

    [Fact]
    public void An_override_that_a_port_lacks_is_told_with_what_it_has()
    {
        Read(("Adapters:Jobs", "Postgres"));

        _errors.ShouldBe(["Adapters:Jobs is 'Postgres', but must be one of InMemory."]);
    }

    [Fact]
    public void An_unknown_port_is_told_with_the_known_ones()
    {
        Read(("Adapters:Session", "InMemory"));

        _errors.ShouldBe([$"Adapters:Session is 'InMemory', but there is no such port; the ports are {string.Join(", ", PortTable.Ports.Select(p => p.Name))}."]);
    }

    [Theory]
    [InlineData("NEON_DB_CONNECTION_STRING")]
    [InlineData("ConnectionStrings:Backend")]
    public void A_connection_string_asks_for_Postgres_which_this_version_lacks_and_is_not_shown(string key)
    {
        Read((key, "Host=db;Password=hunter2"));

        _errors.ShouldBe([$"{key} is set, which asks for the Postgres profile, but this version has only InMemory; unset it, or set Adapters:Profile."]);
    }

    [Fact]
    public void A_named_profile_wins_over_a_connection_string()
    {
        Read(("NEON_DB_CONNECTION_STRING", "Host=db"), ("Adapters:Profile", "InMemory")).Choices.Count.ShouldBe(PortTable.Ports.Count);

        _errors.ShouldBeEmpty();
    }

    [Fact]
    public void Every_port_is_in_the_table_once_with_its_own_name()
    {
        PortTable.Ports.Select(p => p.Name).ShouldBeUnique();
        PortTable.Ports.SelectMany(p => p.Ports).ShouldBeUnique();
        PortTable.Ports.ShouldAllBe(p => p.Kinds.Contains(AdapterKind.InMemory) && p.Ports.Count > 0);
    }

    [Fact]
    public void Each_line_of_the_table_registers_exactly_its_ports()
    {
        foreach (var port in PortTable.Ports)
        {
            var services = new ServiceCollection();
            port.Registration(AdapterKind.InMemory)!(services);

            services.Select(s => s.ServiceType).ShouldBe(port.Ports, ignoreOrder: true);
            services.ShouldAllBe(s => s.Lifetime == ServiceLifetime.Singleton);
        }
    }

    [Fact]
    public void All_errors_of_all_settings_are_told_together()
    {
        new ServiceCollection().AddInfrastructure(
            Make.Configuration(
                ("Adapters:Profile", "Sqlite"),
                ("Adapters:Nonsense", "x"),
                ("JWT_SECRET", "short"),
                ("Passwords:Cost", "99"),
                ("RateLimits:Login", "many"),
                ("Accounts:MaxUsers", "-1"),
                ("MapSearches:ParallelJobs", "0"),
                ("Trackmania:NadeoRate", "fast")),
            mayInventSecret: false,
            _errors);

        string[] keys = ["Adapters:Profile", "Adapters:Nonsense", "JWT_SECRET", "Passwords:Cost", "RateLimits:Login", "Accounts:MaxUsers", "MapSearches:ParallelJobs", "Trackmania:NadeoRate"];
        foreach (var key in keys)
        {
            _errors.Count(e => e.StartsWith(key, StringComparison.Ordinal)).ShouldBe(1, key);
        }

        var message = new ConfigurationException(_errors).Message;
        message.ShouldStartWith("The service cannot start:");
        foreach (var error in _errors)
        {
            message.ShouldContain($"- {error}");
        }

        message.Split('\n').Length.ShouldBe(_errors.Count + 1);
    }

    private AdapterSelection Read(params (string Key, string? Value)[] settings) => AdapterSelection.Read(Make.Configuration(settings), _errors);
}
