using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Backend.Integration.Support;

/// <summary>A process of the published service, for what only the operating system can do to it.</summary>
internal sealed partial class ServiceProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly ConcurrentQueue<string> _output = new();
    private readonly TaskCompletionSource<Uri> _listening = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _ended;

    private ServiceProcess(string name, Process process)
    {
        Name = name;
        _process = process;
        Leash.Instance.Hold(process);
        _ended = Task.WhenAll(ReadAsync(process.StandardOutput), ReadAsync(process.StandardError)).ContinueWith(
            async _ =>
            {
                await process.WaitForExitAsync();
                Leash.Instance.LetGo(process);
                _listening.TrySetException(new InvalidOperationException($"{name} ended with {process.ExitCode} before it listened:{Environment.NewLine}{Output}"));
            },
            TaskScheduler.Default).Unwrap();

        // Most never ask: one that was killed early is no failure.
        _ = _listening.Task.Exception;
    }

    public string Name { get; }

    /// <summary>Since the process has announced its address.</summary>
    public bool IsReady => _listening.Task.IsCompletedSuccessfully && !_process.HasExited;

    /// <summary>Once <see cref="IsReady"/>.</summary>
    public Uri Address => _listening.Task.IsCompletedSuccessfully ? _listening.Task.Result : throw new InvalidOperationException($"{Name} does not listen.");

    /// <summary>Memory that the process occupies now.</summary>
    public long ResidentBytes
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64;
        }
    }

    public string Output => string.Join(Environment.NewLine, _output);

    public static async Task<ServiceProcess> StartAsync(string name, IReadOnlyDictionary<string, string> settings)
    {
        var start = new ProcessStartInfo(await PublishedService.ProgramAsync())
        {
            WorkingDirectory = Leash.Instance.Folder,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (key, value) in settings)
        {
            start.Environment[key.Replace(":", "__", StringComparison.Ordinal)] = value;
        }

        return new ServiceProcess(name, Process.Start(start)!);
    }

    public Task ListensAsync() => _listening.Task.WaitAsync(TimeSpan.FromSeconds(60), TimeProvider.System);

    /// <summary>SIGKILL: the process gets no chance to do anything.</summary>
    public void Kill() => _process.Kill();

    /// <summary>SIGTERM, as from whoever deploys.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> StopAsync(TimeSpan deadline)
    {
        await Programs.RunAsync(Programs.Shell("kill -s TERM \"$1\"", _process.Id.ToString(CultureInfo.InvariantCulture)), Leash.Instance.Folder);
        await _ended.WaitAsync(deadline, TimeProvider.System);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _ended;
        _process.Dispose();
    }

    private async Task ReadAsync(StreamReader reader)
    {
        while (await reader.ReadLineAsync() is { } line)
        {
            _output.Enqueue(line);
            if (Listening().Match(line) is { Success: true } match)
            {
                _listening.TrySetResult(new Uri(match.Groups["address"].Value));
            }
        }
    }

    [GeneratedRegex(@"Listening on (?<address>http://[^ ,]+)", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Listening();
}
