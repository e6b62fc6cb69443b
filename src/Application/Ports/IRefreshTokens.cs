using Backend.Domain.Accounts;
using Backend.Domain.Common;
using Backend.Domain.Sessions;

namespace Backend.Application.Ports;

/// <summary>Makes and reads refresh tokens. A token is a pure function of its content and the key, so the current one can be made again and none is stored.</summary>
public interface IRefreshTokens
{
    Secret Issue(RefreshTokenContent content);

    /// <summary>The content, or null for anything that was not issued with the current or the previous key.</summary>
    RefreshTokenContent? Read(Secret token);
}

/// <param name="Counter">See <see cref="Session.Counter"/>.</param>
public sealed record RefreshTokenContent(UserId UserId, SessionId SessionId, long Counter);
