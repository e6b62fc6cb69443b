namespace Backend.Integration.Support;

internal enum DynamoDbEngine
{
    /// <summary>A native program; for x64 Linux only.</summary>
    Dynoxide,

    /// <summary>For every machine. It has no transactions.</summary>
    Dynalite,
}

/// <summary>A server that speaks DynamoDB.</summary>
internal sealed class DynamoDbServer : LoopbackServer
{
    private static int s_folders;

    private readonly DynamoDbEngine _engine;
    private readonly string? _folder;

    private DynamoDbServer(DynamoDbEngine engine, string? folder) => (_engine, _folder) = (engine, folder);

    /// <summary>Those that this machine can run.</summary>
    public static IReadOnlyList<DynamoDbEngine> Engines => Dynoxide is null ? [DynamoDbEngine.Dynalite] : [DynamoDbEngine.Dynoxide, DynamoDbEngine.Dynalite];

    /// <summary>The first of them, or the one that TEST_DYNAMODB names.</summary>
    private static DynamoDbEngine StandardEngine => Environment.GetEnvironmentVariable("TEST_DYNAMODB") switch
    {
        null or "" => Engines[0],
        "dynoxide" => DynamoDbEngine.Dynoxide,
        "dynalite" => DynamoDbEngine.Dynalite,
        var other => throw new InvalidOperationException($"TEST_DYNAMODB is '{other}', but must be dynoxide or dynalite."),
    };

    private static string? Dynoxide => ServerPackages.TryFind("@dynoxide", "linux-x64", "dynoxide");

    /// <param name="durable">Data survives a restart; otherwise it is in memory.</param>
    public static async Task<DynamoDbServer> StartAsync(bool durable = true, DynamoDbEngine? engine = null)
    {
        string? folder = null;
        if (durable)
        {
            folder = Path.Combine(Leash.Instance.Folder, $"dynamodb-{Interlocked.Increment(ref s_folders)}");
            Directory.CreateDirectory(folder);
        }

        var server = new DynamoDbServer(engine ?? StandardEngine, folder);
        try
        {
            await server.StartOnAnyPortAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        if (Directory.Exists(_folder))
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    protected override IReadOnlyList<string> Command(string port)
    {
        if (_engine == DynamoDbEngine.Dynalite)
        {
            string[] folder = _folder is null ? [] : [_folder];
            return ["node", ServerPackages.Script("dynamodb.mjs"), port, .. folder];
        }

        string[] file = _folder is null ? [] : ["--db-path", Path.Combine(_folder, "tables.db")];
        var program = Dynoxide ?? throw new InvalidOperationException("This machine has no dynoxide; leave TEST_DYNAMODB out.");
        return [program, "serve", "--host", "127.0.0.1", "--port", port, .. file];
    }
}
