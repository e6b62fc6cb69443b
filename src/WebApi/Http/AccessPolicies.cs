using Backend.Domain.Accounts;
using Microsoft.AspNetCore.Authorization;

namespace Backend.WebApi.Http;

/// <summary>Who may call a route, beyond being signed in.</summary>
internal static class AccessPolicies
{
    /// <summary>An administrator, by the user's role now.</summary>
    public const string Admin = nameof(Admin);

    public static void AddAccessPolicies(this AuthorizationOptions options) => options.AddPolicy(Admin, policy => policy.RequireRole(Role.Admin.ToName()));
}
