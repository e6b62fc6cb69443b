using Backend.Application.Administration;
using Backend.Application.Common.Messaging;
using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.Administration;
using Backend.Domain.Common;
using FluentValidation;

namespace Backend.Application.Accounts;

public sealed record RegisterCommand(string? Email, Secret? Password, string? UserName, string ClientAddress) : ICommand<UserId>;

internal sealed class RegisterValidator : AbstractValidator<RegisterCommand>
{
    public RegisterValidator(ICommonPasswords commonPasswords)
    {
        RuleFor(c => c.Email).Must(e => EmailAddress.TryCreate(e, out _))
            .OverridePropertyName("email").WithMessage("Please give a valid e-mail address.");
        RuleFor(c => c.Password).MustBeGoodPassword(commonPasswords).OverridePropertyName("password");
        RuleFor(c => c.UserName).Must(n => Domain.Accounts.UserName.TryCreate(n, out _))
            .OverridePropertyName("username")
            .WithMessage($"Please give a user name of 1 to {Domain.Accounts.UserName.MaxLength} characters that is no e-mail address, best your exact name on Trackmania Exchange.");
    }
}

internal sealed class RegisterHandler(IUserStore users, IPasswordHasher passwords, IRateLimiter limiter, SiteLimits limits, AccountOptions options, TimeProvider clock)
    : ICommandHandler<RegisterCommand, UserId>
{
    public async Task<Result<UserId>> Handle(RegisterCommand command, CancellationToken cancellationToken)
    {
        if (!EmailAddress.TryCreate(command.Email, out var email) || !UserName.TryCreate(command.UserName, out var name))
        {
            throw new InvalidOperationException("The validator lets no such request through.");
        }

        var verdict = await limiter.TryTakeAsync(RateLimit.Register, ClientNetwork.KeyOf(command.ClientAddress), cancellationToken);
        if (verdict.Refusal is { } refusal)
        {
            return refusal;
        }

        var hash = await passwords.HashAsync(command.Password!, cancellationToken);
        if (!hash.IsSuccess)
        {
            return hash.Error;
        }

        var role = UserName.TryCreate(options.InitialAdmin, out var admin) && admin == name ? Role.Admin : Role.User;
        var maxUsers = await limits.ReadAsync(SiteSetting.MaxUsers, cancellationToken);
        var outcome = await users.AddAsync(new NewUser(name, email, hash.Value, role, clock.GetUtcNow()), maxUsers, cancellationToken);
        return outcome.Status switch
        {
            AddUserStatus.Added => outcome.User!.Id,
            AddUserStatus.NameTaken => AccountErrors.UserNameTaken,
            AddUserStatus.EmailTaken => AccountErrors.EmailTaken,
            AddUserStatus.Full => AccountErrors.RegistrationClosed,
            _ => throw new InvalidOperationException($"Unknown outcome {outcome.Status}."),
        };
    }
}
