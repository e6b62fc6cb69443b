using Microsoft.Extensions.Time.Testing;

namespace Backend.Integration.Support;

/// <summary>A choice of adapters that the whole service is tested with, and what differs to its clients.</summary>
public sealed class HostProfile
{
    private const string ConnectionStringKey = "NEON_DB_CONNECTION_STRING";

    private HostProfile(string name, string postgresHealth)
    {
        Name = name;
        PostgresHealth = postgresHealth;
    }

    public static HostProfile InMemory { get; } = new("InMemory", "not_configured");

    public static HostProfile Postgres { get; } = new("Postgres", "configured");

    public static IReadOnlyList<HostProfile> All { get; } = [InMemory, Postgres];

    public string Name { get; }

    /// <summary>What /health says of the database.</summary>
    public string PostgresHealth { get; }

    public override string ToString() => Name;

    /// <summary>
    /// Gives the settings of one host what the profile needs: on Postgres a fresh database whose clock follows the host's,
    /// unless they name one, as the second of two hosts does that are to be one system.
    /// </summary>
    internal async Task<HostDatabase?> PrepareAsync(IDictionary<string, string> settings, TimeProvider clock)
    {
        if (this == InMemory)
        {
            // Said, because the machine may have a connection string in its environment.
            settings.TryAdd("Adapters:Profile", Name);
            return null;
        }

        if (settings.ContainsKey(ConnectionStringKey))
        {
            return null;
        }

        if (clock is FakeTimeProvider and not IFollowedClock)
        {
            throw new ArgumentException($"A database cannot follow a {nameof(FakeTimeProvider)}; use a {nameof(StandingClock)}.", nameof(clock));
        }

        var database = await HostDatabase.CreateAsync(clock as IFollowedClock);
        settings[ConnectionStringKey] = database.ConnectionString;
        return database;
    }
}

/// <summary>The database of one host: it lives as long and shows the same time.</summary>
internal sealed class HostDatabase : IAsyncDisposable
{
    private IDisposable? _following;

    private HostDatabase(TestDatabase database) => Database = database;

    public TestDatabase Database { get; }

    /// <summary>What the host is given.</summary>
    public string ConnectionString => _following is null ? Database.ConnectionString : Database.ClockedConnectionString;

    public static async Task<HostDatabase> CreateAsync(IFollowedClock? clock)
    {
        var database = new HostDatabase(await TestDatabase.CreateAsync());
        if (clock is not null)
        {
            database._following = await database.Database.FollowAsync(clock);
        }

        return database;
    }

    public async ValueTask DisposeAsync()
    {
        _following?.Dispose();
        await Database.DisposeAsync();
    }
}
