namespace Backend.Domain.Common;

/// <summary>What a caller can do about a failure; the only property of an <see cref="Error"/> that decides the HTTP status.</summary>
public enum ErrorKind
{
    /// <summary>The input breaks a rule (400).</summary>
    Validation,

    /// <summary>The caller is not who it claims to be, or no longer (401).</summary>
    Unauthenticated,

    /// <summary>The caller is known and may not do this (403).</summary>
    Forbidden,

    /// <summary>The thing does not exist, or not for this caller (404).</summary>
    NotFound,

    /// <summary>The state of the thing does not allow it (409).</summary>
    Conflict,

    /// <summary>Too much in too short a time (429); <see cref="Error.RetryAfter"/> says when to come back.</summary>
    TooManyRequests,

    /// <summary>Another service answered wrongly, or could not be reached (502).</summary>
    Upstream,

    /// <summary>Another service did not answer within the time that it is given (504).</summary>
    UpstreamTimeout,

    /// <summary>This service cannot take the work now (503); <see cref="Error.RetryAfter"/> says when to come back.</summary>
    Unavailable,
}
