using Backend.Domain.Common;

namespace Backend.Application.MailLinks;

/// <summary>Every failure of the area.</summary>
public static class MailLinkErrors
{
    /// <summary>A token that was not issued here and one of a user who is gone look the same, or tokens would tell who has an account.</summary>
    public static Error Unknown { get; } = new(ErrorKind.NotFound, "mail_link.unknown", "This link does not work. Please take the one from your latest mail, all of it.");
}
