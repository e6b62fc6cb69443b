using System.Diagnostics;

namespace Backend.Integration.Support;

/// <summary>The real program, run until it has ended by itself.</summary>
internal static class ServiceCommand
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(60);

    /// <param name="settings">As environment variables; an empty one takes away what the machine has.</param>
    public static async Task<(int Code, string Output, string Error)> RunAsync(IReadOnlyDictionary<string, string> settings, params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Backend.WebApi.dll"), .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (key, value) in settings)
        {
            start.Environment[key.Replace(":", "__", StringComparison.Ordinal)] = value;
        }

        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        using var deadline = new CancellationTokenSource(s_deadline, TimeProvider.System);
        try
        {
            await process.WaitForExitAsync(deadline.Token);
        }
        catch (OperationCanceledException exception)
        {
            process.Kill();
            throw new TimeoutException($"The program did not end. It said: {await output} {await error}", exception);
        }

        return (process.ExitCode, await output, await error);
    }
}
