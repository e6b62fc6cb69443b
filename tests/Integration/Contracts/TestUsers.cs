using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.Common;
using Backend.Integration.Support;

namespace Backend.Integration.Contracts;

/// <summary>Users that things can belong to.</summary>
internal static class TestUsers
{
    public static readonly DateTimeOffset CreatedAt = new(2026, 11, 20, 12, 0, 0, 123, TimeSpan.Zero);

    public static UserName Name(string text) => UserName.TryCreate(text, out var name) ? name : throw new ArgumentException(text, nameof(text));

    public static async Task<User> AddAsync(this IUserStore users, string name, DateTimeOffset? createdAt = null, string? address = null)
    {
        EmailAddress.TryCreate(address ?? $"{Ids.Next():N}@Example.org", out var email).ShouldBeTrue();
        var outcome = await users.AddAsync(new NewUser(Name(name), email!, new Secret("hash"), Role.User, createdAt ?? CreatedAt), int.MaxValue, CancellationToken.None);
        outcome.Status.ShouldBe(AddUserStatus.Added);
        return outcome.User!;
    }

    public static Task<User> AddAsync(this IUserStore users) => users.AddAsync($"user {Ids.Next():N}");
}
