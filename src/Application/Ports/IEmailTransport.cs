using Backend.Domain.Accounts;
using Backend.Domain.DailyEmails;

namespace Backend.Application.Ports;

/// <summary>Hands mails to whoever delivers them.</summary>
public interface IEmailTransport
{
    /// <summary>The same mail (by <see cref="OutgoingEmail.MessageIdLeft"/>) handed over twice is one mail.</summary>
    bool TakesRepeatsAsOne { get; }

    /// <summary>Hands one mail over. Trouble of whatever kind is an answer, not an exception.</summary>
    Task<EmailDelivery> SendAsync(OutgoingEmail email, CancellationToken cancellationToken);
}

/// <param name="MessageIdLeft">Left part of the Message-ID; the transport adds its own domain.</param>
/// <param name="Date">When it was written.</param>
/// <param name="Unsubscribe">For one-click unsubscription (RFC 8058); null where that makes no sense.</param>
public sealed record OutgoingEmail(string MessageIdLeft, EmailAddress To, EmailContent Content, DateTimeOffset Date, Uri? Unsubscribe);

/// <param name="Reason">For operators, in one line, without addresses or secrets; null when accepted.</param>
public sealed record EmailDelivery(EmailDeliveryStatus Status, string? Reason = null)
{
    public static EmailDelivery Accepted { get; } = new(EmailDeliveryStatus.Accepted);
}

public enum EmailDeliveryStatus
{
    Accepted,

    /// <summary>Not now: it certainly was not accepted, and may be tried again.</summary>
    Deferred,

    /// <summary>Not now, and nobody was asked about this mail: whoever delivers mails is away, or does not let this service in.</summary>
    Unreachable,

    /// <summary>Never: the mail or its address was refused for good.</summary>
    Refused,

    /// <summary>The connection was lost after the whole mail had been sent: it may have been accepted or not.</summary>
    Uncertain,
}
