namespace Backend.Application.Accounts;

/// <summary>Settings of user accounts.</summary>
public sealed class AccountOptions
{
    /// <summary>Users who can be registered (<c>Accounts:MaxUsers</c>). Default 200, as the reference system.</summary>
    public int MaxUsers { get; init; } = 200;

    /// <summary>Name of the user who becomes an administrator when registering (<c>Administration:InitialAdmin</c>). Default: nobody.</summary>
    public string? InitialAdmin { get; init; }
}
