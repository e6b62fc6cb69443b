namespace Backend.Integration.Support;

/// <summary>The working copy that the tests were built in, for what they read from it.</summary>
internal static class Repository
{
    public static string Root { get; } = Find();

    private static string Find()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Backend.sln")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("No Backend.sln above the tests.");
        }

        return folder.FullName;
    }
}
