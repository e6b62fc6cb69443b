using Backend.Infrastructure.Postgres;
using Backend.Integration.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Npgsql;

namespace Backend.Integration.Postgres;

/// <summary>The database of one test class, reached as in production; its clock stands still until a test moves it.</summary>
public sealed class ContractDatabase : IAsyncLifetime
{
    private static readonly DateTimeOffset s_start = new(2026, 11, 20, 12, 0, 0, 123, TimeSpan.Zero);

    private TestDatabase _database = null!;
    private ServiceProvider _services = null!;

    internal PostgresSettings Settings { get; private set; } = null!;

    internal PostgresDatabase Database => _services.GetRequiredService<PostgresDatabase>();

    internal NpgsqlDataSource Source => _services.GetRequiredService<NpgsqlDataSource>();

    internal IDbContextFactory<BackendContext> Contexts => _services.GetRequiredService<IDbContextFactory<BackendContext>>();

    public async ValueTask InitializeAsync()
    {
        _database = await TestDatabase.CreateAsync();
        await ResetClockAsync();
        var errors = new List<string>();
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.Ordinal) { ["NEON_DB_CONNECTION_STRING"] = _database.ClockedConnectionString })
            .Build();
        Settings = PostgresSettings.Read(configuration, isDevelopment: true, errors) ?? throw new InvalidOperationException(string.Join(' ', errors));
        var services = new ServiceCollection().AddLogging().AddSingleton(TimeProvider.System);
        services.AddPostgres(Settings);
        _services = services.BuildServiceProvider();
    }

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        await _database.DisposeAsync();
    }

    /// <summary>For tests of one class that ask what time it is.</summary>
    internal Task ResetClockAsync() => _database.UseClockAsync(s_start, speed: 0);

    /// <summary>Lets time pass on the database's clock and then on the other, whose timers find it passed there too.</summary>
    internal async Task PassAsync(FakeTimeProvider time, TimeSpan duration)
    {
        await _database.AdvanceClockAsync(duration);
        time.Advance(duration);
    }

    internal async Task ExecuteAsync(string sql)
    {
        await using var command = Source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
