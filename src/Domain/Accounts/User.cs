using Backend.Domain.Common;

namespace Backend.Domain.Accounts;

/// <summary>A registered user.</summary>
/// <param name="PasswordHash">bcrypt, modular crypt format.</param>
public sealed record User(UserId Id, UserName Name, EmailAddress Email, Secret PasswordHash, Role Role, DateTimeOffset CreatedAt);

/// <summary>A user who is about to be stored; the store gives the id.</summary>
public sealed record NewUser(UserName Name, EmailAddress Email, Secret PasswordHash, Role Role, DateTimeOffset CreatedAt);
