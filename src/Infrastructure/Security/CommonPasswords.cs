using System.Collections.Frozen;
using Backend.Application.Ports;

namespace Backend.Infrastructure.Security;

/// <summary>The list in <c>common-passwords.txt</c>, read at its first use, once a process.</summary>
internal sealed class CommonPasswords : ICommonPasswords
{
    private static readonly Lazy<FrozenSet<string>> s_passwords = new(Read);

    public bool Contains(string password) => s_passwords.Value.Contains(password);

    private static FrozenSet<string> Read()
    {
        using var stream = typeof(CommonPasswords).Assembly.GetManifestResourceStream("common-passwords.txt")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).ToFrozenSet(StringComparer.OrdinalIgnoreCase);
    }
}
