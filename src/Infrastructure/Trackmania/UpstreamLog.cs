using Microsoft.Extensions.Logging;

namespace Backend.Infrastructure.Trackmania;

/// <summary>What operators need to know about the other services. Never an address with its query, never a token.</summary>
internal static partial class UpstreamLog
{
    [LoggerMessage(1, LogLevel.Information, "{Service}: new token by {Means}, good until {ExpiresAt:O}")]
    public static partial void TokenRenewed(ILogger logger, string service, string means, DateTimeOffset expiresAt);

    [LoggerMessage(2, LogLevel.Warning, "{Service}: no new token by {Means} ({Code})")]
    public static partial void TokenNotRenewed(ILogger logger, string service, string means, string code);

    [LoggerMessage(3, LogLevel.Warning, "{Service}: answered {Status} to attempt {Attempt}; no requests for {Seconds:0.#} s")]
    public static partial void Paused(ILogger logger, string service, int status, int attempt, double seconds);

    [LoggerMessage(4, LogLevel.Debug, "{Service}: attempt {Attempt} failed ({Reason}); again in {Seconds:0.#} s")]
    public static partial void Retrying(ILogger logger, string service, int attempt, string reason, double seconds);

    [LoggerMessage(5, LogLevel.Warning, "{Service}: given up after attempt {Attempt} ({Reason})")]
    public static partial void GivenUp(ILogger logger, string service, int attempt, string reason);

    [LoggerMessage(6, LogLevel.Warning, "{Service}: the listing ended after {Pages} pages although there are more")]
    public static partial void ListingCutShort(ILogger logger, string service, int pages);
}
