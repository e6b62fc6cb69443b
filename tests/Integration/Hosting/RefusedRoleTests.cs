using Backend.Integration.Support;

namespace Backend.Integration.Hosting;

/// <summary>Roles that a process cannot have.</summary>
public sealed class RefusedRoleTests
{
    private const string Database = "Host=127.0.0.1;Port=1;Database=none;Username=none;Password=none";
    private const string Function = "AWS_LAMBDA_FUNCTION_NAME";

    [Theory]
    [InlineData("Both")]
    [InlineData("1")]
    [InlineData("Api,Worker")]
    public async Task A_role_that_there_is_not(string role) =>
        (await RefuseAsync(("Hosting:Role", role))).ShouldBe([$"Hosting:Role is '{role}', but must be one of All, Api, Worker."]);

    [Theory]
    [InlineData("All")]
    [InlineData("")]
    public async Task Everything_in_a_function(string role) =>
        (await RefuseAsync(("Hosting:Role", role), (Function, "backend"))).ShouldBe(
            ["Hosting:Role is All, but a function of AWS Lambda must be Api or Worker: nothing runs there between two requests."]);

    [Theory]
    [InlineData("Api", "Adapters:Profile", "InMemory")]
    [InlineData("Worker", "Adapters:Profile", "InMemory")]
    [InlineData("api", "Adapters:Jobs", "InMemory")]
    public async Task A_part_of_a_system_that_keeps_its_searches_to_itself(string role, string key, string value) =>
        (await RefuseAsync(("Hosting:Role", role), (key, value), ("NEON_DB_CONNECTION_STRING", Database))).ShouldBe(
            [$"Hosting:Role is {char.ToUpperInvariant(role[0])}{role[1..]}, but searches are kept in memory (Adapters:Jobs), where no other process finds them."]);

    [Fact]
    public async Task A_worker_in_a_function_without_a_queue_that_hands_it_work() =>
        (await RefuseAsync(("Hosting:Role", "Worker"), (Function, "backend"), ("NEON_DB_CONNECTION_STRING", Database))).ShouldBe(
            ["Hosting:Role is Worker in a function of AWS Lambda, which is handed its work by SQS; choose Adapters:Jobs=Aws and Adapters:DailyQueue=Aws."]);

    [Fact]
    public async Task All_that_is_wrong_is_said_together()
    {
        var sentences = await RefuseAsync(("Hosting:Role", "Both"), ("Accounts:MaxUsers", "none"), ("Adapters:Jobs", "Paper"));

        sentences.Select(s => s.Split(' ')[0]).Order(StringComparer.Ordinal).ShouldBe(["Accounts:MaxUsers", "Adapters:Jobs", "Hosting:Role"]);
    }

    private static async Task<IReadOnlyList<string>> RefuseAsync(params (string Key, string Value)[] settings)
    {
        var (code, output, error) = await RefusedStart.RunAsync(settings.ToDictionary(s => s.Key, s => s.Value, StringComparer.Ordinal));
        code.ShouldBe(1, output + error);
        return RefusedStart.Sentences(error);
    }
}
