using System.Text.RegularExpressions;
using Backend.Integration.Support;

namespace Backend.Integration.Deploy;

/// <summary>The instructions of the image, and which files reach its builder.</summary>
internal sealed partial class Dockerfile
{
    private Dockerfile(string text, string ignored)
    {
        Instructions = [.. Continuation().Replace(text, " ").Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Where(l => !l.StartsWith('#'))
            .Select(l => (l.Split(' ')[0], l[(l.IndexOf(' ') + 1)..].Trim()))];
        Ignored = [.. ignored.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Where(l => !l.StartsWith('#'))];
    }

    public static Dockerfile Instance { get; } = new(
        File.ReadAllText(Path.Combine(Repository.Root, "Dockerfile")),
        File.ReadAllText(Path.Combine(Repository.Root, ".dockerignore")));

    public IReadOnlyList<(string Name, string Arguments)> Instructions { get; }

    public IReadOnlyList<(string Name, string Arguments)> LastStage => [.. Instructions.Skip(Instructions.ToList().FindLastIndex(i => i.Name == "FROM"))];

    /// <summary>Sources and target of each COPY out of the repository, in their order.</summary>
    public IReadOnlyList<(IReadOnlyList<string> Sources, string Target)> Copies =>
        [.. All("COPY").Select(a => a.Split(' ')).Where(a => !a[0].StartsWith("--from=", StringComparison.Ordinal)).Select(a => ((IReadOnlyList<string>)a[..^1], a[^1]))];

    /// <summary>Of the image that runs.</summary>
    public IReadOnlyDictionary<string, string> Environment =>
        LastStage.Where(i => i.Name == "ENV").ToDictionary(i => i.Arguments.Split('=')[0], i => i.Arguments[(i.Arguments.IndexOf('=') + 1)..].Trim('"'));

    private IReadOnlyList<string> Ignored { get; }

    public string Only(string name) => LastStage.Where(i => i.Name == name).ShouldHaveSingleItem().Arguments;

    public IEnumerable<string> All(string name) => Instructions.Where(i => i.Name == name).Select(i => i.Arguments);

    /// <summary>By the rules of .dockerignore: the last pattern that fits the path, or a folder above it, decides.</summary>
    public bool IsIgnored(string path)
    {
        var parts = path.TrimEnd('/').Split('/');
        var above = Enumerable.Range(1, parts.Length).Select(n => string.Join('/', parts[..n])).ToList();
        return Ignored.LastOrDefault(pattern => above.Exists(p => Fits(pattern.TrimStart('!'), p)))?.StartsWith('!') == false;
    }

    private static bool Fits(string pattern, string path)
    {
        var expression = Regex.Escape(pattern.TrimEnd('/')).Replace(@"\*\*/", "(.*/)?").Replace(@"\*", "[^/]*");
        return Regex.IsMatch(path, $"^{expression}$", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(10));
    }

    [GeneratedRegex(@"\\\n\s*", RegexOptions.NonBacktracking)]
    private static partial Regex Continuation();
}
