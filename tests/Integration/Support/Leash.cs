using System.Diagnostics;
using System.Globalization;

namespace Backend.Integration.Support;

/// <summary>
/// Holds processes, and a folder, that must not outlive the tests: a watcher kills the ones and removes the other as soon
/// as the tests are gone, even when they were killed themselves.
/// </summary>
internal sealed class Leash
{
    // Reads until the tests close their end of the pipe, which happens however they end.
    private const string Watcher = """
        trap '' HUP INT TERM
        held=' '
        while read -r sign pid; do
          case $sign in
            +) held="$held$pid " ;;
            -) held="${held%% "$pid" *} ${held#* "$pid" }" ;;
          esac
        done
        [ -z "${held## }" ] || kill -KILL $held
        rm -rf "$1"
        """;

    private static readonly Lazy<Leash> s_instance = new(() => new Leash());

    private readonly Lock _lock = new();
    private readonly Process _watcher;

    private Leash() => _watcher = Process.Start(
        new ProcessStartInfo("/bin/sh", Programs.Shell($"exec >/dev/null 2>&1\n{Watcher}", Folder).Skip(1)) { UseShellExecute = false, RedirectStandardInput = true })!;

    public static Leash Instance => s_instance.Value;

    /// <summary>Empty at first, and gone after the run.</summary>
    public string Folder { get; } = Directory.CreateTempSubdirectory("backend-tests-").FullName;

    public void Hold(Process process) => Tell('+', process);

    /// <summary>The process has ended, and its number may be somebody else's from now on.</summary>
    public void LetGo(Process process) => Tell('-', process);

    private void Tell(char sign, Process process)
    {
        lock (_lock)
        {
            _watcher.StandardInput.WriteLine($"{sign} {process.Id.ToString(CultureInfo.InvariantCulture)}");
            _watcher.StandardInput.Flush();
        }
    }
}
