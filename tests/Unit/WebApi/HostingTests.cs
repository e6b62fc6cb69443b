using Backend.Infrastructure;
using Backend.Unit.Selection;
using Backend.WebApi.Workers;

namespace Backend.Unit.WebApi;

public sealed class HostingTests
{
    private const string Function = "AWS_LAMBDA_FUNCTION_NAME";

    private readonly List<string> _errors = [];

    [Fact]
    public void Without_a_setting_a_process_does_everything()
    {
        var hosting = Read();

        _errors.ShouldBeEmpty();
        hosting.ShouldBe(new Hosting(HostingRole.All, IsLambda: false));
        (hosting.ServesApi, hosting.WorksByItself, hosting.TakesEvents).ShouldBe((true, true, false));
    }

    [Theory]
    [InlineData("All", "", true, true, false)]
    [InlineData("Api", "", true, false, false)]
    [InlineData("Worker", "", false, true, false)]
    [InlineData("api", "", true, false, false)]
    [InlineData("WORKER", "", false, true, false)]
    [InlineData("Api", "f", true, false, false)]
    [InlineData("Worker", "f", false, false, true)]
    public void A_role_says_what_a_process_does(string role, string function, bool serves, bool works, bool takesEvents)
    {
        var hosting = Read((Hosting.RoleSetting, role), (Function, function));

        _errors.ShouldBeEmpty();
        (hosting.ServesApi, hosting.WorksByItself, hosting.TakesEvents).ShouldBe((serves, works, takesEvents));
    }

    [Theory]
    [InlineData("Both")]
    [InlineData("0")]
    [InlineData("1")]
    [InlineData("+1")]
    [InlineData("-1")]
    [InlineData("7")]
    [InlineData("Api,Worker")]
    [InlineData("Api, Api")]
    [InlineData("All,Api")]
    [InlineData("Api Worker")]
    public void A_role_that_there_is_not_is_an_error(string role)
    {
        Read((Hosting.RoleSetting, role));

        _errors.ShouldHaveSingleItem().ShouldBe($"Hosting:Role is '{role}', but must be one of All, Api, Worker.");
    }

    [Theory]
    [InlineData("All")]
    [InlineData("")]
    [InlineData(null)]
    public void A_function_cannot_do_everything(string? role)
    {
        Read((Hosting.RoleSetting, role), (Function, "f"));

        _errors.ShouldHaveSingleItem().ShouldBe("Hosting:Role is All, but a function of AWS Lambda must be Api or Worker: nothing runs there between two requests.");
    }

    [Theory]
    [InlineData("All", false, false)]
    [InlineData("Api", false, true)]
    [InlineData("Worker", false, true)]
    [InlineData("Api", true, true)]
    public void Searches_in_memory_are_only_found_by_a_process_that_does_everything(string role, bool isLambda, bool refused)
    {
        new Hosting(Enum.Parse<HostingRole>(role), isLambda).Check(Summary(inMemory: true, messages: false), _errors);

        _errors.ShouldBe(refused ? [$"Hosting:Role is {role}, but searches are kept in memory (Adapters:Jobs), where no other process finds them."] : []);
    }

    [Theory]
    [InlineData("Worker", true, false, true)]
    [InlineData("Worker", true, true, false)]
    [InlineData("Worker", false, false, false)]
    [InlineData("Api", true, false, false)]
    [InlineData("All", false, false, false)]
    public void Only_a_queue_of_AWS_hands_work_to_a_function(string role, bool isLambda, bool messages, bool refused)
    {
        new Hosting(Enum.Parse<HostingRole>(role), isLambda).Check(Summary(inMemory: false, messages), _errors);

        _errors.ShouldBe(refused ? ["Hosting:Role is Worker in a function of AWS Lambda, which is handed its work by SQS; choose Adapters:Jobs=Aws and Adapters:DailyQueue=Aws."] : []);
    }

    private static InfrastructureSummary Summary(bool inMemory, bool messages) =>
        new("a reason", [], IsVolatile: false, UsesPostgres: true, inMemory, messages, SecretInvented: false, KeepsUsersInMemory: inMemory);

    private Hosting Read(params (string Key, string? Value)[] settings) => Hosting.Read(Settings.Of(settings), _errors);
}
