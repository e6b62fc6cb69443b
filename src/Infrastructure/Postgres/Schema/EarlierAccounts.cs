using System.Globalization;
using System.Text;
using Backend.Domain.Accounts;
using Npgsql;

namespace Backend.Infrastructure.Postgres.Schema;

/// <summary>
/// Finds the rows of an earlier system that break rules which it did not have. Which of two accounts is the right one
/// is nothing that a program can decide, so they are named and nothing is changed.
/// </summary>
internal static class EarlierAccounts
{
    /// <summary>The script since which an account of Trackmania belongs to one user.</summary>
    public const string OnePlayerOneUser = "0004_links_alerts_and_counts.sql";

    private const int MaxListed = 50;
    private const int MaxListedInOne = 20;

    public static async Task<IReadOnlyList<string>> FindConflictsAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var users = await ReadUsersAsync(connection, cancellationToken);
        var conflicts = new List<string>();
        conflicts.AddRange(Unusable(users));
        conflicts.AddRange(Same(users, u => u.Name, "The users {0} have the same name, since case does not count; rename or remove all but one."));
        conflicts.AddRange(Same(users, u => u.Email, "The users {0} have the same e-mail address, since case does not count; change or remove all but one."));
        conflicts.AddRange(SharedPlayers(users));
        conflicts.AddRange(await SeveralAlertsAsync(connection, cancellationToken));
        if (conflicts.Count <= MaxListed)
        {
            return conflicts;
        }

        return [.. conflicts.Take(MaxListed), $"There are {conflicts.Count - MaxListed} more conflicts of these kinds."];
    }

    /// <summary>For databases of this service from before <see cref="OnePlayerOneUser"/>, too.</summary>
    public static async Task<IReadOnlyList<string>> FindSharedPlayersAsync(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        [.. SharedPlayers(await ReadUsersAsync(connection, cancellationToken))];

    private static IEnumerable<string> SharedPlayers(IEnumerable<EarlierUser> users) =>
        Same(users, u => u.PlayerAccountId, "The users {0} have linked the same Trackmania account; unlink all but one (columns tm_username and tm_account_id).");

    private static IEnumerable<string> Unusable(IEnumerable<EarlierUser> users)
    {
        foreach (var user in users)
        {
            if (user.Name is null)
            {
                yield return $"User {user.Id} has no name; give it one.";
            }
            else if (!UserName.TryCreate(user.Name, out var name) || name.Value != user.Name)
            {
                yield return $"User {user.Id} has the name {Quote(user.Name)}, which is no valid name: 1 to {UserName.MaxLength} characters, no white space around them, no control characters, no e-mail address.";
            }

            if (user.Email is null)
            {
                yield return $"User {user.Id} has no e-mail address; give it one.";
            }
            else if (!EmailAddress.TryCreate(user.Email, out var email) || email.Value != user.Email)
            {
                yield return $"User {user.Id} has the e-mail address {Quote(user.Email)}, which is no valid address: at most {EmailAddress.MaxLength} characters, as in name@host.example, no white space.";
            }
        }
    }

    private static IEnumerable<string> Same(IEnumerable<EarlierUser> users, Func<EarlierUser, string?> text, string sentence)
    {
        foreach (var group in users.Where(u => text(u) is not null).GroupBy(u => TextKey.Of(text(u)!), StringComparer.Ordinal))
        {
            var same = group.ToList();
            if (same.Count > 1)
            {
                yield return string.Format(CultureInfo.InvariantCulture, sentence, List(same.ConvertAll(u => $"{u.Id} ({Quote(text(u)!)})")));
            }
        }
    }

    private static async Task<IReadOnlyList<string>> SeveralAlertsAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var sentences = new List<string>();
        if (!await connection.HasTableAsync("public.alerts", cancellationToken))
        {
            return sentences;
        }

        await using var command = new NpgsqlCommand(
            "select user_id::bigint, array_agg(id::bigint order by id) from public.alerts group by user_id having count(*) > 1 order by user_id", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var alerts = reader.GetFieldValue<long[]>(1);
            sentences.Add($"User {reader.GetInt64(0)} has the alerts {List([.. alerts.Select(a => a.ToString(CultureInfo.InvariantCulture))])}, but may have only one; remove all but one.");
        }

        return sentences;
    }

    private static async Task<List<EarlierUser>> ReadUsersAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var users = new List<EarlierUser>();
        if (!await connection.HasTableAsync("public.users", cancellationToken))
        {
            return users;
        }

        var account = await connection.HasColumnAsync("public.users", "tm_account_id", cancellationToken) ? "nullif(trim(tm_account_id), '')" : "null::text";
        await using var command = new NpgsqlCommand($"select id::bigint, username, email, {account} from public.users order by id", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            users.Add(new EarlierUser(
                reader.GetInt64(0),
                await reader.IsDBNullAsync(1, cancellationToken) ? null : reader.GetString(1),
                await reader.IsDBNullAsync(2, cancellationToken) ? null : reader.GetString(2),
                await reader.IsDBNullAsync(3, cancellationToken) ? null : reader.GetString(3)));
        }

        return users;
    }

    private static string List(List<string> items) =>
        items.Count <= MaxListedInOne
            ? $"{string.Join(", ", items.SkipLast(1))} and {items[^1]}"
            : $"{string.Join(", ", items.Take(MaxListedInOne))} and {items.Count - MaxListedInOne} more";

    /// <summary>A stored text may be of any length and could steer a terminal.</summary>
    private static string Quote(string text)
    {
        const int MaxShown = 120;
        var shown = new StringBuilder("'");
        foreach (var rune in text.EnumerateRunes().Take(MaxShown))
        {
            shown.Append(Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
                ? $"\\u{{{rune.Value:x}}}"
                : rune.ToString());
        }

        return shown.Append(text.EnumerateRunes().Skip(MaxShown).Any() ? "…'" : "'").ToString();
    }

    private sealed record EarlierUser(long Id, string? Name, string? Email, string? PlayerAccountId);
}
