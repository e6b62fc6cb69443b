using System.Security.Cryptography;
using System.Text;
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

internal sealed class RequestPasswordResetHandler(IPasswordResetStore resets, IRateLimiter limiter, IIdSource ids) : ICommandHandler<RequestPasswordResetCommand, Nothing>
{
    public async Task<Result<Nothing>> Handle(RequestPasswordResetCommand command, CancellationToken cancellationToken)
    {
        if (!EmailAddress.TryCreate(command.Email, out var email))
        {
            throw new InvalidOperationException("The validator lets no such request through.");
        }

        var network = ClientNetwork.KeyOf(command.ClientAddress);
        if ((await limiter.TryTakeAsync(RateLimit.PasswordReset, network, cancellationToken)).Refusal is { } byClient)
        {
            return byClient;
        }

        // Nobody looks here for a user: known addresses and others take the same steps, so that neither the answer nor its time tells them apart.
        var mailbox = MailboxOf(email);
        if ((await limiter.TryTakeAsync(RateLimit.PasswordResetAccountAddress, $"{mailbox} {network}", cancellationToken)).Refusal is { } byBoth)
        {
            return byBoth;
        }

        // So many mails are enough for a mailbox. Whoever asks now may not be who asked for those, so he is not told off.
        if ((await limiter.TryTakeAsync(RateLimit.PasswordResetAccount, mailbox, cancellationToken)).IsAllowed)
        {
            await resets.NoteAsync(email, new PasswordResetId(ids.Next()), cancellationToken);
        }

        return default(Nothing);
    }

    /// <summary>Counts outlive an account, or whoever makes and deletes one could flood a mailbox; so they do not hold the address.</summary>
    private static string MailboxOf(EmailAddress email) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(email.Key)));
}
