using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Npgsql;

namespace Backend.Integration.Support;

internal sealed record PostgresServerOptions
{
    /// <summary>Only tests that pull the plug need what was written to be on the disk.</summary>
    public bool Durable { get; init; }

    public int MaxConnections { get; init; } = 400;

    /// <summary>On top of, and instead of, the others.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>PEM files; with them the server offers TLS.</summary>
    public (string CertificateFile, string KeyFile)? Tls { get; init; }
}

internal enum PostgresStop
{
    /// <summary>Sends clients away and writes everything down.</summary>
    Fast,

    /// <summary>Like a crash: the next start recovers.</summary>
    Immediate,
}

/// <summary>A real server on a loopback port of its own, with data of its own, that tests may stop, hang and restart.</summary>
internal sealed class PostgresServer : IAsyncDisposable
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(60);

    private readonly PostgresInstallation _installation;
    private readonly PostgresServerOptions _options;
    private readonly string _folder;
    private readonly string _password = RandomNumberGenerator.GetHexString(32);
    private Process? _process;
    private bool _paused;

    private PostgresServer(PostgresInstallation installation, PostgresServerOptions options, string folder)
    {
        _installation = installation;
        _options = options;
        _folder = folder;
        Databases = new TestDatabases(() => ConnectionString);
    }

    public int Port { get; private set; }

    /// <summary>Of the administrator.</summary>
    public string ConnectionString => new NpgsqlConnectionStringBuilder { Host = "127.0.0.1", Port = Port, Username = "postgres", Password = _password, Database = "postgres" }.ConnectionString;

    public TestDatabases Databases { get; }

    public string Log
    {
        get
        {
            using var reader = new StreamReader(new FileStream(LogFile, FileMode.OpenOrCreate, FileAccess.Read, FileShare.ReadWrite));
            return reader.ReadToEnd();
        }
    }

    private string Data => Path.Combine(_folder, "data");

    private string LogFile => Path.Combine(_folder, "log");

    public static async Task<PostgresServer> StartAsync(PostgresServerOptions? options = null)
    {
        var installation = await PostgresInstallation.GetAsync();
        var server = new PostgresServer(installation, options ?? new PostgresServerOptions(), await installation.NewFolderAsync());
        try
        {
            await server.InitializeAsync();
            await server.StartOnAnyPortAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>On the same port with the same data.</summary>
    public async Task StartAgainAsync()
    {
        if (!await TryStartAsync())
        {
            throw Failure($"Port {Port} was taken while the server was stopped");
        }
    }

    public async Task StopAsync(PostgresStop mode = PostgresStop.Fast)
    {
        if (_process is not { } process)
        {
            return;
        }

        _process = null;
        using (process)
        {
            await Programs.TryAsync(Programs.Shell($"kill -s {(mode == PostgresStop.Fast ? "INT" : "QUIT")} \"$1\"", Pid(process)), _folder);
            using var deadline = new CancellationTokenSource(s_deadline, TimeProvider.System);
            try
            {
                await process.WaitForExitAsync(deadline.Token);
            }
            catch (OperationCanceledException)
            {
                process.Kill();
                throw Failure("The server did not stop");
            }
        }
    }

    /// <summary>From here on the server takes connections and answers nothing, as one whose machine hangs.</summary>
    /// <remarks>Each of its processes leads a group of its own, so they are found by their parent; it goes first, to start no more.</remarks>
    public void Pause()
    {
        _paused = true;
        Signal("kill -s STOP \"$1\" && kill -s STOP $(pgrep -P \"$1\") 2>/dev/null");
    }

    public void Resume()
    {
        _paused = false;
        Signal("kill -s CONT $(pgrep -P \"$1\") \"$1\" 2>/dev/null");
    }

    public Task CreateDatabaseAsync(string name, string template = "template0") => CreateDatabaseAsync(ConnectionString, name, template);

    public Task DropDatabaseAsync(string name) => ExecuteAsync($"drop database if exists \"{name}\" with (force)");

    /// <summary>Ends every connection to a database, as an administrator or a failing network does.</summary>
    public Task KillBackendsAsync(string database) => KillBackendsAsync(ConnectionString, database);

    public async ValueTask DisposeAsync()
    {
        if (_process is not null && _paused)
        {
            Resume();
        }

        await StopAsync(PostgresStop.Immediate);

        if (Directory.Exists(_folder))
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    /// <remarks>Copying files takes 30 ms; the server's standard way, which writes every page into its log as well, takes 200.</remarks>
    internal static Task CreateDatabaseAsync(string administrator, string name, string template) =>
        ExecuteAsync(administrator, $"create database \"{name}\" template \"{template}\" strategy file_copy");

    internal static Task KillBackendsAsync(string administrator, string database) =>
        ExecuteAsync(administrator, $"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{database}' and pid <> pg_backend_pid()");

    internal static async Task ExecuteAsync(string connectionString, string sql)
    {
        // Without a pool, because whatever lies in one may have been killed or have become the obstacle to a drop.
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = (int)s_deadline.TotalSeconds };
        await command.ExecuteNonQueryAsync();
    }

    private static string Pid(Process process) => process.Id.ToString(CultureInfo.InvariantCulture);

    private Task ExecuteAsync(string sql) => ExecuteAsync(ConnectionString, sql);

    private void Signal(string line)
    {
        using var shell = Process.Start("/bin/sh", Programs.Shell(line, Pid(_process ?? throw new InvalidOperationException("The server does not run."))).Skip(1));
        shell.WaitForExit();
    }

    private async Task InitializeAsync()
    {
        // Readable, as the folder is closed; and cheap to check, as tests connect a lot.
        var passwordFile = Path.Combine(_folder, "password");
        await File.WriteAllTextAsync(passwordFile, _password);
        await _installation.GiveAwayAsync(_folder);
        await Programs.RunAsync(
            _installation.Command("initdb", "--pgdata", Data, "--username=postgres", "--encoding=UTF8", "--locale=C", "--auth=scram-sha-256", $"--pwfile={passwordFile}", "--set=scram_iterations=16", "--no-sync"),
            _folder);
        if (_options.Tls is { } tls)
        {
            File.Copy(tls.CertificateFile, Path.Combine(_folder, "server.crt"));
            File.Copy(tls.KeyFile, Path.Combine(_folder, "server.key"));
            await Programs.RunAsync(["chmod", "0600", Path.Combine(_folder, "server.key")], _folder);
            await _installation.GiveAwayAsync(_folder);
        }
    }

    private async Task StartOnAnyPortAsync()
    {
        for (var attempt = 0; attempt < 10; attempt++)
        {
            Port = LoopbackPort.Find();
            if (await TryStartAsync())
            {
                return;
            }
        }

        throw Failure("No free port was found");
    }

    /// <returns>False when somebody else has the port.</returns>
    private async Task<bool> TryStartAsync()
    {
        var before = Log.Length;
        var settings = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["listen_addresses"] = "127.0.0.1",
            ["port"] = Port.ToString(CultureInfo.InvariantCulture),
            ["unix_socket_directories"] = "",
            ["max_connections"] = _options.MaxConnections.ToString(CultureInfo.InvariantCulture),
            ["fsync"] = _options.Durable ? "on" : "off",
            ["full_page_writes"] = _options.Durable ? "on" : "off",
        };
        if (_options.Tls is not null)
        {
            settings["ssl"] = "on";
            settings["ssl_cert_file"] = Path.Combine(_folder, "server.crt");
            settings["ssl_key_file"] = Path.Combine(_folder, "server.key");
        }

        foreach (var (name, value) in _options.Settings)
        {
            settings[name] = value;
        }

        // The shell only leads the output into the file and then becomes the server.
        var command = _installation.Command("postgres", ["-D", Data, .. settings.SelectMany(s => new[] { "-c", $"{s.Key}={s.Value}" })]);
        _process = Process.Start(new ProcessStartInfo("/bin/sh", Programs.Shell("log=$1; shift; exec \"$@\" >>\"$log\" 2>&1 </dev/null", [LogFile, .. command]).Skip(1)) { WorkingDirectory = _folder })!;
        var started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            try
            {
                await ExecuteAsync("select 1");
                return true;
            }
            catch (NpgsqlException e) when (!_process.HasExited && (e is not PostgresException refused || refused.SqlState == PostgresErrorCodes.CannotConnectNow))
            {
                if (TimeProvider.System.GetElapsedTime(started) > s_deadline)
                {
                    throw Failure("The server does not answer");
                }
            }
            catch (NpgsqlException) when (_process.HasExited)
            {
                _process.Dispose();
                _process = null;
                if (Log[before..].Contains("could not bind", StringComparison.Ordinal))
                {
                    return false;
                }

                throw Failure("The server did not start");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        }
    }

    private InvalidOperationException Failure(string what) => new($"{what}. Its log:{Environment.NewLine}{Log}");
}
