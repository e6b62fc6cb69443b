namespace Backend.Application.DailyEmails;

/// <summary>Settings of mails, whatever sends them.</summary>
public sealed class EmailOptions
{
    /// <summary>
    /// Where the service is reached from outside, for links in mails (<c>PublicBaseUrl</c>, <c>PUBLIC_BASE_URL</c>). It ends with
    /// a slash, so a relative address can be put behind it. Default: this machine in Development, else it must be set.
    /// </summary>
    public required Uri PublicBaseUrl { get; init; }

    /// <summary>
    /// A mail of which nobody knows whether it was accepted is sent once more, so that it may come twice, instead of being
    /// left alone, so that it may not come at all (<c>Email:WhenUncertain</c>). Default: it is left alone.
    /// </summary>
    public bool ResendUncertain { get; init; }
}
