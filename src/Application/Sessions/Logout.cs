using Backend.Application.Common.Messaging;
using Backend.Application.Ports;
using Backend.Domain.Common;
using FluentValidation;

namespace Backend.Application.Sessions;

public sealed record LogoutCommand(Secret? RefreshToken) : ICommand<Nothing>;

internal sealed class LogoutValidator : AbstractValidator<LogoutCommand>
{
    public LogoutValidator() =>
        RuleFor(c => c.RefreshToken).Must(t => t is { IsEmpty: false })
            .OverridePropertyName("refresh_token").WithMessage("Please give the refresh token.");
}

internal sealed class LogoutHandler(ISessionStore sessions, IRefreshTokens refreshTokens) : ICommandHandler<LogoutCommand, Nothing>
{
    /// <summary>Succeeds for invalid tokens too: the caller wants to be signed out, and is.</summary>
    public async Task<Result<Nothing>> Handle(LogoutCommand command, CancellationToken cancellationToken)
    {
        if (refreshTokens.Read(command.RefreshToken!) is { } content)
        {
            await sessions.RemoveAsync(content.UserId, content.SessionId, cancellationToken);
        }

        return default(Nothing);
    }
}
