using Backend.Infrastructure.Postgres;
using Microsoft.Extensions.Configuration;

namespace Backend.Infrastructure.Selection;

/// <summary>
/// Which adapter serves which port: a profile (<c>Adapters:Profile</c>) and exceptions from it by port
/// (<c>Adapters:&lt;port&gt;</c>). Without a profile a configured database decides. Whatever cannot be had is an error:
/// nothing is ever replaced silently.
/// </summary>
internal sealed class AdapterSelection
{
    public const string ProfileKey = "Adapters:Profile";

    private AdapterSelection(string reason, IReadOnlyList<(PortEntry Port, AdapterKind Kind)> choices)
    {
        Reason = reason;
        Choices = choices;
    }

    /// <summary>Why the profile is what it is, for the start-up log.</summary>
    public string Reason { get; }

    public IReadOnlyList<(PortEntry Port, AdapterKind Kind)> Choices { get; }

    /// <summary>Null when it could not be chosen.</summary>
    public AdapterKind? KindOf<TPort>() => Choices.Where(c => c.Port.Ports.Contains(typeof(TPort))).Select(c => (AdapterKind?)c.Kind).FirstOrDefault();

    public bool Uses(AdapterKind kind) => Choices.Any(c => c.Kind == kind);

    /// <param name="errors">Gets one sentence for each setting that cannot be followed.</param>
    public static AdapterSelection Read(IConfiguration configuration, ICollection<string> errors)
    {
        var choices = new List<(PortEntry, AdapterKind)>();
        var available = Enum.GetValues<AdapterKind>().Where(profile => PortTable.Ports.All(port => port.KindIn(profile) is not null)).ToList();
        var (profile, reason) = ReadProfile(configuration, available, errors);
        foreach (var port in PortTable.Ports)
        {
            var key = $"Adapters:{port.Name}";
            var kind = string.IsNullOrEmpty(configuration[key]) ? profile is { } all ? port.KindIn(all) : null : Setting.ReadWord(configuration, key, errors, [.. port.Kinds]);
            if (kind is { } chosen)
            {
                choices.Add((port, chosen));
            }
        }

        foreach (var unknown in configuration.GetSection("Adapters").GetChildren().Where(s => !IsKnown(s.Key)))
        {
            errors.Add($"Adapters:{unknown.Key} is '{unknown.Value}', but there is no such port; the ports are {string.Join(", ", PortTable.Names)}.");
        }

        return new AdapterSelection(reason, choices);
    }

    private static (AdapterKind? Profile, string Reason) ReadProfile(IConfiguration configuration, IReadOnlyList<AdapterKind> available, ICollection<string> errors)
    {
        if (!string.IsNullOrEmpty(configuration[ProfileKey]))
        {
            return (Setting.ReadWord(configuration, ProfileKey, errors, available), $"{ProfileKey} says so");
        }

        return PostgresSettings.ConnectionStringKeys.FirstOrDefault(key => !string.IsNullOrWhiteSpace(configuration[key])) is { } connection
            ? (AdapterKind.Postgres, $"{connection} is set")
            : (AdapterKind.InMemory, "no connection string is configured");
    }

    private static bool IsKnown(string key) =>
        PortTable.Names.Append("Profile").Contains(key, StringComparer.OrdinalIgnoreCase);
}
