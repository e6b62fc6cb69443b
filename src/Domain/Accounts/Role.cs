namespace Backend.Domain.Accounts;

/// <summary>What a user may do. Kept with the user; the claim in a token is only a copy for clients.</summary>
public enum Role
{
    User,
    Admin,
}

public static class RoleNames
{
    /// <summary>The literal that clients read in the access token's <c>role</c> claim.</summary>
    public static string ToName(this Role role) => role == Role.Admin ? "admin" : "user";

    public static IReadOnlyList<string> All { get; } = [Role.User.ToName(), Role.Admin.ToName()];

    /// <summary>In any case, with white space around it.</summary>
    public static bool TryRead(string? name, out Role role)
    {
        role = string.Equals(name?.Trim(), Role.Admin.ToName(), StringComparison.OrdinalIgnoreCase) ? Role.Admin : Role.User;
        return string.Equals(name?.Trim(), role.ToName(), StringComparison.OrdinalIgnoreCase);
    }
}
