using Backend.Application.Common.Messaging;
using Backend.Application.Ports;
using Backend.Domain.Common;
using Backend.Domain.Sessions;
using FluentValidation;
using Microsoft.Extensions.Logging;

namespace Backend.Application.Sessions;

public sealed record RefreshTokenCommand(Secret? RefreshToken) : ICommand<SessionTokens>;

internal sealed class RefreshTokenValidator : AbstractValidator<RefreshTokenCommand>
{
    public RefreshTokenValidator() =>
        RuleFor(c => c.RefreshToken).Must(t => t is { IsEmpty: false })
            .OverridePropertyName("refresh_token").WithMessage("Please give the refresh token.");
}

internal sealed partial class RefreshTokenHandler(
    ISessionStore sessions,
    IUserStore users,
    IAccessTokens accessTokens,
    IRefreshTokens refreshTokens,
    TimeProvider clock,
    ILogger<RefreshTokenHandler> logger) : ICommandHandler<RefreshTokenCommand, SessionTokens>
{
    public async Task<Result<SessionTokens>> Handle(RefreshTokenCommand command, CancellationToken cancellationToken)
    {
        if (refreshTokens.Read(command.RefreshToken!) is not { } content)
        {
            return SessionErrors.InvalidRefreshToken;
        }

        var session = await sessions.TryRotateAsync(content.UserId, content.SessionId, content.Counter, cancellationToken);
        if (session is null)
        {
            // Not current any more, or never was: only a second, consistent read can tell a lost race from theft.
            session = await sessions.FindAsync(content.UserId, content.SessionId, cancellationToken);
            switch (session?.Judge(content.Counter, clock.GetUtcNow()))
            {
                case RefreshVerdict.Superseded:
                    break;
                case RefreshVerdict.Reused:
                    await sessions.RemoveAsync(content.UserId, content.SessionId, cancellationToken);
                    LogReuse(content.UserId.Value, content.SessionId.Value, content.Counter, session.Counter);
                    return SessionErrors.RefreshTokenReused;
                default:
                    return SessionErrors.InvalidRefreshToken;
            }
        }

        var user = await users.FindAsync(content.UserId, cancellationToken);
        if (user is null)
        {
            await sessions.RemoveAllAsync(content.UserId, cancellationToken);
            return SessionErrors.Ended;
        }

        return SessionTokens.Issue(session, user, accessTokens, refreshTokens);
    }

    [LoggerMessage(LogLevel.Warning, "Refresh token {Presented} of session {SessionId} of user {UserId} was presented again, the current one is {Current}: the session was ended")]
    private partial void LogReuse(long userId, Guid sessionId, long presented, long current);
}
