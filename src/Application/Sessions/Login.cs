using Backend.Application.Common.Messaging;
using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.Common;
using Backend.Domain.Sessions;
using FluentValidation;

namespace Backend.Application.Sessions;

/// <param name="Login">User name or e-mail address.</param>
public sealed record LoginCommand(string? Login, Secret? Password, string? UserAgent, string ClientAddress) : ICommand<LoginResult>;

public sealed record LoginResult(SessionTokens Tokens, User User);

internal sealed class LoginValidator : AbstractValidator<LoginCommand>
{
    public const int MaxLoginLength = 255;

    public LoginValidator()
    {
        RuleFor(c => c.Login).Cascade(CascadeMode.Stop)
            .NotEmpty().WithMessage("Please give your user name or e-mail address.")
            .MaximumLength(MaxLoginLength).WithMessage("The user name or e-mail address is too long.")
            .OverridePropertyName("email");
        RuleFor(c => c.Password).Must(p => p is { IsEmpty: false })
            .OverridePropertyName("password").WithMessage("Please give your password.");
    }
}

internal sealed class LoginHandler(
    IUserStore users,
    ISessionStore sessions,
    IPasswordHasher passwords,
    IAccessTokens accessTokens,
    IRefreshTokens refreshTokens,
    IRateLimiter limiter,
    IIdSource ids,
    TimeProvider clock) : ICommandHandler<LoginCommand, LoginResult>
{
    public async Task<Result<LoginResult>> Handle(LoginCommand command, CancellationToken cancellationToken)
    {
        var user = await users.FindByLoginAsync(command.Login!, cancellationToken);
        if (await FindRefusalAsync(command, user, cancellationToken) is { } refusal)
        {
            return refusal;
        }

        var verdict = await passwords.VerifyAsync(command.Password!, user?.PasswordHash, cancellationToken);
        if (!verdict.IsSuccess)
        {
            return verdict.Error;
        }

        if (user is null || !verdict.Value.IsMatch)
        {
            return SessionErrors.InvalidCredentials;
        }

        if (verdict.Value.NeedsRehash)
        {
            await RehashAsync(user, command.Password!, cancellationToken);
        }

        var session = Session.Start(user.Id, new SessionId(ids.Next()), command.UserAgent, command.ClientAddress, clock.GetUtcNow());
        await sessions.AddAsync(session, cancellationToken);
        if (await HasLostAccessAsync(user, command.Password!))
        {
            await sessions.RemoveAsync(user.Id, session.Id, CancellationToken.None);
            return SessionErrors.InvalidCredentials;
        }

        return new LoginResult(SessionTokens.Issue(session, user, accessTokens, refreshTokens), user);
    }

    /// <summary>
    /// One address may not try often, and one account may not be tried often. Above the account's limit every address
    /// still has a few tries of its own (a whole IPv6 network counts as one): they are what an attacker runs out of, and the
    /// owner keeps a way in.
    /// </summary>
    private async Task<Error?> FindRefusalAsync(LoginCommand command, User? user, CancellationToken cancellationToken)
    {
        var network = ClientNetwork.KeyOf(command.ClientAddress);
        if ((await limiter.TryTakeAsync(RateLimit.Login, network, cancellationToken)).Refusal is { } byAddress)
        {
            return byAddress;
        }

        var account = user is null ? $"unknown {command.Login!.Trim().ToUpperInvariant()}" : user.Id.ToString();
        return (await limiter.TryTakeAsync(RateLimit.LoginAccount, account, cancellationToken)).IsAllowed
            ? null
            : (await limiter.TryTakeAsync(RateLimit.LoginAccountAddress, $"{account}\n{network}", cancellationToken)).Refusal;
    }

    /// <summary>
    /// Whoever changes his password or removes his account ends the sessions that he sees; one that began with the old
    /// password at the same time would outlive it.
    /// </summary>
    private async Task<bool> HasLostAccessAsync(User user, Secret password)
    {
        var now = await users.FindAsync(user.Id, CancellationToken.None);
        if (now is not null && now.PasswordHash.Equals(user.PasswordHash))
        {
            return false;
        }

        var verdict = await passwords.VerifyAsync(password, now?.PasswordHash, CancellationToken.None);
        return !verdict.IsSuccess || !verdict.Value.IsMatch;
    }

    /// <summary>A full hashing queue is no reason to refuse a good password; the next sign-in tries again.</summary>
    private async Task RehashAsync(User user, Secret password, CancellationToken cancellationToken)
    {
        var hash = await passwords.HashAsync(password, cancellationToken);
        if (hash.IsSuccess)
        {
            await users.TryReplacePasswordHashAsync(user.Id, user.PasswordHash, hash.Value, cancellationToken);
        }
    }
}
