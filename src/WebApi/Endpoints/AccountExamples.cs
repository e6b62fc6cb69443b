using Backend.Domain.Common;

namespace Backend.WebApi.Endpoints;

internal static class AccountExamples
{
    public static RegisterBody Registration { get; } = new("ada@example.org", "Ada", new Secret("correct horse battery"));

    public static MessageResponse Registered { get; } = new("You are registered and can sign in now.");

    public static ProfileResponse Profile { get; } = new(7, "ada@example.org", "Ada", new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
}
