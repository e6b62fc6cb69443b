using System.Security.Cryptography;

namespace Backend.Integration.Support;

/// <summary>Databases on one server, as copies of a template that is migrated once.</summary>
internal sealed class TestDatabases : IAsyncDisposable
{
    // Another run may use the same server.
    private readonly string _run = $"test_{RandomNumberGenerator.GetHexString(8, lowercase: true)}";

    // The server refuses to copy a database that anybody is connected to.
    private readonly SemaphoreSlim _copying = new(1);
    private readonly Func<string> _administrator;
    private bool _migrated;
    private int _count;

    /// <param name="administrator">The connection string; asked for only when a database is wanted.</param>
    public TestDatabases(Func<string> administrator) => _administrator = administrator;

    private string Template => $"{_run}_template";

    /// <param name="migrated">Otherwise the database is empty.</param>
    public async Task<TestDatabase> CreateAsync(bool migrated = true)
    {
        var name = $"{_run}_{Interlocked.Increment(ref _count)}";
        await _copying.WaitAsync();
        try
        {
            if (migrated && !_migrated)
            {
                await MigrateTemplateAsync();
            }

            await PostgresServer.CreateDatabaseAsync(_administrator(), name, migrated ? Template : "template0");
        }
        finally
        {
            _copying.Release();
        }

        return new TestDatabase(_administrator(), name);
    }

    /// <summary>For a server that outlives the run.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_migrated)
        {
            await PostgresServer.ExecuteAsync(_administrator(), $"alter database \"{Template}\" with is_template false");
            await PostgresServer.ExecuteAsync(_administrator(), $"drop database \"{Template}\" with (force)");
        }

        _copying.Dispose();
    }

    private async Task MigrateTemplateAsync()
    {
        await PostgresServer.ExecuteAsync(_administrator(), $"drop database if exists \"{Template}\" with (force)");
        await PostgresServer.CreateDatabaseAsync(_administrator(), Template, "template0");
        await TestDatabase.MigrateTemplateAsync(new Npgsql.NpgsqlConnectionStringBuilder(_administrator()) { Database = Template, Pooling = false }.ConnectionString);
        await PostgresServer.ExecuteAsync(_administrator(), $"alter database \"{Template}\" with allow_connections false is_template true");
        _migrated = true;
    }
}
