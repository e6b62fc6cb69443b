using Backend.Infrastructure;
using Backend.Infrastructure.Selection;

namespace Backend.WebApi.Workers;

/// <summary>What a process does of what the service does (setting <c>Hosting:Role</c>).</summary>
internal enum HostingRole
{
    /// <summary>Answers requests and runs searches.</summary>
    All,

    /// <summary>Answers requests; searches are run by others.</summary>
    Api,

    /// <summary>Runs searches; answers questions after its health only.</summary>
    Worker,
}

/// <param name="IsLambda">AWS Lambda starts, freezes and ends the process and hands it its work, so nothing runs by itself.</param>
internal sealed record Hosting(HostingRole Role, bool IsLambda)
{
    public const string RoleSetting = "Hosting:Role";

    /// <summary>Set by AWS Lambda, for its functions.</summary>
    private const string FunctionName = "AWS_LAMBDA_FUNCTION_NAME";

    public bool ServesApi => Role != HostingRole.Worker;

    public bool WorksByItself => Role != HostingRole.Api && !IsLambda;

    public bool TakesEvents => Role == HostingRole.Worker && IsLambda;

    public static Hosting Read(IConfiguration configuration, ICollection<string> errors)
    {
        var role = Setting.ReadWord<HostingRole>(configuration, RoleSetting, errors) ?? HostingRole.All;
        var isLambda = !string.IsNullOrEmpty(configuration[FunctionName]);
        if (isLambda && role == HostingRole.All)
        {
            errors.Add($"{RoleSetting} is {role}, but a function of AWS Lambda must be {HostingRole.Api} or {HostingRole.Worker}: nothing runs there between two requests.");
        }

        return new Hosting(role, isLambda);
    }

    /// <param name="errors">Gets a sentence if the adapters cannot serve this role.</param>
    public void Check(InfrastructureSummary infrastructure, ICollection<string> errors)
    {
        if (Role != HostingRole.All && infrastructure.KeepsSearchesInMemory)
        {
            errors.Add($"{RoleSetting} is {Role}, but searches are kept in memory (Adapters:Jobs), where no other process finds them.");
        }

        if (TakesEvents && !infrastructure.TakesMessages)
        {
            errors.Add($"{RoleSetting} is {Role} in a function of AWS Lambda, which is handed its work by SQS; choose Adapters:Jobs=Aws and Adapters:DailyQueue=Aws.");
        }
    }
}
