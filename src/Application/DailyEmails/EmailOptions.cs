namespace Backend.Application.DailyEmails;

/// <summary>Settings of mails.</summary>
public sealed record EmailOptions
{
    /// <summary>Where users reach the service; links in mails begin with it. Setting <c>PublicBaseUrl</c>.</summary>
    public required Uri PublicBaseUrl { get; init; }

    /// <summary>
    /// A mail of which nobody knows whether it was accepted is sent again, so that it may come twice (setting
    /// <c>Email:WhenUncertain</c> = <c>Resend</c>). Default: it is left alone, and may not come at all.
    /// </summary>
    public bool ResendUncertain { get; init; }
}
