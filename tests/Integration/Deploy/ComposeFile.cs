using System.Text.RegularExpressions;
using Backend.Integration.Support;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Backend.Integration.Deploy;

/// <summary>deploy/compose.yaml, with what it takes over from elsewhere in itself put in place.</summary>
internal sealed partial class ComposeFile
{
    private readonly YamlMappingNode _root;

    private ComposeFile(string text)
    {
        Text = text;
        var stream = new YamlStream();
        stream.Load(new MergingParser(new Parser(new StringReader(text))));
        _root = (YamlMappingNode)stream.Documents[0].RootNode;
    }

    public static string Folder { get; } = Path.Combine(Repository.Root, "deploy");

    public static ComposeFile Instance { get; } = new(File.ReadAllText(Path.Combine(Folder, "compose.yaml")));

    public string Text { get; }

    public IReadOnlyList<string> Services => [.. Keys(_root["services"])];

    /// <summary>What has to be set in deploy/.env, or may be.</summary>
    public IEnumerable<string> Variables => Variable().Matches(Text).Select(m => m.Groups["name"].Value).Distinct();

    public YamlMappingNode Service(string name) => (YamlMappingNode)_root["services"][name];

    public YamlMappingNode Network(string name) => (YamlMappingNode)_root["networks"][name];

    /// <summary>As the container gets it.</summary>
    /// <param name="values">Of deploy/.env.</param>
    public IReadOnlyDictionary<string, string> Environment(string service, IReadOnlyDictionary<string, string> values) =>
        ((YamlMappingNode)Service(service)["environment"]).ToDictionary(e => Plain(e.Key), e => Variable().Replace(Plain(e.Value), m => values[m.Groups["name"].Value]));

    public static IEnumerable<string> Keys(YamlNode node) => ((YamlMappingNode)node).Children.Keys.Select(Plain);

    public static IEnumerable<string> Texts(YamlNode node) => ((YamlSequenceNode)node).Children.Select(Plain);

    public static string Plain(YamlNode node) => ((YamlScalarNode)node).Value!;

    [GeneratedRegex(@"\$\{(?<name>[A-Z_]+)(?<otherwise>:[?-][^}]*)\}", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Variable();
}
