using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.Common;
using Backend.Domain.Sessions;

namespace Backend.Application.Sessions;

/// <summary>What a client gets to prove who it is: both tokens of one session.</summary>
public sealed record SessionTokens(Secret AccessToken, Secret RefreshToken)
{
    internal static SessionTokens Issue(Session session, User user, IAccessTokens accessTokens, IRefreshTokens refreshTokens) => new(
        accessTokens.Issue(user.Id, session.Id, user.Role),
        refreshTokens.Issue(new RefreshTokenContent(user.Id, session.Id, session.Counter)));
}
