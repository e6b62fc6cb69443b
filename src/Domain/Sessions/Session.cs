using Backend.Domain.Accounts;
using Backend.Domain.Common;

namespace Backend.Domain.Sessions;

/// <summary>
/// A sign-in and its refresh-token lineage. Only the newest token of the lineage is current; it is recognised by
/// <see cref="Counter"/>, so nothing that could be used to sign in is stored.
/// </summary>
/// <param name="RefreshedAt">Sign-in, or the last rotation of the refresh token.</param>
/// <param name="Counter">Number of rotations so far; the current refresh token carries the same number.</param>
/// <param name="UserAgent">As sent at sign-in, cut to <see cref="MaxUserAgentLength"/>; empty when none was sent.</param>
/// <param name="IpAddress">Client address at sign-in; empty when unknown.</param>
public sealed record Session(
    UserId UserId,
    SessionId Id,
    DateTimeOffset CreatedAt,
    DateTimeOffset RefreshedAt,
    long Counter,
    string UserAgent,
    string IpAddress)
{
    /// <summary>A session ends this long after sign-in, however busy it is.</summary>
    public static readonly TimeSpan AbsoluteLifetime = TimeSpan.FromDays(7);

    /// <summary>A session ends when it was not refreshed for this long.</summary>
    public static readonly TimeSpan IdleLimit = TimeSpan.FromHours(72);

    /// <summary>
    /// The previous refresh token presented this soon after its rotation is a lost answer or a parallel tab, not theft;
    /// it is answered with the current token.
    /// </summary>
    public static readonly TimeSpan ReuseGrace = TimeSpan.FromSeconds(30);

    /// <summary>Sessions a user may hold; a further sign-in ends the oldest.</summary>
    public const int MaxPerUser = 20;

    /// <summary>In UTF-16 code units.</summary>
    public const int MaxUserAgentLength = 256;

    /// <summary>The moment from which the session is gone, unless it is refreshed before.</summary>
    public DateTimeOffset ExpiresAt
    {
        get
        {
            var idleEnd = RefreshedAt + IdleLimit;
            var absoluteEnd = CreatedAt + AbsoluteLifetime;
            return idleEnd < absoluteEnd ? idleEnd : absoluteEnd;
        }
    }

    public static Session Start(UserId userId, SessionId id, string? userAgent, string? ipAddress, DateTimeOffset now)
    {
        var agent = userAgent ?? string.Empty;
        if (agent.Length > MaxUserAgentLength)
        {
            agent = agent[..(char.IsHighSurrogate(agent[MaxUserAgentLength - 1]) ? MaxUserAgentLength - 1 : MaxUserAgentLength)];
        }

        var started = now.ToWholeMilliseconds();
        return new Session(userId, id, started, started, 0, agent, ipAddress ?? string.Empty);
    }

    public bool IsLive(DateTimeOffset now) => now < ExpiresAt;

    /// <summary>The session after one rotation.</summary>
    public Session Rotate(DateTimeOffset now) => this with { Counter = Counter + 1, RefreshedAt = now.ToWholeMilliseconds() };

    /// <summary>What a refresh token with the given counter means for this session.</summary>
    public RefreshVerdict Judge(long presentedCounter, DateTimeOffset now)
    {
        if (presentedCounter == Counter)
        {
            return RefreshVerdict.Current;
        }

        if (presentedCounter > Counter)
        {
            return RefreshVerdict.Unknown;
        }

        return presentedCounter == Counter - 1 && now - RefreshedAt <= ReuseGrace ? RefreshVerdict.Superseded : RefreshVerdict.Reused;
    }
}

/// <summary>What a presented refresh token is to its session.</summary>
public enum RefreshVerdict
{
    /// <summary>The current one: rotate.</summary>
    Current,

    /// <summary>The previous one within the grace: answer with the current one.</summary>
    Superseded,

    /// <summary>An older one, or the previous one after the grace: somebody holds a copy; the session ends (RFC 9700, 4.14.2).</summary>
    Reused,

    /// <summary>Ahead of the session, as after a restore of old data: refuse, change nothing.</summary>
    Unknown,
}
