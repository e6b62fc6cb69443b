namespace Backend.Infrastructure.Email;

/// <summary>The mail with a link for a new password, in words.</summary>
internal sealed record PasswordResetWords(string Greeting, string Validity)
{
    public const string Subject = "Choose a new password";

    public const string Request = "somebody, probably you, asked for a new password for your account. This link lets you choose one:";

    public const string Otherwise = "If that was not you, leave this mail alone: without the link nothing changes.";

    public static PasswordResetWords Of(string recipient, TimeSpan validity) => new(
        $"Hello {DailyMailWords.NameOf(recipient)},",
        $"It works once, within {DailyMailWords.Many(Math.Max(1, (int)validity.TotalMinutes), "minute", "minutes")}.");
}
