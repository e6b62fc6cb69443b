using Backend.Integration.Support;
using Backend.WebApi.Commands;

namespace Backend.Integration.Postgres;

/// <summary>The command by which an operator makes somebody an administrator, as the program that is shipped.</summary>
public sealed class MakeAdminTests
{
    [Fact]
    public async Task A_registered_user_is_an_administrator_within_a_second_without_signing_in_again()
    {
        await using var host = BackendHost.Start(HostProfile.Postgres);
        var user = await host.SignInAsync("Ada 🏁");
        await user.AskAsync("GET", "/api/v1/admin/users").ShouldFailAsync(403, "request.forbidden");
        var database = host.Database!.ConnectionString;

        var (code, output, error) = await RunAsync(database, "ada 🏁");

        (code, error).ShouldBe((0, string.Empty), output);
        output.ShouldEndWith($"Ada 🏁 is an administrator.{Environment.NewLine}");
        await Eventually.GetAsync(() => user.AskAsync("GET", "/api/v1/admin/users"), answer => (int)answer.Status == 200, TimeSpan.FromSeconds(1));

        var (unknown, sentence, _) = await RunAsync(database, "nobody");
        unknown.ShouldBe(1);
        sentence.ShouldEndWith($"There is no such user.{Environment.NewLine}");
    }

    [Fact]
    public async Task What_stands_against_it_is_said_in_a_sentence()
    {
        await using var empty = await PostgresServers.CreateAsync(migrated: false);

        (await RunAsync(empty.ConnectionString, "ada")).ShouldSatisfyAllConditions(r => r.Code.ShouldBe(1), r => r.Output.ShouldContain("run the service with the argument migrate first"));
        (await RunAsync(connection: null, "ada")).ShouldSatisfyAllConditions(r => r.Code.ShouldBe(1), r => r.Output.ShouldContain("Administration:InitialAdmin"));
        (await RunAsync(connection: null)).ShouldSatisfyAllConditions(r => r.Code.ShouldBe(2), r => r.Output.ShouldContain("usage: make-admin NAME"));
        (await RunAsync("postgres://nobody:secret-of-nobody@127.0.0.1:1/none?sslmode=disable", "ada")).ShouldSatisfyAllConditions(
            r => r.Code.ShouldBe(1), r => (r.Output + r.Error).ShouldNotContain("secret-of-nobody"), r => (r.Output + r.Error).ShouldNotContain("   at "));
    }

    private static Task<(int Code, string Output, string Error)> RunAsync(string? connection, params string[] arguments) => ServiceCommand.RunAsync(
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["NEON_DB_CONNECTION_STRING"] = connection ?? string.Empty,
            ["Adapters:Profile"] = connection is null ? "InMemory" : "Postgres",
            ["JWT_SECRET"] = BackendHost.JwtSecret,
            ["Trackmania:Sandbox"] = "true",
        }.WithMail(),
        [MakeAdminCommand.Name, .. arguments]);
}
