using Backend.Application;
using Backend.Application.Accounts;
using Backend.Application.Ports;
using Backend.Infrastructure;
using Backend.Infrastructure.Selection;
using Backend.Unit.Security;
using Microsoft.Extensions.DependencyInjection;

namespace Backend.Unit.Selection;

public sealed class AddInfrastructureTests
{
    internal static readonly (string Key, string? Value)[] Complete =
    [
        ("JWT_SECRET", Keys.FirstSecret),
        ("Trackmania:ServerLogin", "login"),
        ("Trackmania:ServerPassword", "password"),
        ("Trackmania:OAuthClientId", "client"),
        ("Trackmania:OAuthClientSecret", "client secret"),
        ("Trackmania:UserAgent", "unit tests"),
        ("Adapters:Email", "Pickup"),
        ("Email:PickupFolder", "/var/mail/records"),
        ("PublicBaseUrl", "https://records.example.org"),
    ];

    private readonly List<string> _errors = [];

    [Fact]
    public void A_complete_configuration_has_no_errors_and_serves_every_port()
    {
        var services = new ServiceCollection().AddLogging().AddApplication();
        var summary = services.AddInfrastructure(Settings.Of(Complete), isDevelopment: false, runsSearches: true, _errors);

        _errors.ShouldBeEmpty();
        using var provider = services.BuildServiceProvider(new ServiceProviderOptions { ValidateOnBuild = true, ValidateScopes = true });
        var ports = typeof(IUserStore).Assembly.GetTypes().Where(t => t is { IsInterface: true, Namespace: "Backend.Application.Ports" }).ToList();
        ports.Count.ShouldBeGreaterThan(10);
        foreach (var port in ports)
        {
            provider.GetServices(port).ShouldHaveSingleItem(port.Name);
        }

        summary.Adapters.Select(a => a.Port).ShouldBe(PortTable.Names);
        summary.IsVolatile.ShouldBeTrue();
        summary.UsesPostgres.ShouldBeFalse();
        summary.SecretInvented.ShouldBeFalse();
        provider.GetRequiredService<InfrastructureSummary>().ShouldBeSameAs(summary);
    }

    [Fact]
    public void Every_problem_of_every_part_is_reported_at_once()
    {
        new ServiceCollection().AddInfrastructure(
            Settings.Of(
                ("JWT_SECRET", "short"),
                ("Passwords:Cost", "99"),
                ("RateLimits:Login", "often"),
                ("Accounts:MaxUsers", "0"),
                ("MapSearches:ParallelJobs", "0"),
                ("Adapters:Users", "Paper"),
                ("Adapters:Nothing", "InMemory"),
                ("Adapters:Email", "Pigeon"),
                ("PublicBaseUrl", "records"),
                ("ConnectionStrings:Backend", "Host=db;Password=hunter2"),
                ("Trackmania:NadeoRate", "fast")),
            isDevelopment: false,
            runsSearches: true,
            _errors);

        string[] keys =
        [
            "JWT_SECRET", "Passwords:Cost", "RateLimits:Login", "Accounts:MaxUsers", "MapSearches:ParallelJobs",
            "Adapters:Users", "Adapters:Nothing", "Adapters:Email", "PublicBaseUrl", "ConnectionStrings:Backend", "Trackmania:NadeoRate",
        ];
        foreach (var key in keys)
        {
            _errors.Count(e => e.StartsWith(key + " ", StringComparison.Ordinal)).ShouldBe(1, key);
        }

        var missing = _errors.Single(e => e.Contains("credentials of the Trackmania services", StringComparison.Ordinal));
        new[] { "AUTHORIZATION", "OCLIENT_ID", "OCLIENT_SECRET", "USER_AGENT", "Trackmania:Sandbox" }.ShouldAllBe(name => missing.Contains(name, StringComparison.Ordinal));
        _errors.Count.ShouldBe(keys.Length + 1);
        _errors.ShouldBeUnique();
        _errors.ShouldAllBe(e => !e.Contains("hunter2", StringComparison.Ordinal) && e.EndsWith('.'));
    }

    [Fact]
    public void An_invented_secret_shows_in_the_summary()
    {
        var services = new ServiceCollection();

        services.AddInfrastructure(Settings.Of(Complete[1..]), isDevelopment: true, runsSearches: true, _errors).SecretInvented.ShouldBeTrue();
        _errors.ShouldBeEmpty();
    }

