using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.Common;
using FluentValidation;

namespace Backend.Application.Accounts;

/// <summary>What a password must be that somebody chooses now; one and the same wherever he does.</summary>
internal static class NewPasswordRules
{
    public static IRuleBuilderOptions<T, Secret?> MustBeGoodPassword<T>(this IRuleBuilderInitial<T, Secret?> rule, ICommonPasswords commonPasswords) => rule.Cascade(CascadeMode.Stop)
        .Must(p => p is { IsEmpty: false }).WithMessage("Please give a password.")
        .Must(p => PasswordRules.IsLongEnough(p!.Reveal())).WithMessage($"The password must have at least {PasswordRules.MinLength} characters.")
        .Must(p => PasswordRules.FitsHash(p!.Reveal())).WithMessage($"The password is too long: at most {PasswordRules.MaxBytes} bytes of UTF-8 can be kept safe, and letters outside ASCII take several.")
        .Must(p => !PasswordRules.HasNul(p!.Reveal())).WithMessage("The password must not hold a NUL character.")
        .Must(p => !commonPasswords.Contains(p!.Reveal())).WithMessage("This password is among the most common ones and is the first to be guessed. Please choose another.");
}
