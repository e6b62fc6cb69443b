using System.ComponentModel.DataAnnotations;
using Backend.Application.Accounts;
using Backend.Domain.Alerts;
using Backend.Domain.Feedback;
using Backend.Domain.History;
using Backend.Domain.MapSearches;
using Backend.Domain.Sessions;

namespace Backend.WebApi.Endpoints;

/// <param name="Alert">Null when there is none.</param>
internal sealed record AccountExportResponse(
    DateTimeOffset ExportedAt,
    ProfileResponse Profile,
    TmUsernameResponse Trackmania,
    MailPreferencesResponse MailPreferences,
    IEnumerable<SessionResponse> Sessions,
    ExportedAlert? Alert,
    IEnumerable<DriverNotificationResponse> DriverNotifications,
    IEnumerable<ExportedHistoryEntry> NotificationHistory,
    IEnumerable<ExportedFeedback> Feedback,
    IEnumerable<ExportedMapSearch> MapSearches)
{
    public static AccountExportResponse From(AccountExport export, SessionId current) => new(
        export.ExportedAt,
        ProfileResponse.From(export.User),
        new TmUsernameResponse(export.User.Player is not null, export.User.Player?.DisplayName, export.User.Player?.AccountId.ToString()),
        MailPreferencesResponse.From(export.User.Mail),
        export.Sessions.Select(session => SessionResponse.From(session, current)),
        export.Alert is { } alert ? ExportedAlert.From(alert, export.WatchedMaps.Select(map => map.Uid.Value)) : null,
        export.DriverNotifications.Select(DriverNotificationResponse.From),
        export.History.Select(ExportedHistoryEntry.From),
        export.Feedback.Select(ExportedFeedback.From),
        export.Searches.Select(ExportedMapSearch.From));
}

/// <param name="WatchedMaps">Map UIDs, newest first.</param>
internal sealed record ExportedAlert(string Id, [property: AlertTypeName] string AlertType, [property: RecordFilterName] string RecordFilter, int MapCount, DateTimeOffset CreatedAt, IEnumerable<string> WatchedMaps)
{
    public static ExportedAlert From(MapperAlert alert, IEnumerable<string> maps) =>
        new(alert.Id.ToString(), alert.Mode.ToWord(), alert.Filter.ToWord(), alert.MapCount, alert.CreatedAt, maps);
}

internal sealed record ExportedHistoryEntry(string Date, [property: AllowedValues("mapper_alert", "driver_notification")] string Type, [property: OutcomeName] string Status, string? Message, int RecordsFound, DateTimeOffset CreatedAt)
{
    public static ExportedHistoryEntry From(HistoryEntry entry) => new(
        HistoryEndpoints.DateOf(entry.Date), entry.Kind.ToWord(), entry.Outcome.ToWord(), entry.Message, entry.RecordsFound, entry.CreatedAt);
}

internal sealed record ExportedFeedback(long Id, string Type, string Message, DateTimeOffset CreatedAt, DateTimeOffset? ReadAt)
{
    public static ExportedFeedback From(FeedbackEntry entry) => new(entry.Id.Value, entry.Type, entry.Message, entry.CreatedAt, entry.ReadAt);
}

internal sealed record ExportedMapSearch(string Id, string Username, [property: PeriodName] string Period, [property: MapSearchStateName] string Status, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
{
    public static ExportedMapSearch From(MapSearchJob job) =>
        new(job.Id.ToString(), job.Mapper, job.Period.Name, MapSearchResponse.NameOf(job.State), job.CreatedAt, job.UpdatedAt);
}
