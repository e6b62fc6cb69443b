using Backend.Integration.Support;

[assembly: AssemblyFixture(typeof(PostgresServers))]

namespace Backend.Integration.Support;

/// <summary>The one server that tests share: started by the first that needs it, or the one that TEST_POSTGRES names.</summary>
public sealed class PostgresServers : IAsyncDisposable
{
    private static readonly Lazy<Task<(TestDatabases Databases, PostgresServer? Server)>> s_shared = new(StartAsync);

    public async ValueTask DisposeAsync()
    {
        // One that failed to start has told its tests.
        if (!s_shared.IsValueCreated || !s_shared.Value.IsCompletedSuccessfully)
        {
            return;
        }

        var (databases, server) = await s_shared.Value;
        if (server is null)
        {
            await databases.DisposeAsync();
        }
        else
        {
            await server.DisposeAsync();
        }
    }

    /// <summary>A fresh database that is migrated, or empty.</summary>
    internal static async Task<TestDatabase> CreateAsync(bool migrated = true) => await (await s_shared.Value).Databases.CreateAsync(migrated);

    private static async Task<(TestDatabases Databases, PostgresServer? Server)> StartAsync()
    {
        if (Environment.GetEnvironmentVariable("TEST_POSTGRES") is { Length: > 0 } given)
        {
            return (new TestDatabases(() => given), null);
        }

        var server = await PostgresServer.StartAsync();
        return (server.Databases, server);
    }
}
