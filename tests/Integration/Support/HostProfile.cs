using Backend.Infrastructure.Aws;
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

    public static HostProfile Aws { get; } = new("Aws", "configured");

    public static IReadOnlyList<HostProfile> All { get; } = [InMemory, Postgres, Aws];

    public string Name { get; }

    /// <summary>What /health says of the database.</summary>
    public string PostgresHealth { get; }

    public override string ToString() => Name;

    /// <summary>
    /// Gives the settings of one host what the profile needs: on Postgres a fresh database whose clock follows the host's, on
    /// AWS that and fresh tables and queues, unless they name some, as the second of two hosts does that are to be one system.
    /// </summary>
    internal async Task<HostStores> PrepareAsync(IDictionary<string, string> settings, TimeProvider clock)
    {
        if (this != Postgres)
        {
            // Said, for a connection string chooses Postgres, and the machine may have one in its environment.
            settings.TryAdd("Adapters:Profile", Name);
        }

        var stores = new HostStores();
        try
        {
            if (this != InMemory && !settings.ContainsKey(ConnectionStringKey))
            {
                settings[ConnectionStringKey] = await stores.AddDatabaseAsync(clock);
            }

            if (this == Aws && !settings.ContainsKey(AwsSettings.PrefixSetting))
            {
                foreach (var (key, value) in await stores.AddAwsAsync())
                {
                    settings[key] = value;
                }
            }

            return stores;
        }
        catch
        {
            await stores.DisposeAsync();
            throw;
        }
    }
}

/// <summary>What one host keeps its data in: it lives as long and shows the same time.</summary>
internal sealed class HostStores : IAsyncDisposable
{
    private IDisposable? _following;

    public TestDatabase? Database { get; private set; }

    public AwsResources? Aws { get; private set; }

    /// <returns>The connection string for the host.</returns>
    public async Task<string> AddDatabaseAsync(TimeProvider clock)
    {
        if (clock is FakeTimeProvider and not IFollowedClock)
        {
            throw new ArgumentException($"A database cannot follow a {nameof(FakeTimeProvider)}; use a {nameof(StandingClock)}.", nameof(clock));
        }

        Database = await TestDatabase.CreateAsync();
        if (clock is not IFollowedClock followed)
        {
            return Database.ConnectionString;
        }

        _following = await Database.FollowAsync(followed);
        return Database.ClockedConnectionString;
    }

    /// <returns>The settings for the host.</returns>
    public async Task<IReadOnlyDictionary<string, string>> AddAwsAsync()
    {
        Aws = await AwsResources.CreateAsync();
        return Aws.Settings;
    }

    public async ValueTask DisposeAsync()
    {
        _following?.Dispose();
        if (Database is not null)
        {
            await Database.DisposeAsync();
        }

        if (Aws is not null)
        {
            await Aws.DisposeAsync();
        }
    }
}
