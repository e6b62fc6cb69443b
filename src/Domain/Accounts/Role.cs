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
}
