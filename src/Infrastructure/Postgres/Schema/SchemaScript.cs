using Backend.Infrastructure.Selection;
using DbUp.Engine;

namespace Backend.Infrastructure.Postgres.Schema;

/// <summary>The scripts that this version of the service was published with.</summary>
internal static class SchemaScript
{
    /// <summary>In the order in which they are applied.</summary>
    /// <exception cref="ConfigurationException">There is none, so that every database would seem too new.</exception>
    public static async Task<IReadOnlyList<SqlScript>> ReadAllAsync(string folder, CancellationToken cancellationToken)
    {
        var scripts = new List<SqlScript>();
        var paths = Directory.Exists(folder) ? Directory.GetFiles(folder, "*.sql") : [];
        foreach (var path in paths.Order(StringComparer.Ordinal))
        {
            scripts.Add(new SqlScript(Path.GetFileName(path), await File.ReadAllTextAsync(path, cancellationToken)));
        }

        return scripts.Count > 0 ? scripts : throw new ConfigurationException([$"There are no schema scripts in {folder}; publish the service with its folder sql."]);
    }
}