    /// <summary>Sessions outlive the process there, so a secret that does not would end them all.</summary>
    [Theory]
    [InlineData(true, "Adapters:Profile", "Postgres")]
    [InlineData(true, "Adapters:RateLimits", "Postgres")]
    [InlineData(true, "Adapters:UpstreamTokens", "Postgres")]
    [InlineData(false, "Adapters:Sessions", "Postgres")]
    public void With_anything_in_a_database_the_secret_is_never_invented(bool isDevelopment, string key, string adapter)
    {
        var summary = new ServiceCollection().AddInfrastructure(
            Settings.Of([.. Complete[1..], ("ConnectionStrings:Backend", "Host=db;Database=tracks"), .. key == "Adapters:Profile" ? [] : new (string, string?)[] { ("Adapters:Profile", "InMemory") }, (key, adapter)]),
            isDevelopment,
            runsSearches: true,
            _errors);

        summary.SecretInvented.ShouldBeFalse();
        _errors.ShouldHaveSingleItem().ShouldStartWith("JWT_SECRET is missing");
    }

    [Fact]
    public void A_complete_configuration_with_a_database_serves_every_port_from_there()
    {
        var services = new ServiceCollection().AddLogging().AddApplication();
        var summary = services.AddInfrastructure(Settings.Of([.. Complete, ("NEON_DB_CONNECTION_STRING", "postgresql://app:pw@db/tracks")]), isDevelopment: false, runsSearches: true, _errors);

        _errors.ShouldBeEmpty();
        using var provider = services.BuildServiceProvider(new ServiceProviderOptions { ValidateOnBuild = true, ValidateScopes = true });
        provider.GetServices<IReadinessProbe>().ShouldHaveSingleItem().Name.ShouldBe("postgres");
        PortTable.Ports.SelectMany(p => p.Ports).Except([typeof(IDailyCheckQueue)]).ShouldAllBe(port => provider.GetRequiredService(port).GetType().Name.StartsWith("Postgres"));
        (summary.UsesPostgres, summary.IsVolatile, summary.SecretInvented).ShouldBe((true, false, false));
    }

    [Fact]
    public void Settings_of_accounts_are_taken()
    {
        var services = new ServiceCollection();
        services.AddInfrastructure(Settings.Of([.. Complete, ("Accounts:MaxUsers", "3"), ("Administration:InitialAdmin", "boss")]), isDevelopment: false, runsSearches: true, _errors);

        using var provider = services.BuildServiceProvider();
        provider.GetRequiredService<AccountOptions>().MaxUsers.ShouldBe(3);
        provider.GetRequiredService<AccountOptions>().InitialAdmin.ShouldBe("boss");
    }

    [Fact]
    public void A_clock_that_is_registered_already_stays()
    {
        var clock = new Microsoft.Extensions.Time.Testing.FakeTimeProvider();
        var services = new ServiceCollection().AddSingleton<TimeProvider>(clock);
        services.AddInfrastructure(Settings.Of(Complete), isDevelopment: false, runsSearches: true, _errors);

        using var provider = services.BuildServiceProvider();
        provider.GetServices<TimeProvider>().ShouldHaveSingleItem().ShouldBeSameAs(clock);
    }

    [Fact]
    public void The_exception_lists_every_sentence_on_a_line_of_its_own()
    {
        var exception = new ConfigurationException(["One is wrong.", "Two is wrong."]);

        exception.Errors.ShouldBe(["One is wrong.", "Two is wrong."]);
        exception.Message.Split(Environment.NewLine).ShouldBe(["The service cannot start:", "- One is wrong.", "- Two is wrong."]);
    }

    [Fact]
    public void Only_a_configuration_without_any_credential_lacks_them()
    {
        Infrastructure.DependencyInjection.LacksTrackmaniaCredentials(Settings.Of()).ShouldBeTrue();
        Infrastructure.DependencyInjection.LacksTrackmaniaCredentials(Settings.Of(Complete)).ShouldBeFalse();
        foreach (var credential in Complete[1..5].Where(c => c.Key is not "Trackmania:ServerLogin" and not "Trackmania:ServerPassword"))
        {
            Infrastructure.DependencyInjection.LacksTrackmaniaCredentials(Settings.Of(credential)).ShouldBeFalse(credential.Key);
        }
    }
}
