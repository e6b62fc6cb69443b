using Backend.Domain.Common;
using Backend.Domain.Tracks;

namespace Backend.Domain.Accounts;

/// <summary>A registered user.</summary>
/// <param name="PasswordHash">bcrypt, modular crypt format.</param>
public sealed record User(UserId Id, UserName Name, EmailAddress Email, Secret PasswordHash, Role Role, DateTimeOffset CreatedAt)
{
    /// <summary>The Trackmania account that the user says is his; of one account there is one user at most.</summary>
    public Player? Player { get; init; }

    /// <summary>The user of Trackmania Exchange whose name this user bears; known once it was looked up, and then of one user only.</summary>
    public TmxUserId? TmxUserId { get; init; }

    /// <summary>What he wants to be told by mail, and in which time zone.</summary>
    public MailPreferences Mail { get; init; } = MailPreferences.Standard;

    /// <summary>The name before <see cref="Name"/> was made that of <see cref="TmxUserId"/>; good for signing in.</summary>
    public UserName? FormerName { get; init; }
}

/// <summary>A user who is about to be stored; the store gives the id.</summary>
public sealed record NewUser(UserName Name, EmailAddress Email, Secret PasswordHash, Role Role, DateTimeOffset CreatedAt);
