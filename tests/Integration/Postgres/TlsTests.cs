using System.Net;
using Backend.Integration.Support;
using Npgsql;

namespace Backend.Integration.Postgres;

/// <summary>Connections are encrypted and the server proves who it is, unless settings say otherwise.</summary>
public sealed class TlsTests(TlsServer server) : IClassFixture<TlsServer>
{
    [Fact]
    public async Task A_server_whose_authority_nobody_knows_is_refused_at_once()
    {
        var error = await RefusedAsync(server.Of("localhost", "sslmode=require"));

        error.ShouldStartWith($"- The database localhost:{server.Port}/{server.Database} cannot be connected to: ");
        error.ShouldContain("certificate");
        error.ShouldContain("sslrootcert");
    }

    [Fact]
    public async Task So_is_one_with_a_certificate_of_another_name() =>
        (await RefusedAsync(server.Of("127.0.0.1", $"sslmode=verify-ca&sslrootcert={server.RootFile}"))).ShouldContain("must be for 127.0.0.1");

    [Fact]
    public async Task So_is_one_of_another_authority() =>
        (await RefusedAsync(server.Of("localhost", $"sslmode=require&sslrootcert={server.OtherRootFile}"))).ShouldContain("authority");

    [Fact]
    public async Task A_root_certificate_that_is_not_there_is_named() =>
        (await RefusedAsync(server.Of("localhost", "sslmode=require&sslrootcert=/nowhere/ca.pem"))).ShouldContain("/nowhere/ca.pem");

    [Fact]
    public async Task With_its_root_certificate_the_server_is_accepted()
    {
        (await IsEncryptedAsync(server.Of("localhost", $"sslmode=require&sslrootcert={server.RootFile}"))).ShouldBeTrue();
        (await IsEncryptedAsync($"Host=localhost;Port={server.Port};Database={server.Database};Username=postgres;Password={server.Password};SSL Mode=VerifyFull;Root Certificate={server.RootFile}")).ShouldBeTrue();
    }

    [Theory]
    [InlineData("127.0.0.1", "sslmode=require", "true", true)]
    [InlineData("127.0.0.1", "sslmode=disable", null, false)]
    [InlineData("127.0.0.1", "sslmode=prefer", null, true)]
    [InlineData("127.0.0.1", null, null, true)]
    public async Task A_check_less_is_said_explicitly_or_stays_on_this_machine(string host, string? query, string? trusts, bool encrypted) =>
        (await IsEncryptedAsync(server.Of(host, query), trusts)).ShouldBe(encrypted);

    [Fact]
    public async Task A_server_without_tls_is_refused_at_once_when_tls_is_asked_for()
    {
        await using var database = await TestDatabase.CreateAsync();
        var plain = new NpgsqlConnectionStringBuilder(database.ConnectionString);

        var error = await RefusedAsync($"{database.ConnectionString};SSL Mode=Require");

        error.ShouldStartWith($"- The database {plain.Host}:{plain.Port}/{plain.Database} cannot be connected to: ");
        error.ShouldContain("SSL");
    }

    private static Dictionary<string, string> Settings(string connectionString, string? trusts = null)
    {
        var settings = new Dictionary<string, string> { ["NEON_DB_CONNECTION_STRING"] = connectionString };
        if (trusts is not null)
        {
            settings["Postgres:TrustServerCertificate"] = trusts;
        }

        return settings;
    }

    /// <summary>The one sentence, without any waiting.</summary>
    private static async Task<string> RefusedAsync(string connectionString)
    {
        var (code, output, error) = await RefusedStart.RunAsync(new Dictionary<string, string>(Settings(connectionString)) { ["Postgres:StartTimeout"] = "01:00:00" });

        code.ShouldBe(1);
        var lines = error.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        lines.Length.ShouldBe(2, error);
        lines[0].ShouldBe("The service cannot start:");
        var password = connectionString.Contains("://") ? connectionString.Split(':', '@')[2] : new NpgsqlConnectionStringBuilder(connectionString).Password!;
        (output + error).ShouldNotContain(password);
        return lines[1];
    }

    /// <summary>Of all connections that a running service holds.</summary>
    private async Task<bool> IsEncryptedAsync(string connectionString, string? trusts = null)
    {
        await using var host = BackendHost.Start(HostProfile.Postgres, Settings(connectionString, trusts));
        await host.SignInAsync();
        using var health = await host.CreateClient().GetAsync("/health/ready");
        health.StatusCode.ShouldBe(HttpStatusCode.OK);
        host.Logs.Text.ShouldNotContain(server.Password);
        return await server.AskAsync("select bool_and(s.ssl) from pg_stat_ssl s join pg_stat_activity a using (pid) where a.application_name = 'trackmania-backend' having count(*) > 0");
    }
}

/// <summary>A server with a certificate for localhost of an authority that only its own file knows.</summary>
public sealed class TlsServer : IAsyncLifetime
{
    private readonly TestCertificates _certificates = new();
    private PostgresServer _server = null!;
    private TestDatabase _database = null!;

    public int Port => _server.Port;

    public string Database => _database.Name;

    public string Password => _database.Password;

    public string RootFile => _certificates.RootFile;

    public string OtherRootFile => _certificates.OtherRootFile;

    public string Of(string host, string? query) => $"postgresql://postgres:{Password}@{host}:{Port}/{Database}{(query is null ? "" : $"?{query}")}";

    public async Task<bool> AskAsync(string sql)
    {
        await using var command = _database.DataSource.CreateCommand(sql);
        return (bool)(await command.ExecuteScalarAsync())!;
    }

    public async ValueTask InitializeAsync()
    {
        _server = await PostgresServer.StartAsync(new PostgresServerOptions { Tls = (_certificates.CertificateFile, _certificates.KeyFile) });
        _database = await _server.Databases.CreateAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _database.DisposeAsync();
        await _server.DisposeAsync();
        _certificates.Dispose();
    }
}
