using System.Globalization;
using Backend.Application.Ports;
using Microsoft.Extensions.Configuration;

namespace Backend.Infrastructure.Security;

/// <param name="Calls">Allowed in any window.</param>
internal sealed record RateLimitRule(int Calls, TimeSpan Window);

/// <summary>The limits in force (configuration section <c>RateLimits</c>): <c>calls/seconds</c> each, or <c>off</c>.</summary>
internal sealed class RateLimitOptions
{
    private const int MaxCalls = 100_000;
    private const int MaxSeconds = 86_400;

    private static readonly Dictionary<RateLimit, RateLimitRule> Defaults = new()
    {
        [RateLimit.Login] = new(5, TimeSpan.FromSeconds(300)),
        [RateLimit.LoginAccount] = new(20, TimeSpan.FromSeconds(900)),
        [RateLimit.LoginAccountAddress] = new(2, TimeSpan.FromSeconds(900)),
        [RateLimit.Register] = new(3, TimeSpan.FromSeconds(300)),
        [RateLimit.MapSearch] = new(10, TimeSpan.FromSeconds(60)),
        [RateLimit.UserSearch] = new(20, TimeSpan.FromSeconds(60)),
        [RateLimit.DriverMapSearch] = new(5, TimeSpan.FromSeconds(60)),
        [RateLimit.CreateAlert] = new(10, TimeSpan.FromSeconds(300)),
        [RateLimit.CreateDriverNotification] = new(5, TimeSpan.FromSeconds(300)),
        [RateLimit.Feedback] = new(5, TimeSpan.FromSeconds(300)),
        [RateLimit.AccountNames] = new(20, TimeSpan.FromSeconds(60)),
        [RateLimit.LatestRecords] = new(60, TimeSpan.FromSeconds(60)),
        [RateLimit.LinkName] = new(10, TimeSpan.FromSeconds(300)),
        [RateLimit.ConfirmPassword] = new(5, TimeSpan.FromSeconds(900)),
        [RateLimit.MailPages] = new(30, TimeSpan.FromSeconds(60)),
        [RateLimit.PasswordReset] = new(5, TimeSpan.FromSeconds(900)),
        [RateLimit.PasswordResetAccount] = new(10, TimeSpan.FromSeconds(3600)),
        [RateLimit.PasswordResetAccountAddress] = new(3, TimeSpan.FromSeconds(3600)),
        [RateLimit.ConfirmPasswordReset] = new(10, TimeSpan.FromSeconds(900)),
    };

    private readonly Dictionary<RateLimit, RateLimitRule?> _rules = [];

    /// <summary>The rule, or null when the limit is switched off.</summary>
    public RateLimitRule? this[RateLimit limit] => _rules[limit];

    /// <param name="errors">Gets one sentence for each bad setting.</param>
    public static RateLimitOptions Read(IConfiguration configuration, ICollection<string> errors)
    {
        var options = new RateLimitOptions();
        foreach (var limit in Enum.GetValues<RateLimit>())
        {
            var key = $"RateLimits:{limit}";
            var text = configuration[key];
            if (string.IsNullOrWhiteSpace(text))
            {
                options._rules[limit] = Defaults[limit];
            }
            else if (text.Equals("off", StringComparison.OrdinalIgnoreCase))
            {
                options._rules[limit] = null;
            }
            else if (TryParse(text, out var rule))
            {
                options._rules[limit] = rule;
            }
            else
            {
                errors.Add($"{key} is '{text}', but must be calls/seconds, such as 5/300, with 1 to {MaxCalls} calls in 1 to {MaxSeconds} seconds, or off.");
            }
        }

        return options;
    }

    private static bool TryParse(string text, out RateLimitRule? rule)
    {
        var parts = text.Split('/');
        rule = parts.Length == 2
            && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var calls)
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            && calls is > 0 and <= MaxCalls && seconds is > 0 and <= MaxSeconds
                ? new RateLimitRule(calls, TimeSpan.FromSeconds(seconds))
                : null;
        return rule is not null;
    }
}
