namespace Backend.WebApi.Endpoints;

internal static class DiagnosticExamples
{
    private static readonly DateTimeOffset s_now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    public static ConnectionTestResponse Connection { get; } = new(true, "The request arrived.", 1, s_now, "GET");

    public static AccountTestResponse Account { get; } = new(true, "The account was read.", 1, s_now, "GET", new LoginUser("7", "Ada", "ada@example.org"));
}
