using Backend.Domain.Administration;

namespace Backend.Application.Accounts;

/// <summary>Settings of user accounts.</summary>
public sealed class AccountOptions
{
    /// <summary>Users who can be registered until an administrator sets another number (<c>Accounts:MaxUsers</c>). Default 200.</summary>
    public int MaxUsers { get; init; } = SiteSetting.MaxUsers.Standard;

    /// <summary>Name of the user who becomes an administrator when registering (<c>Administration:InitialAdmin</c>). Default: nobody.</summary>
    public string? InitialAdmin { get; init; }
}
