namespace Backend.Integration.Support;

/// <summary>Where <c>tests/Integration/servers/install</c> has put what servers are started from.</summary>
internal static class ServerPackages
{
    private static readonly string s_folder = Path.Combine(Repository.Root, "tests", "Integration", "servers");

    /// <summary>A program of a package; null when the package is not made for this machine.</summary>
    public static string? TryFind(params IEnumerable<string> path)
    {
        var program = Path.Combine([Installed(), "node_modules", .. path]);
        return File.Exists(program) ? program : null;
    }

    /// <summary>One of ours, which uses the packages.</summary>
    public static string Script(string name) => Path.Combine(Installed(), name);

    private static string Installed() => File.Exists(Path.Combine(s_folder, "node_modules", ".installed"))
        ? s_folder
        : throw new InvalidOperationException("The servers of the tests are not there: run tests/Integration/servers/install.");
}
