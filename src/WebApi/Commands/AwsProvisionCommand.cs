using Backend.Infrastructure.Aws;
using Backend.Infrastructure.Selection;

namespace Backend.WebApi.Commands;

/// <summary><c>aws-provision</c>: makes the tables and queues that the AWS adapters need, where they are missing.</summary>
internal sealed class AwsProvisionCommand(IConfiguration configuration, TextWriter output)
{
    public const string Name = "aws-provision";

    private const int Done = 0;
    private const int Refused = 1;
    private const int Misused = 2;

    /// <returns>The exit code: 0 done, 1 nothing was made because something stands against it, 2 wrong usage.</returns>
    public async Task<int> RunAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        if (arguments.Count > 0)
        {
            await output.WriteLineAsync("usage: aws-provision");
            return Misused;
        }

        try
        {
            var outcome = await AwsSchema.ProvisionAsync(configuration, cancellationToken);
            foreach (var difference in outcome.Differences)
            {
                await output.WriteLineAsync(difference);
            }

            if (outcome.Differences.Count > 0)
            {
                await output.WriteLineAsync("Nothing was made or changed.");
                return Refused;
            }

            foreach (var made in outcome.Made)
            {
                await output.WriteLineAsync($"Made {made}.");
            }

            await output.WriteLineAsync(outcome.Made.Count > 0 ? "Everything is there." : "Everything was there already.");
            return Done;
        }
        catch (ConfigurationException exception)
        {
            foreach (var error in exception.Errors)
            {
                await output.WriteLineAsync(error);
            }

            return Refused;
        }
    }
}
