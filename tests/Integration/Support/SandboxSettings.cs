using Backend.TrackmaniaSandbox;

namespace Backend.Integration.Support;

/// <summary>What an instance is told that shares a sandbox with others, as it shares the real services in production.</summary>
internal static class SandboxSettings
{
    /// <param name="userAgent">Tells the sandbox's traffic of one instance from that of another.</param>
    public static Dictionary<string, string> Of(SandboxServer sandbox, string userAgent) => new(StringComparer.Ordinal)
    {
        ["Trackmania:Sandbox"] = "false",
        ["Trackmania:CoreUrl"] = sandbox.CoreUrl.ToString(),
        ["Trackmania:LiveUrl"] = sandbox.LiveUrl.ToString(),
        ["Trackmania:OAuthUrl"] = sandbox.OAuthUrl.ToString(),
        ["Trackmania:TmxUrl"] = sandbox.TmxUrl.ToString(),
        ["Trackmania:ServerLogin"] = sandbox.Credentials.ServerLogin,
        ["Trackmania:ServerPassword"] = sandbox.Credentials.ServerPassword,
        ["Trackmania:OAuthClientId"] = sandbox.Credentials.OAuthClientId,
        ["Trackmania:OAuthClientSecret"] = sandbox.Credentials.OAuthClientSecret,
        ["Trackmania:UserAgent"] = userAgent,
    };
}
