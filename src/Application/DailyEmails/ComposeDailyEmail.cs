using System.Globalization;
using Backend.Application.Common.Messaging;
using Backend.Application.DailyRuns;
using Backend.Application.Ports;
using Backend.Domain.Common;
using Backend.Domain.DailyEmails;
using Backend.Domain.DailyRuns;
using Backend.Domain.DriverNotifications;
using Backend.Domain.History;
using Backend.Domain.Tracks;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Backend.Application.DailyEmails;

/// <summary>Puts what a check found into words, as soon as all of it is found, and ends the check.</summary>
/// <param name="Check">Its parts have ended.</param>
public sealed record ComposeDailyEmailCommand(DailyCheck Check) : ICommand<DailyPartOutcome>;

internal sealed partial class ComposeDailyEmailHandler(
    IUserStore users,
    IDailyRunStore runs,
    [FromKeyedServices(UpstreamPriority.Nightly)] IPlayerNames names,
    MapPages pages,
    IEmailRenderer renderer,
    EmailLinks links,
    DailyRunOptions options,
    TimeProvider clock,
    ILogger<ComposeDailyEmailHandler> logger) : ICommandHandler<ComposeDailyEmailCommand, DailyPartOutcome>
{
    public async Task<Result<DailyPartOutcome>> Handle(ComposeDailyEmailCommand command, CancellationToken cancellationToken)
    {
        var check = command.Check;
        if (await users.FindAsync(check.Key.UserId, cancellationToken) is not { } user)
        {
            // The check went with him.
            return DailyPartOutcome.Lost;
        }

        var news = await runs.ReadNewsAsync(check.Key, cancellationToken);
        var (tellsMaps, tellsRecords) = (news.Maps.Count > 0 && user.Mail.MapperMail, news.Changes.Count > 0 && user.Mail.DriverMail);
        var now = clock.GetUtcNow();
        if (!tellsMaps && !tellsRecords)
        {
            return DailyPartOutcome.EndedIf(await runs.TryCompleteAsync(check, email: null, SilentParts(check.Key, news, now), now, cancellationToken));
        }

        // What could not be checked is named where a mail goes out anyway.
        var mapper = tellsMaps || (user.Mail.MapperMail && news.Mapper?.Unread.Count > 0) ? MapperPart(news) : null;
        var driver = tellsRecords || (user.Mail.DriverMail && news.Driver?.Unread.Count > 0) ? DriverPart(news) : null;
        var (players, areComplete) = await NamesAsync(check, mapper, cancellationToken);
        if (!areComplete && check.Retries < options.MaxRetries)
        {
            return await runs.PutOffAsync(check, options.PauseAfter(check.Retries), isRetry: true, cancellationToken);
        }

        driver = driver is null ? null : await LinkAsync(driver, cancellationToken);
        var digest = new DailyDigest(check.Key.RunDate, user.Name, mapper, driver, players, user.Mail.Zone);
        var content = await WriteAsync(check, digest, links.Preferences(user.Id), cancellationToken);
        var email = new NewDailyEmail(content, tellsMaps ? news.Maps.Count : null, tellsRecords ? news.Changes.Count : null);
        return DailyPartOutcome.EndedIf(await runs.TryCompleteAsync(check, email, SilentParts(check.Key, news, now), now, cancellationToken));
    }

    private static MapperDigest MapperPart(DailyNews news)
    {
        var maps = news.Maps.Count > MapperDigest.MaxDetailedMaps ? [.. news.Maps.OrderByDescending(map => map.Count)] : news.Maps;
        return new MapperDigest(maps, news.Mapper?.Unread ?? [], news.Mapper?.Filter ?? default, news.Mapper?.IsProbing ?? false);
    }

    private static DriverDigest DriverPart(DailyNews news) => new(
        [.. news.Changes.OrderBy(change => change.Kind is not (DriverChangeKind.Better or DriverChangeKind.Back))],
        [.. news.Driver?.Unread.Select(map => map.Name) ?? []],
        TmxIds: new Dictionary<MapUid, long>());

    private async Task<DriverDigest> LinkAsync(DriverDigest driver, CancellationToken cancellationToken) =>
        driver with { TmxIds = await pages.FindAsync([.. driver.Changes.Select(change => change.MapUid)], cancellationToken) };

    private async Task<EmailContent> WriteAsync(DailyCheck check, DailyDigest digest, Uri preferences, CancellationToken cancellationToken)
    {
        try
        {
            return await renderer.RenderAsync(digest, preferences, cancellationToken);
        }
        catch (Exception exception) when (check.Retries >= options.MaxRetries && exception is not OperationCanceledException)
        {
            LogPlain(exception, check.Key);
            return PlainDailyEmail.Of(digest, preferences);
        }
    }

    /// <summary>What the history says of the parts of which no mail tells.</summary>
    private static IReadOnlyCollection<HistoryEntry> SilentParts(DailyCheckKey key, DailyNews news, DateTimeOffset now)
    {
        return [.. Entry(NotificationKind.MapperAlert, news.Mapper, news.Maps.Count), .. Entry(NotificationKind.DriverNotification, news.Driver, news.Changes.Count)];

        IEnumerable<HistoryEntry> Entry(NotificationKind kind, DailyPartSummary? part, int found) => part switch
        {
            null => [],
            _ when found > 0 => [],
            { IsBroken: true } => [new HistoryEntry(
                key.UserId, kind, key.RunDate, NotificationOutcome.TechnicalError, "The check could not be completed; the next run catches up.", RecordsFound: 0, now)],
            { Unread.Count: > 0 and var count } => [new HistoryEntry(
                key.UserId,
                kind,
                key.RunDate,
                NotificationOutcome.TechnicalError,
                string.Create(CultureInfo.InvariantCulture, $"{count} {(count == 1 ? "map" : "maps")} could not be checked; the next run catches up."),
                RecordsFound: 0,
                now)],
            _ => [new HistoryEntry(key.UserId, kind, key.RunDate, NotificationOutcome.NoNewTimes, "There was nothing new, so no mail was sent.", RecordsFound: 0, now)],
        };
    }

    /// <summary>The names of all players who are shown, as far as the service answers.</summary>
    private async Task<(IReadOnlyDictionary<AccountId, string> Players, bool AreComplete)> NamesAsync(DailyCheck check, MapperDigest? mapper, CancellationToken cancellationToken)
    {
        var players = new Dictionary<AccountId, string>();
        try
        {
            return (players, await TryNameAsync(players, mapper, cancellationToken));
        }
        catch (Exception exception) when (check.Retries >= options.MaxRetries && exception is not (OperationCanceledException or StoreUnavailableException))
        {
            LogNameless(exception.GetType().Name);
            return (players, false);
        }
    }

    private async Task<bool> TryNameAsync(Dictionary<AccountId, string> players, MapperDigest? mapper, CancellationToken cancellationToken)
    {
        var shown = mapper is null ? []
            : mapper.IsRanking ? mapper.Maps.Take(MapperDigest.MaxDetailedMaps).SelectMany(map => map.Records.Take(1))
            : mapper.Maps.SelectMany(map => map.Records);
        foreach (var batch in shown.Select(record => record.AccountId).Distinct().Chunk(IPlayerNames.MaxBatch))
        {
            var resolved = await names.ResolveAsync(batch, cancellationToken);
            if (!resolved.IsSuccess)
            {
                LogNameless(resolved.Error.Code);
                return false;
            }

            foreach (var (account, name) in resolved.Value)
            {
                players[account] = name;
            }
        }

        return true;
    }

    [LoggerMessage(LogLevel.Error, "Check {Check}: the mail cannot be written, and goes out in its plainest form")]
    private partial void LogPlain(Exception exception, DailyCheckKey check);

    [LoggerMessage(LogLevel.Warning, "The names of players for a mail cannot be had ({Code})")]
    private partial void LogNameless(string code);
}
