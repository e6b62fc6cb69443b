using Backend.Application.Ports;
using Backend.Infrastructure;
using Backend.Infrastructure.Postgres.Schema;
using MediatR;

namespace Backend.WebApi.Commands;

/// <summary><c>make-admin NAME</c>: makes a registered user an administrator, in the stores that the service is configured for.</summary>
internal sealed class MakeAdminCommand(IServiceProvider services, TextWriter output)
{
    public const string Name = "make-admin";

    private const int Done = 0;
    private const int Refused = 1;
    private const int Misused = 2;

    /// <returns>The exit code: 0 done, 1 nobody was made one, 2 wrong usage.</returns>
    public async Task<int> RunAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        if (arguments is not [{ Length: > 0 } login])
        {
            await output.WriteLineAsync("usage: make-admin NAME");
            return Misused;
        }

        if (services.GetRequiredService<InfrastructureSummary>().KeepsUsersInMemory)
        {
            await output.WriteLineAsync("Users are kept in the memory of the running service. Set Administration:InitialAdmin to a name and register it there.");
            return Refused;
        }

        try
        {
            if (await DatabaseSchema.FindObstacleAsync(services.GetRequiredService<IConfiguration>(), services.GetRequiredService<ILoggerFactory>(), cancellationToken) is { } obstacle)
            {
                await output.WriteLineAsync(obstacle);
                return Refused;
            }

            var result = await services.GetRequiredService<IMediator>().Send(new Application.Administration.MakeAdminCommand(login), cancellationToken);
            await output.WriteLineAsync(result.IsSuccess ? $"{result.Value.Name} is an administrator." : result.Error.Message);
            return result.IsSuccess ? Done : Refused;
        }
        catch (Exception exception) when (exception is DatabaseUnavailableException or StoreUnavailableException)
        {
            await output.WriteLineAsync(exception.Message);
            return Refused;
        }
    }
}
