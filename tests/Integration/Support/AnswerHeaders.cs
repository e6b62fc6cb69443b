using System.Text.RegularExpressions;

namespace Backend.Integration.Support;

/// <summary>What every answer carries, and how headers are compared.</summary>
internal static partial class AnswerHeaders
{
    private static readonly Dictionary<string, string> s_security = new(StringComparer.Ordinal)
    {
        ["X-Content-Type-Options"] = "nosniff",
        ["X-Frame-Options"] = "DENY",
        ["X-XSS-Protection"] = "1; mode=block",
        ["Referrer-Policy"] = "strict-origin-when-cross-origin",
        ["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains",
    };

    private static readonly Dictionary<string, string> s_page = new(StringComparer.Ordinal)
    {
        ["Referrer-Policy"] = "no-referrer",
        ["X-Robots-Tag"] = "noindex",
    };

    public static void ShouldBeSecured(this HttpResponseMessage answer)
    {
        foreach (var (name, value) in s_security)
        {
            answer.Header(name).ShouldBe(value, $"{name} of {answer}");
        }
    }

    /// <summary>The same of a page whose address is a secret.</summary>
    public static void ShouldBePage(this HttpResponseMessage answer)
    {
        foreach (var (name, value) in s_security.Where(h => h.Key != "Referrer-Policy").Concat(s_page))
        {
            answer.Header(name).ShouldBe(value, $"{name} of {answer}");
        }

        // The second as the framework has it once something was thrown.
        answer.Header("Cache-Control").ShouldBeOneOf("no-store", "no-cache,no-store");
        Policies().IsMatch(answer.Header("Content-Security-Policy") ?? "").ShouldBeTrue(answer.Header("Content-Security-Policy"));
    }

    /// <summary>SHA-256 of the only style sheet that the answer allows, in base64.</summary>
    public static string StyleHash(this HttpResponseMessage answer) => Policies().Match(answer.Header("Content-Security-Policy") ?? "").Groups["hash"].Value;

    /// <summary>All values in one text, as they came; null when the header is not there.</summary>
    public static string? Header(this HttpResponseMessage answer, string name) => answer.AllHeaders().GetValueOrDefault(name);

    public static IReadOnlyDictionary<string, string> AllHeaders(this HttpResponseMessage answer) =>
        answer.Headers.NonValidated.Concat(answer.Content.Headers.NonValidated).ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase);

    [GeneratedRegex("^default-src 'none'; style-src 'sha256-(?<hash>[A-Za-z0-9+/]{43}=)'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'$", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Policies();
}
