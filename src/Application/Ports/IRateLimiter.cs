using Backend.Domain.Common;

namespace Backend.Application.Ports;

/// <summary>
/// Counts calls in sliding windows: in any window of the limit's length at most its number of calls with one key are
/// allowed. Refused calls do not count. Memory is bounded whatever keys are used.
/// </summary>
public interface IRateLimiter
{
    /// <summary>
    /// Counts the call if the limit allows it. Of concurrent calls never more than the limit are allowed. The verdict's quota
    /// is what this very step has left, so that of concurrent calls no two that are allowed are told the same remainder.
    /// </summary>
    /// <param name="key">Who is limited: a user id, a client address; limits do not share keys. What narrows it down stands on further lines.</param>
    Task<RateLimitVerdict> TryTakeAsync(RateLimit limit, string key, CancellationToken cancellationToken);

    /// <summary>Forgets what was counted with keys whose first line is this one, in every limit.</summary>
    Task ForgetAsync(string owner, CancellationToken cancellationToken);
}

/// <summary>The limits; each is a setting <c>RateLimits:&lt;name&gt;</c> of the form <c>calls/seconds</c>.</summary>
public enum RateLimit
{
    /// <summary>Sign-in, by client address. Default 5/300.</summary>
    Login,

    /// <summary>Sign-in, by account. Default 20/900. Above it, <see cref="LoginAccountAddress"/> decides.</summary>
    LoginAccount,

    /// <summary>Sign-in to an account above its own limit, by account and client address, so that an attacker elsewhere cannot lock the owner out. Default 2/900.</summary>
    LoginAccountAddress,

    /// <summary>Registration, by client address. Default 3/300.</summary>
    Register,

    /// <summary>Start of a map search, by user. Default 10/60.</summary>
    MapSearch,

    /// <summary>Search for users of Trackmania Exchange, by client address. Default 20/60.</summary>
    UserSearch,

    /// <summary>Search for maps to be notified of, by user. Default 5/60.</summary>
    DriverMapSearch,

    /// <summary>Creation of a mapper alert, by user. Default 10/300.</summary>
    CreateAlert,

    /// <summary>Creation of a driver notification, by user. Default 5/300.</summary>
    CreateDriverNotification,

    /// <summary>Feedback, by user. Default 5/300.</summary>
    Feedback,

    /// <summary>Look-up of account names, by user. Default 20/60.</summary>
    AccountNames,

    /// <summary>Reading of one map's records, by user. Default 60/60.</summary>
    LatestRecords,

    /// <summary>Linking of names on Trackmania and Trackmania Exchange, by user. Default 10/300.</summary>
    LinkName,

    /// <summary>Anything that asks for the password again, by user. Default 5/900.</summary>
    ConfirmPassword,

    /// <summary>Pages that links in mails lead to, by client address. Default 30/60.</summary>
    MailPages,

    /// <summary>Wishes for a new password, by client address. Default 5/900.</summary>
    PasswordReset,

    /// <summary>Wishes for a new password, by the address that they name, whoever asks. Default 10/3600. Above it they are accepted, and lead to nothing: so many mails are enough for a mailbox.</summary>
    PasswordResetAccount,

    /// <summary>Wishes for a new password, by the address that they name and client address, so that a stranger elsewhere cannot hold up the owner. Default 3/3600.</summary>
    PasswordResetAccountAddress,

    /// <summary>Uses of the token for a new password, by client address. Default 10/900.</summary>
    ConfirmPasswordReset,
}

/// <param name="RetryAfter">When refused: until the next call is allowed.</param>
/// <param name="Quota">How the limit stands after this call; null when it is switched off.</param>
public readonly record struct RateLimitVerdict(bool IsAllowed, TimeSpan RetryAfter, RateLimitQuota? Quota = null)
{
    /// <summary>The limit is switched off.</summary>
    public static RateLimitVerdict Unlimited { get; } = new(IsAllowed: true, TimeSpan.Zero);

    /// <summary>The error to answer with; null when allowed.</summary>
    public Error? Refusal => IsAllowed
        ? null
        : new Error(ErrorKind.TooManyRequests, "rate_limit.exceeded", "Too many requests. Please wait before you try again.") { RetryAfter = RetryAfter };

    /// <param name="calls">Allowed in any window.</param>
    /// <param name="counted">Calls in the window, this one among them if it was allowed; never 0.</param>
    /// <param name="untilFirstLeaves">Until the oldest of them leaves the window.</param>
    public static RateLimitVerdict Of(bool isAllowed, int calls, TimeSpan window, int counted, TimeSpan untilFirstLeaves) => new(
        isAllowed,
        isAllowed ? TimeSpan.Zero : untilFirstLeaves,
        new RateLimitQuota(calls, window, Math.Max(calls - counted, 0), untilFirstLeaves));
}

/// <summary>How a limit stands for one key.</summary>
/// <param name="Calls">Allowed in any window.</param>
/// <param name="Window">Length of the window.</param>
/// <param name="Remaining">Calls that are still allowed before <paramref name="Reset"/> is over.</param>
/// <param name="Reset">Until the oldest call leaves the window, which allows one more.</param>
public sealed record RateLimitQuota(int Calls, TimeSpan Window, int Remaining, TimeSpan Reset);
