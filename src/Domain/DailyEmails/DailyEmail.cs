using System.Globalization;
using Backend.Domain.Accounts;

namespace Backend.Domain.DailyEmails;

/// <summary>Names a mail: of each run every user gets one at most.</summary>
public readonly record struct DailyEmailKey(DateOnly RunDate, UserId UserId)
{
    /// <summary>
    /// The left part of the mail's Message-ID (RFC 5322, 3.6.4). It follows from the key, so that a mail that is sent again
    /// can be recognised as the same one.
    /// </summary>
    public string MessageIdLeft => string.Create(CultureInfo.InvariantCulture, $"daily.{RunDate:yyyyMMdd}.{UserId.Value}");
}

/// <summary>A mail as it will be sent.</summary>
/// <param name="Text">For readers without HTML.</param>
public sealed record EmailContent(string Subject, string Text, string Html);

/// <summary>How far a mail is.</summary>
public enum DailyEmailState
{
    /// <summary>It waits, for the first attempt or for another one.</summary>
    Pending,

    /// <summary>Somebody is at it.</summary>
    Sending,

    /// <summary>The transport has accepted it.</summary>
    Sent,

    /// <summary>Given up.</summary>
    Failed,

    /// <summary>The connection was lost when everything had been said: nobody knows whether it was accepted.</summary>
    Uncertain,
}

public static class DailyEmailWords
{
    /// <summary>The words for <see cref="DailyEmailState"/>, as clients and stores know them.</summary>
    public static IReadOnlyList<string> States { get; } = ["pending", "sending", "sent", "failed", "uncertain"];

    public static string ToWord(this DailyEmailState state) => States[(int)state];
}
