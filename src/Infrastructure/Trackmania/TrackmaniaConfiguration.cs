using System.Globalization;
using System.Text;
using Backend.Domain.Common;
using Microsoft.Extensions.Configuration;

namespace Backend.Infrastructure.Trackmania;

/// <summary>How much of what the real services ask for is configured.</summary>
internal enum TrackmaniaCredentials
{
    None,
    Partial,
    Complete,
}

/// <summary>Reads <see cref="TrackmaniaOptions"/>. Nothing is thrown: every problem becomes a sentence that names its key, so that all of them can be reported together.</summary>
/// <param name="MissingCredentials">One sentence for each credential that is not configured, for whoever wants to know which.</param>
/// <param name="Errors">What is wrong whatever the environment; includes <paramref name="MissingCredentials"/> when only some are configured.</param>
internal sealed record TrackmaniaConfiguration(
    TrackmaniaOptions Options,
    TrackmaniaCredentials Credentials,
    IReadOnlyList<string> MissingCredentials,
    IReadOnlyList<string> Errors)
{
    private const string LoginPath = "/v2/authentication/token/basic";

    public static TrackmaniaConfiguration Read(IConfiguration configuration)
    {
        var reader = new Reader(configuration);
        var defaults = new TrackmaniaOptions();
        var authorization = ReadAuthorization(reader);
        var clientId = reader.Text("OAuthClientId", "OCLIENT_ID");
        var clientSecret = reader.Text("OAuthClientSecret", "OCLIENT_SECRET");
        var userAgent = reader.Text("UserAgent", "USER_AGENT");

        if (userAgent is { } agent && !agent.Value.All(static c => c is >= ' ' and <= '~'))
        {
            reader.Errors.Add($"{agent.Key} may hold printable ASCII characters only, because it is sent as an HTTP header.");
            userAgent = null;
        }

        var options = new TrackmaniaOptions
        {
            CoreUrl = ReadCoreUrl(reader, defaults.CoreUrl),
            LiveUrl = reader.Url("LiveUrl", defaults.LiveUrl, "LEAD_API"),
            OAuthUrl = reader.Url("OAuthUrl", defaults.OAuthUrl),
            TmxUrl = reader.Url("TmxUrl", defaults.TmxUrl),
            ServerAuthorization = new Secret(authorization ?? ""),
            OAuthClientId = clientId?.Value ?? "",
            OAuthClientSecret = new Secret(clientSecret?.Value ?? ""),
            UserAgent = userAgent?.Value ?? defaults.UserAgent,
            NadeoRate = reader.Rate("NadeoRate", defaults.NadeoRate),
            TmxRate = reader.Rate("TmxRate", defaults.TmxRate),
            OAuthRate = reader.Rate("OAuthRate", defaults.OAuthRate),
            NadeoTimeout = reader.Duration("NadeoTimeout", defaults.NadeoTimeout),
            TmxTimeout = reader.Duration("TmxTimeout", defaults.TmxTimeout),
            OAuthTimeout = reader.Duration("OAuthTimeout", defaults.OAuthTimeout),
            NadeoMaxBodyBytes = reader.Count("NadeoMaxBodyBytes", defaults.NadeoMaxBodyBytes, 1, 1 << 30),
            TmxMaxBodyBytes = reader.Count("TmxMaxBodyBytes", defaults.TmxMaxBodyBytes, 1, 1 << 30),
            OAuthMaxBodyBytes = reader.Count("OAuthMaxBodyBytes", defaults.OAuthMaxBodyBytes, 1, 1 << 30),
            MaxRetries = (int)reader.Count("MaxRetries", defaults.MaxRetries, 0, 10),
            RetryDelay = reader.Duration("RetryDelay", defaults.RetryDelay),
        };

        var missing = new List<string>();
        AddIfMissing(missing, authorization is null, "The Nadeo server account is not configured: set Trackmania:ServerLogin and Trackmania:ServerPassword, or AUTHORIZATION to base64 of login:password.");
        AddIfMissing(missing, clientId is null, "The identifier of the OAuth application is not configured: set Trackmania:OAuthClientId or OCLIENT_ID.");
        AddIfMissing(missing, clientSecret is null, "The secret of the OAuth application is not configured: set Trackmania:OAuthClientSecret or OCLIENT_SECRET.");
        var credentials = missing.Count switch
        {
            0 => TrackmaniaCredentials.Complete,
            3 => TrackmaniaCredentials.None,
            _ => TrackmaniaCredentials.Partial,
        };

        // The agent is no credential, but the services ask for a contact as firmly as for a password.
        AddIfMissing(missing, userAgent is null, "The User-Agent is not configured: set Trackmania:UserAgent or USER_AGENT to a text that names your project and how to reach you.");

        if (credentials != TrackmaniaCredentials.None)
        {
            reader.Errors.AddRange(missing);
        }

        return new TrackmaniaConfiguration(options, credentials, missing, reader.Errors);
    }

    private static void AddIfMissing(List<string> missing, bool isMissing, string sentence)
    {
        if (isMissing)
        {
            missing.Add(sentence);
        }
    }

    private static string? ReadAuthorization(Reader reader)
    {
        var login = reader.Text("ServerLogin");
        var password = reader.Text("ServerPassword");
        if (login is not null && password is not null)
        {
            if (login.Value.Value.Contains(':', StringComparison.Ordinal))
            {
                reader.Errors.Add($"{login.Value.Key} must not contain a colon.");
            }

            return Convert.ToBase64String(Encoding.UTF8.GetBytes($"{login.Value.Value}:{password.Value.Value}"));
        }

        if (login is not null || password is not null)
        {
            reader.Errors.Add("Trackmania:ServerLogin and Trackmania:ServerPassword must be set together.");
        }

        if (reader.Text(key: null, "AUTHORIZATION") is not { } authorization)
        {
            return null;
        }

        var encoded = authorization.Value;
        if (encoded.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase))
        {
            encoded = encoded["Basic ".Length..].Trim();
        }

        var decoded = new byte[encoded.Length];
        if (!Convert.TryFromBase64String(encoded, decoded, out var length) || decoded.AsSpan(0, length).IndexOf((byte)':') < 1)
        {
            reader.Errors.Add("AUTHORIZATION must be base64 of login:password, with or without a leading \"Basic \".");
        }

        return encoded;
    }

    private static Uri ReadCoreUrl(Reader reader, Uri standard)
    {
        if (reader.Text("CoreUrl") is not null || reader.Text(key: null, "AUTH_API_URL") is not { } login)
        {
            return reader.Url("CoreUrl", standard);
        }

        var text = login.Value.TrimEnd('/');
        if (text.EndsWith(LoginPath, StringComparison.Ordinal) && Reader.TryUrl(text[..^LoginPath.Length], out var url))
        {
            return url;
        }

        reader.Errors.Add($"AUTH_API_URL must be the whole address of the login call, ending in {LoginPath}.");
        return standard;
    }

    private sealed class Reader(IConfiguration configuration)
    {
        public List<string> Errors { get; } = [];

        public static bool TryUrl(string text, out Uri url)
        {
            var valid = Uri.TryCreate(text, UriKind.Absolute, out var parsed)
                && (parsed.Scheme == Uri.UriSchemeHttps || parsed.Scheme == Uri.UriSchemeHttp)
                && parsed.Query.Length == 0
                && parsed.Fragment.Length == 0
                && parsed.UserInfo.Length == 0;
            url = parsed!;
            return valid;
        }

        /// <summary>The trimmed value and the key that held it; the section's own key wins over the flat name.</summary>
        public (string Key, string Value)? Text(string? key, string? flatName = null)
        {
            foreach (var candidate in new[] { key is null ? null : $"{TrackmaniaOptions.Section}:{key}", flatName })
            {
                if (candidate is not null && configuration[candidate]?.Trim() is { Length: > 0 } value)
                {
                    return (candidate, value);
                }
            }

            return null;
        }

        public Uri Url(string key, Uri standard, string? flatName = null)
        {
            if (Text(key, flatName) is not { } text)
            {
                return standard;
            }

            if (TryUrl(text.Value, out var url))
            {
                return url;
            }

            Errors.Add($"{text.Key} must be an absolute http or https address without a query.");
            return standard;
        }

        public double Rate(string key, double standard) => Number(
            key,
            standard,
            static (string text, out double rate) => double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out rate) && rate is >= 0.001 and <= 1000,
            "a number of requests per second from 0.001 to 1000");

        public long Count(string key, long standard, long least, long most) => Number(
            key,
            standard,
            (string text, out long count) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out count) && count >= least && count <= most,
            $"a whole number from {least} to {most}");

        public TimeSpan Duration(string key, TimeSpan standard) => Number(
            key,
            standard,
            static (string text, out TimeSpan duration) =>
            {
                // A bare number would be days to TimeSpan.Parse; whoever writes one means seconds.
                var parsed = double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds);
                duration = parsed && seconds <= 3600 ? TimeSpan.FromSeconds(seconds) : TimeSpan.Zero;
                return (parsed || TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out duration))
                    && duration >= TimeSpan.FromMilliseconds(10)
                    && duration <= TimeSpan.FromHours(1);
            },
            "a duration (seconds, or hh:mm:ss) from 10 ms to one hour");

        private delegate bool Parse<T>(string text, out T value);

        private T Number<T>(string key, T standard, Parse<T> parse, string expected)
        {
            if (Text(key) is not { } text)
            {
                return standard;
            }

            if (parse(text.Value, out var value))
            {
                return value;
            }

            Errors.Add($"{text.Key} is \"{text.Value}\" but must be {expected}.");
            return standard;
        }
    }
}
