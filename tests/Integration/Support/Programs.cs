using System.Diagnostics;

namespace Backend.Integration.Support;

/// <summary>Runs small programs of the system to their end.</summary>
internal static class Programs
{
    /// <summary>Throws with all that the program said unless it succeeds.</summary>
    public static async Task RunAsync(IReadOnlyList<string> command, string folder)
    {
        var (code, output) = await TryAsync(command, folder);
        if (code != 0)
        {
            throw new InvalidOperationException($"'{string.Join(' ', command)}' ended with {code}:{Environment.NewLine}{output}");
        }
    }

    public static async Task<(int Code, string Output)> TryAsync(IReadOnlyList<string> command, string folder)
    {
        using var process = Process.Start(new ProcessStartInfo(command[0], command.Skip(1))
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        process.StandardInput.Close();
        var output = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (process.ExitCode, string.Concat(output));
    }

    /// <summary>A line of shell, with its arguments as $1, $2, …</summary>
    public static IReadOnlyList<string> Shell(string line, params IEnumerable<string> arguments) => ["/bin/sh", "-c", line, "sh", .. arguments];
}
