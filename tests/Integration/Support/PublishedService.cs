namespace Backend.Integration.Support;

/// <summary>The service as it is shipped: the folder that BACKEND_TESTS_APP names, or else one published once a run.</summary>
internal static class PublishedService
{
    private static readonly Lazy<Task<string>> s_program = new(PublishAsync);

    /// <summary>Path of the program.</summary>
    public static Task<string> ProgramAsync() => s_program.Value;

    private static async Task<string> PublishAsync()
    {
        const string Name = "Backend.WebApi";
        if (Environment.GetEnvironmentVariable("BACKEND_TESTS_APP") is { Length: > 0 } given)
        {
            var program = Path.Combine(Path.GetFullPath(given), Name);
            return File.Exists(program) ? program : throw new InvalidOperationException($"BACKEND_TESTS_APP is '{given}', but there is no {Name} in it.");
        }

        var folder = Path.Combine(Leash.Instance.Folder, "app");
        await Programs.RunAsync(
            ["dotnet", "publish", "src/WebApi", "--configuration", "Release", "--output", folder, "--disable-build-servers", "--verbosity", "quiet"],
            Repository.Root);
        return Path.Combine(folder, Name);
    }
}
