using System.ComponentModel;
using System.Globalization;
using Backend.Application.DailyRuns;
using Backend.Domain.Common;
using Backend.Domain.DailyRuns;
using Backend.WebApi.Http;
using MediatR;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Backend.WebApi.Endpoints;

internal static class DailyRunEndpoints
{
    private const string Path = "/api/v1/cron/daily";

    private static readonly Error s_unauthorized = new(ErrorKind.Unauthenticated, "daily_run.unauthorized", "Unauthorized");

    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(500);

    /// <summary>After the last check, mails get so long before the answer is given without them.</summary>
    private static readonly TimeSpan s_mailTime = TimeSpan.FromMinutes(1);

    public static void MapDailyRun(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup(string.Empty).AllowAnonymous().WithTag("Daily run", "The check of all alerts and notifications, once a day. For whoever knows `CRON_SECRET`, in the `Authorization` header.");
        group.MapPost(Path, StartDailyRun).WithName(nameof(StartDailyRun)).WithSummary("Begins the daily run of this date, or finds it begun")
            .TakesEachParameterOnce().Fails(s_unauthorized, DailyRunErrors.TooEarly)
            .WithExamples(DailyRunExamples.Started, DailyRunExamples.Finished);
        group.MapGet(Path + "/{date}", GetDailyRun).WithName(nameof(GetDailyRun)).WithSummary("How far a run is")
            .Fails(s_unauthorized, DailyRunErrors.NotFound)
            .WithExamples(DailyRunExamples.Run);
    }

    private static async Task<Results<Ok<FinishedDailyRunResponse>, Accepted<StartedDailyRunResponse>, Failure>> StartDailyRun(
        HttpContext context,
        CronSecret secret,
        IMediator mediator,
        TimeProvider clock,
        IHostApplicationLifetime host,
        CancellationToken cancellationToken,
        [Description("Answer when the run is finished, which may take hours, with the counters of the earlier service.")] bool? wait = null)
    {
        if (!secret.IsProvenBy(context.Request.Headers.Authorization))
        {
            return new Failure(s_unauthorized);
        }

        var started = await mediator.Send(new StartDailyRunCommand("request"), cancellationToken);
        if (!started.IsSuccess)
        {
            return new Failure(started.Error);
        }

        var run = started.Value.Run;
        DateTimeOffset? mailsUntil = null;
        while (wait == true && (run.FinishedAt is null || (run.Counts.EmailsPending > 0 && clock.GetUtcNow() < (mailsUntil ??= clock.GetUtcNow() + s_mailTime))))
        {
            // A host that stops cannot wait for another one to go on; where to ask is a true answer.
            if (host.ApplicationStopping.IsCancellationRequested)
            {
                wait = false;
                break;
            }

            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, host.ApplicationStopping);
            await Task.Delay(s_look, clock, either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
            var found = await mediator.Send(new FindDailyRunQuery(run.Date), cancellationToken);
            if (!found.IsSuccess)
            {
                return new Failure(found.Error);
            }

            run = found.Value;
        }

        if (wait != true)
        {
            var response = StartedDailyRunResponse.From(started.Value with { Run = run }, UrlOf(run.Date));
            return TypedResults.Accepted(response.StatusUrl, response);
        }

        return TypedResults.Ok(FinishedDailyRunResponse.From(run));
    }

    private static async Task<Results<Ok<DailyRunResponse>, Failure>> GetDailyRun(
        [Description("In UTC, as YYYY-MM-DD.")] string date, HttpContext context, CronSecret secret, IMediator mediator, CancellationToken cancellationToken)
    {
        if (!secret.IsProvenBy(context.Request.Headers.Authorization))
        {
            return new Failure(s_unauthorized);
        }

        if (!DateOnly.TryParseExact(date, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day))
        {
            return new Failure(DailyRunErrors.NotFound);
        }

        var found = await mediator.Send(new FindDailyRunQuery(day), cancellationToken);
        return found.IsSuccess ? TypedResults.Ok(DailyRunResponse.From(found.Value)) : new Failure(found.Error);
    }

    private static string UrlOf(DateOnly date) => string.Create(CultureInfo.InvariantCulture, $"{Path}/{date:yyyy-MM-dd}");
}

/// <param name="Date">In UTC.</param>
/// <param name="FinishedAt">When the last user's check ended; mails may still be on their way then. Null before.</param>
internal sealed record DailyRunResponse(DateOnly Date, string Trigger, DateTimeOffset StartedAt, DateTimeOffset? FinishedAt, DailyRunCountsResponse Counts)
{
    public static DailyRunResponse From(DailyRun run) => new(run.Date, run.Trigger, run.StartedAt, run.FinishedAt, DailyRunCountsResponse.From(run.Counts));
}

/// <param name="Users">Users that the run looks after.</param>
/// <param name="Checked">Of them, those whose check has ended.</param>
/// <param name="MapperErrors">Of the mappers, those where something could not be found out; the next run catches up.</param>
/// <param name="DriverErrors">Of the drivers, those where something could not be found out; the next run catches up.</param>
/// <param name="NothingNew">Checked users who get no mail.</param>
internal sealed record DailyRunCountsResponse(
    int Users, int Checked, int Mappers, int MapperErrors, int Drivers, int DriverErrors, int NothingNew, int EmailsPending, int EmailsSent, int EmailsFailed, int EmailsUncertain)
{
    public static DailyRunCountsResponse From(DailyRunCounts counts) => new(
        counts.Users,
        counts.Ended,
        counts.Mappers,
        counts.MapperErrors,
        counts.Drivers,
        counts.DriverErrors,
        counts.Nothing,
        counts.EmailsPending,
        counts.EmailsSent,
        counts.EmailsFailed,
        counts.EmailsUncertain);
}

/// <param name="IsNew">This request began it.</param>
internal sealed record StartedDailyRunResponse(string Message, bool IsNew, string StatusUrl, DailyRunResponse Run)
{
    public static StartedDailyRunResponse From(StartedDailyRun started, string url) =>
        new(started.IsNew ? "The daily run has begun." : "The daily run had begun already.", started.IsNew, url, DailyRunResponse.From(started.Run));
}

/// <param name="Phase1Processed">Mapper alerts that were checked, failures included.</param>
/// <param name="Phase2Processed">Users whose driver notifications were checked, failures included.</param>
/// <param name="EmailsSkipped">Users with nothing to tell.</param>
/// <param name="TotalProcessed">Users that were looked after.</param>
/// <param name="EmailsFailed">Given up.</param>
/// <param name="EmailsPending">They are tried again.</param>
/// <param name="EmailsUncertain">Nobody knows whether they were accepted.</param>
internal sealed record FinishedDailyRunResponse(
    string Message,
    DateOnly Date,
    int Phase1Processed,
    int Phase2Processed,
    int Phase1Errors,
    int Phase2Errors,
    int EmailsSent,
    int EmailsSkipped,
    int TotalProcessed,
    int EmailsFailed,
    int EmailsPending,
    int EmailsUncertain)
{
    public static FinishedDailyRunResponse From(DailyRun run) => new(
        "The daily run is finished.",
        run.Date,
        run.Counts.Mappers,
        run.Counts.Drivers,
        run.Counts.MapperErrors,
        run.Counts.DriverErrors,
        run.Counts.EmailsSent,
        run.Counts.Nothing,
        run.Counts.Users,
        run.Counts.EmailsFailed,
        run.Counts.EmailsPending,
        run.Counts.EmailsUncertain);
}
