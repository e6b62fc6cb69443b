using Backend.Application.Common.Messaging;
using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.Common;
using FluentValidation;

namespace Backend.Application.PasswordResets;

/// <summary>Notes that somebody wishes a new password for the account with this address. Nobody learns whether there is one.</summary>
public sealed record RequestPasswordResetCommand(string? Email, string ClientAddress) : ICommand<Nothing>;

internal sealed class RequestPasswordResetValidator : AbstractValidator<RequestPasswordResetCommand>
{
    public RequestPasswordResetValidator() =>
        RuleFor(c => c.Email).Must(e => EmailAddress.TryCreate(e, out _)).OverridePropertyName("email").WithMessage("Please give a valid e-mail address.");
}

internal sealed class RequestPasswordResetHandler(IUserStore users, IPasswordResetStore resets, IRateLimiter limiter, IIdSource ids) : ICommandHandler<RequestPasswordResetCommand, Nothing>
{
    public async Task<Result<Nothing>> Handle(RequestPasswordResetCommand command, CancellationToken cancellationToken)
    {
        if (!EmailAddress.TryCreate(command.Email, out var email))
        {
            throw new InvalidOperationException("The validator lets no such request through.");
        }

        if ((await limiter.TryTakeAsync(RateLimit.PasswordReset, ClientNetwork.KeyOf(command.ClientAddress), cancellationToken)).Refusal is { } byClient)
        {
            return byClient;
        }

        // Known addresses and others take the same steps, so that neither the answer nor its time tells them apart.
        var user = await users.FindByLoginAsync(email.Value, cancellationToken);
        var account = user?.Id.ToString() ?? $"unknown {email.Key}";
        if ((await limiter.TryTakeAsync(RateLimit.PasswordResetAccount, account, cancellationToken)).Refusal is { } byAccount)
        {
            return byAccount;
        }

        await resets.NoteAsync(email, new PasswordResetId(ids.Next()), cancellationToken);
        return default(Nothing);
    }
}
