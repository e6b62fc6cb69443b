using System.Globalization;
using System.Runtime.InteropServices;

namespace Backend.TrackmaniaSandbox;

/// <summary>Starts the sandbox alone, until Ctrl+C or a termination signal.</summary>
internal static class Program
{
    private const int DefaultPort = 3020;

    public static async Task<int> Main(string[] args)
    {
        var options = new SandboxOptions();
        if (Number(args, "--seed", "SANDBOX_SEED", options.Seed) is not { } seed
            || Number(args, "--port", "PORT", DefaultPort) is not { } port
            || port is < 0 or > 65535)
        {
            await Console.Error.WriteLineAsync("usage: [--port 0-65535] [--seed number]   (or PORT and SANDBOX_SEED)");
            return 2;
        }

        var stop = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        void OnSignal(PosixSignalContext signal)
        {
            signal.Cancel = true;
            stop.TrySetResult();
        }

        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal);

        await using var sandbox = await SandboxServer.StartAsync(
            options with { Seed = seed, Port = port }, TimeProvider.System, CancellationToken.None);
        Console.WriteLine($"Trackmania sandbox, seed {seed}; routes of its own under {sandbox.BaseUrl}sandbox/");
        Console.WriteLine($"  core  {sandbox.CoreUrl}   login {sandbox.Credentials.ServerLogin} / {sandbox.Credentials.ServerPassword}");
        Console.WriteLine($"  live  {sandbox.LiveUrl}");
        Console.WriteLine($"  oauth {sandbox.OAuthUrl}   client {sandbox.Credentials.OAuthClientId} / {sandbox.Credentials.OAuthClientSecret}");
        Console.WriteLine($"  tmx   {sandbox.TmxUrl}");
        await stop.Task;
        return 0;
    }

    private static int? Number(string[] args, string option, string variable, int fallback)
    {
        var at = Array.IndexOf(args, option);
        var text = at >= 0 ? args.ElementAtOrDefault(at + 1) ?? string.Empty : Environment.GetEnvironmentVariable(variable);
        if (string.IsNullOrEmpty(text) && at < 0)
        {
            return fallback;
        }

        return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;
    }
}
