using Backend.Application.Common.Messaging;
using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.Common;
using Backend.Domain.Sessions;

namespace Backend.Application.Sessions;

/// <summary>Sent for every request that carries an access token.</summary>
public sealed record AuthenticateAccessQuery(Secret AccessToken) : IQuery<AuthenticatedUser>;

/// <param name="Role">The user's role now, not the one in the token.</param>
public sealed record AuthenticatedUser(UserId UserId, SessionId SessionId, Role Role);

internal sealed class AuthenticateAccessHandler(IAccessTokens accessTokens, ISessionStore sessions, IUserStore users)
    : IQueryHandler<AuthenticateAccessQuery, AuthenticatedUser>
{
    public async Task<Result<AuthenticatedUser>> Handle(AuthenticateAccessQuery query, CancellationToken cancellationToken)
    {
        if (await accessTokens.ReadAsync(query.AccessToken) is not { } owner)
        {
            return SessionErrors.InvalidAccessToken;
        }

        return await sessions.IsLiveAsync(owner.UserId, owner.SessionId, cancellationToken)
            && await users.FindRoleAsync(owner.UserId, cancellationToken) is { } role
            ? new AuthenticatedUser(owner.UserId, owner.SessionId, role)
            : SessionErrors.Ended;
    }
}
