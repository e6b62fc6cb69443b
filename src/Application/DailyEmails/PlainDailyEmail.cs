using System.Globalization;
using System.Net;
using System.Text;
using Backend.Domain.DailyEmails;
using Backend.Domain.DriverNotifications;
using Backend.Domain.Tracks;

namespace Backend.Application.DailyEmails;

/// <summary>
/// The same news in numbers and addresses only: what a user is told when the mail as it should be cannot be made, since what is in
/// it counts as told from then on.
/// </summary>
internal static class PlainDailyEmail
{
    public static EmailContent Of(DailyDigest digest, Uri preferences)
    {
        var lines = new StringBuilder().Append(CultureInfo.InvariantCulture, $"Your daily Trackmania update of {digest.RunDate:yyyy-MM-dd}, in short: it could not be written as usual.\n");
        foreach (var map in digest.Mapper?.Maps ?? [])
        {
            lines.Append(CultureInfo.InvariantCulture, $"\nNew records on your map {Named(map.Map.Uid, map.Map.TmxId)}: {map.Count}\n");
            foreach (var record in map.Records)
            {
                lines.Append(CultureInfo.InvariantCulture, $"  #{record.Position} {Time(record.Time)}, player {record.AccountId}\n");
            }
        }

        foreach (var change in digest.Driver?.Changes ?? [])
        {
            lines.Append(CultureInfo.InvariantCulture, $"\nYour record on {Named(change.MapUid, digest.Driver!.TmxIds.TryGetValue(change.MapUid, out var id) ? id : null)}: {Rank(change.From)} -> {Rank(change.To)}\n");
        }

        var unread = (digest.Mapper?.Unread.Count ?? 0) + (digest.Driver?.Unread.Count ?? 0);
        if (unread > 0)
        {
            lines.Append(CultureInfo.InvariantCulture, $"\nBoards that could not be checked, and will be caught up: {unread}\n");
        }

        var text = lines.Append(CultureInfo.InvariantCulture, $"\n-- \nChoose what you are told, or stop these mails: {preferences.AbsoluteUri}\n").ToString();
        return new EmailContent("Your daily Trackmania update", text, $"<!DOCTYPE html>\n<html lang=\"en\"><body><pre>{WebUtility.HtmlEncode(text)}</pre></body></html>\n");
    }

    private static string Named(MapUid uid, long? tmxId) => tmxId is { } id ? TmxMapPage.Of(id).AbsoluteUri : uid.Value;

    private static string Time(RecordTime time) => time.IsSecret ? "hidden" : time.ToText();

    private static string Rank(int position) => position == DriverNotification.OffTheBoard ? "off the board" : string.Create(CultureInfo.InvariantCulture, $"#{position}");
}
