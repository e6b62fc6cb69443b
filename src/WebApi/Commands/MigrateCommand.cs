using Backend.Infrastructure.Postgres.Schema;
using Backend.Infrastructure.Selection;

namespace Backend.WebApi.Commands;

/// <summary><c>migrate</c> and <c>migrate --plan</c>: brings the configured database to the schema of this version, or tells what that would mean.</summary>
internal sealed class MigrateCommand(IConfiguration configuration, ILoggerFactory loggers, TextWriter output)
{
    public const string Name = "migrate";

    private const int Done = 0;
    private const int Refused = 1;
    private const int Misused = 2;

    /// <returns>The exit code: 0 done, 1 nothing was changed because something stands against it, 2 wrong usage.</returns>
    public async Task<int> RunAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        try
        {
            switch (arguments)
            {
                case []:
                    return await MigrateAsync(cancellationToken);
                case ["--plan"]:
                    return await PlanAsync(cancellationToken);
                default:
                    await output.WriteLineAsync("usage: migrate [--plan]");
                    return Misused;
            }
        }
        catch (ConfigurationException exception)
        {
            await WriteLinesAsync(exception.Errors);
            return Refused;
        }
        catch (DatabaseUnavailableException exception)
        {
            await output.WriteLineAsync(exception.Message);
            return Refused;
        }
    }

    private async Task<int> MigrateAsync(CancellationToken cancellationToken)
    {
        var outcome = await DatabaseSchema.MigrateAsync(configuration, loggers, cancellationToken);
        if (!outcome.Succeeded)
        {
            return await RefuseAsync(outcome.Conflicts);
        }

        await WriteLinesAsync(outcome.Applied.Select(s => $"Applied {s}."));
        await output.WriteLineAsync(outcome.Applied.Count > 0 ? "The database is current." : "The database was current already.");
        return Done;
    }

    private async Task<int> PlanAsync(CancellationToken cancellationToken)
    {
        var plan = await DatabaseSchema.PlanAsync(configuration, loggers, cancellationToken);
        await output.WriteLineAsync(plan.Origin switch
        {
            DatabaseOrigin.Empty => "The database is empty.",
            DatabaseOrigin.EarlierSystem => "The database is one of an earlier system.",
            _ => "The database is one of this service.",
        });
        if (plan.Earlier is { } earlier)
        {
            await WriteLinesAsync(
            [
                $"Kept: {earlier.Users} users, {earlier.Alerts} alerts, {earlier.DriverNotifications} driver notifications, {earlier.HistoryEntries} history entries, {earlier.Feedback} feedback messages.",
                $"Decoded: {earlier.TextsToDecode} texts that are stored escaped for HTML.",
                $"Put aside into the schema legacy: {earlier.RowsPutAside} rows.",
                $"Dropped, made anew on demand: {earlier.CacheRowsDropped} cache rows.",
            ]);
        }

        if (plan.Conflicts.Count > 0)
        {
            return await RefuseAsync(plan.Conflicts);
        }

        await WriteLinesAsync(plan.Pending.Select(s => $"Would apply {s}; tried just now, and rolled back."));
        if (plan.Pending.Count == 0)
        {
            await output.WriteLineAsync("There is nothing to do.");
        }

        return Done;
    }

    private async Task<int> RefuseAsync(IEnumerable<string> conflicts)
    {
        await output.WriteLineAsync("The database cannot be migrated as it is, and nothing was changed:");
        await WriteLinesAsync(conflicts.Select(c => $"- {c}"));
        return Refused;
    }

    private async Task WriteLinesAsync(IEnumerable<string> lines)
    {
        foreach (var line in lines)
        {
            await output.WriteLineAsync(line);
        }
    }
}
