namespace Backend.Integration.Support;

/// <summary>A start of the real program that is expected to fail, as an operator sees it.</summary>
internal static class RefusedStart
{
    /// <summary>Runs until the program has ended by itself.</summary>
    /// <param name="settings">On top of a configuration that is complete but for them.</param>
    public static Task<(int Code, string Output, string Error)> RunAsync(IReadOnlyDictionary<string, string> settings)
    {
        var all = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["DOTNET_ENVIRONMENT"] = "Development",
            ["ASPNETCORE_ENVIRONMENT"] = "Development",
            ["ASPNETCORE_URLS"] = "http://127.0.0.1:0",
            ["JWT_SECRET"] = BackendHost.JwtSecret,
            ["Trackmania:Sandbox"] = "true",
        };
        foreach (var (key, value) in settings)
        {
            all[key] = value;
        }

        return ServiceCommand.RunAsync(all);
    }

    /// <summary>Each problem is a line of its own below the first, behind a dash.</summary>
    public static IReadOnlyList<string> Sentences(string error) =>
        [.. error.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries).Where(l => l.StartsWith("- ", StringComparison.Ordinal)).Select(l => l[2..])];
}
