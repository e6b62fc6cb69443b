using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Backend.Integration.Support;

/// <summary>A process that plays a server of others, on a loopback port of its own, and that tests may stop, hang and restart.</summary>
internal abstract class LoopbackServer : IAsyncDisposable
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(60);

    private readonly ConcurrentQueue<string> _output = new();
    private Process? _process;
    private Task _ended = Task.CompletedTask;

    public int Port { get; private set; }

    public Uri Address => new($"http://127.0.0.1:{Port.ToString(CultureInfo.InvariantCulture)}");

    public string Output => string.Join(Environment.NewLine, _output);

    private Process Running => _process ?? throw new InvalidOperationException("The server does not run.");

    /// <summary>On the same port.</summary>
    public async Task StartAgainAsync()
    {
        if (!await TryStartAsync())
        {
            throw Failure($"The server did not start again on port {Port}");
        }
    }

    /// <summary>Like a crash: it gets no chance to finish anything.</summary>
    public async Task StopAsync()
    {
        if (_process is not { } process)
        {
            return;
        }

        _process = null;
        process.Kill();
        await _ended;
        process.Dispose();
    }

    /// <summary>From here on the server takes connections and answers nothing, as one whose machine hangs.</summary>
    public Task PauseAsync() => SignalAsync("STOP");

    public Task ResumeAsync() => SignalAsync("CONT");

    public virtual async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await StopAsync();
    }

    protected abstract IReadOnlyList<string> Command(string port);

    protected async Task StartOnAnyPortAsync()
    {
        for (var attempt = 0; attempt < 10; attempt++)
        {
            Port = LoopbackPort.Find();
            if (await TryStartAsync())
            {
                return;
            }
        }

        throw Failure("The server did not start on any port");
    }

    /// <returns>False when it has ended instead, as it does when somebody else has the port.</returns>
    private async Task<bool> TryStartAsync()
    {
        var command = Command(Port.ToString(CultureInfo.InvariantCulture));
        var process = Process.Start(new ProcessStartInfo(command[0], command.Skip(1))
        {
            WorkingDirectory = Leash.Instance.Folder,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        Leash.Instance.Hold(process);
        var listening = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _process = process;
        _ended = EndAsync(process, Task.WhenAll(ReadAsync(process.StandardOutput, listening), ReadAsync(process.StandardError, listening)));
        if (await Task.WhenAny(listening.Task, _ended).WaitAsync(s_deadline, TimeProvider.System) == _ended)
        {
            await StopAsync();
            return false;
        }

        return await ConnectAsync(process);
    }

    /// <summary>It may have said so a moment before it does.</summary>
    private async Task<bool> ConnectAsync(Process process)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                await socket.ConnectAsync(IPAddress.Loopback, Port);
                return true;
            }
            catch (SocketException) when (process.HasExited)
            {
                await StopAsync();
                return false;
            }
            catch (SocketException) when (TimeProvider.System.GetElapsedTime(started) < s_deadline)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System);
            }
        }
    }

    private async Task ReadAsync(StreamReader reader, TaskCompletionSource listening)
    {
        while (await reader.ReadLineAsync() is { } line)
        {
            _output.Enqueue(line);
            if (line.Contains("listening on http://", StringComparison.Ordinal))
            {
                listening.TrySetResult();
            }
        }
    }

    private static async Task EndAsync(Process process, Task reading)
    {
        await reading;
        await process.WaitForExitAsync();
        Leash.Instance.LetGo(process);
    }

    private Task SignalAsync(string signal) =>
        Programs.RunAsync(Programs.Shell("kill -s \"$1\" \"$2\"", signal, Running.Id.ToString(CultureInfo.InvariantCulture)), Leash.Instance.Folder);

    private InvalidOperationException Failure(string what) => new($"{what}. It said:{Environment.NewLine}{Output}");
}
