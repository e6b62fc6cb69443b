using Backend.Domain.Common;
using Backend.WebApi.Http;

namespace Backend.WebApi.Endpoints;

internal static class SessionExamples
{
    public const string NoRefreshToken = "Please give the refresh token.";

    private const string AccessToken = "eyJhbGciOiJIUzI1NiJ9.eyJyb2xlIjoidXNlciJ9.c2lnbmF0dXJl";
    private const string Refresh = "AAAAAAAAAAcRERERIiIzM0REVVVVVVVVAAAAAAAAAAE";

    private static readonly DateTimeOffset s_signedIn = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    public static LoginBody Login { get; } = new(new Secret("correct horse battery"), "Ada");

    public static LoginResponse LoggedIn { get; } = new(AccessToken, Refresh, 900, SessionAuthenticationHandler.SchemeName, new LoginUser("7", "Ada", "ada@example.org"));

    public static RefreshTokenBody RefreshToken { get; } = new(new Secret(Refresh));

    public static TokenResponse Tokens { get; } = new(AccessToken, Refresh, 900, SessionAuthenticationHandler.SchemeName);

    public static MessageResponse LoggedOut { get; } = new("You are signed out.");

    public static MessageResponse LoggedOutEverywhere { get; } = new("Signed out of 2 sessions.");

    public static IEnumerable<SessionResponse> Sessions { get; } =
    [
        new("6f9619ff-8b86-4d01-b42d-00cf4fc964ff", s_signedIn, s_signedIn.AddMinutes(12), "Mozilla/5.0 (X11; Linux x86_64; rv:140.0)", "203.0.113.7", Current: true),
        new("0b5d6e6c-2f7f-4f44-9d38-6b0c1f3d9a52", s_signedIn.AddDays(-2), s_signedIn.AddDays(-1), "Mozilla/5.0 (Android 16; Mobile)", "198.51.100.20", Current: false),
    ];
}
