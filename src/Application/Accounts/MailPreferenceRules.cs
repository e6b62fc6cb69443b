using Backend.Domain.Accounts;
using FluentValidation;

namespace Backend.Application.Accounts;

/// <summary>What preferences of mails must be, wherever they are given.</summary>
internal static class MailPreferenceRules
{
    public static IRuleBuilderOptions<T, string?> MustBeTimeZone<T>(this IRuleBuilderInitial<T, string?> rule) => rule
        .Must(zone => MailPreferences.TryReadTimeZone(zone, out _)).WithMessage("Please give a time zone by its IANA name, such as Europe/Berlin or UTC.");
}
