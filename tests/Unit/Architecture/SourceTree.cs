using System.Text;

namespace Backend.Unit.Architecture;

/// <param name="Path">From the root of the repository, with forward slashes.</param>
internal sealed record SourceFile(string Path, string Text)
{
    /// <summary>The text without comments and without the contents of plain string and character literals; line breaks stay.</summary>
    public string Code { get; } = SourceTree.Strip(Text);

    public string Folder => Path[..Path.LastIndexOf('/')];

    public string Name => Path[(Path.LastIndexOf('/') + 1)..];
}

/// <summary>The repository that the tests were built in.</summary>
internal static class SourceTree
{
    private static readonly Lazy<IReadOnlyList<SourceFile>> Files = new(() => [.. Read("src", "*.cs")]);

    public static string Root { get; } = FindRoot();

    /// <summary>Every hand-written source file of the product.</summary>
    public static IReadOnlyList<SourceFile> Product => Files.Value;

    public static IEnumerable<SourceFile> Read(string folder, string pattern) =>
        from path in Directory.EnumerateFiles(Path.Combine(Root, folder), pattern, SearchOption.AllDirectories)
        let relative = Path.GetRelativePath(Root, path).Replace('\\', '/')
        where !relative.Contains("/obj/", StringComparison.Ordinal) && !relative.Contains("/bin/", StringComparison.Ordinal)
        orderby relative
        select new SourceFile(relative, File.ReadAllText(path));

    public static IEnumerable<string> Folders(string folder) =>
        from path in Directory.EnumerateDirectories(Path.Combine(Root, folder), "*", SearchOption.AllDirectories)
        let relative = Path.GetRelativePath(Root, path).Replace('\\', '/')
        where !$"{relative}/".Contains("/obj/", StringComparison.Ordinal) && !$"{relative}/".Contains("/bin/", StringComparison.Ordinal) && !$"{relative}/".Contains("/node_modules/", StringComparison.Ordinal)
        orderby relative
        select relative;

    public static SourceFile Open(string path) => new(path, File.ReadAllText(Path.Combine(Root, path)));

    /// <summary>Interpolated strings stay as they are: what stands in their holes is code.</summary>
    public static string Strip(string text)
    {
        var code = new StringBuilder(text.Length);
        var i = 0;
        while (i < text.Length)
        {
            var end = EndOfIgnored(text, i);
            if (end == i)
            {
                code.Append(text[i++]);
                continue;
            }

            code.Append(' ').Append('\n', text.AsSpan(i, end - i).Count('\n'));
            i = end;
        }

        return code.ToString();
    }

    private static int EndOfIgnored(string text, int start)
    {
        if (At(text, start, "//"))
        {
            return IndexOf(text, "\n", start);
        }

        if (At(text, start, "/*"))
        {
            return Math.Min(text.Length, IndexOf(text, "*/", start + 2) + 2);
        }

        var isInterpolated = start > 0 && (text[start - 1] == '$' || (text[start - 1] == '@' && start > 1 && text[start - 2] == '$'));
        if (At(text, start, "\"\"\"") && !isInterpolated)
        {
            return Math.Min(text.Length, IndexOf(text, "\"\"\"", start + 3) + 3);
        }

        if (text[start] == '"' && !isInterpolated)
        {
            return EndOfLiteral(text, start, '"', isVerbatim: start > 0 && text[start - 1] == '@');
        }

        return text[start] == '\'' ? EndOfLiteral(text, start, '\'', isVerbatim: false) : start;
    }

    private static int EndOfLiteral(string text, int start, char quote, bool isVerbatim)
    {
        for (var i = start + 1; i < text.Length; i++)
        {
            if (text[i] == '\\' && !isVerbatim)
            {
                i++;
            }
            else if (text[i] == quote)
            {
                if (!isVerbatim || i + 1 >= text.Length || text[i + 1] != quote)
                {
                    return i + 1;
                }

                i++;
            }
            else if (text[i] == '\n' && !isVerbatim)
            {
                return i;
            }
        }

        return text.Length;
    }

    private static bool At(string text, int index, string what) => string.CompareOrdinal(text, index, what, 0, what.Length) == 0;

    private static int IndexOf(string text, string what, int start) => text.IndexOf(what, Math.Min(start, text.Length), StringComparison.Ordinal) is >= 0 and var index ? index : text.Length;

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Backend.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException($"No Backend.sln above {AppContext.BaseDirectory}.");
    }
}
