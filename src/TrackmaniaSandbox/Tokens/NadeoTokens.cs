using System.Text.Json;

namespace Backend.TrackmaniaSandbox;

/// <summary>A pair as the core host gives it out.</summary>
internal sealed record NadeoTokenPair(string AccessToken, string RefreshToken);

/// <summary>Issues and checks the tokens of the core and live hosts.</summary>
internal sealed class NadeoTokens
{
    public const string CoreAudience = "NadeoServices";
    public const string LiveAudience = "NadeoLiveServices";
    private const string Scheme = "nadeo_v1 t=";
    private const string Header = """{"alg":"HS256","env":"trackmania-prod","ver":"1"}""";
    private const int AccessLifetime = 3600;
    private const int RefreshLifetime = 86400;

    private readonly byte[] _key;
    private readonly TimeProvider _clock;
    private readonly FaultPlan _faults;
    private readonly string _serverLogin;

    public NadeoTokens(SandboxWorld world, SandboxCredentials credentials, TimeProvider clock, FaultPlan faults)
    {
        _key = Jwt.Key(world.Seed, "nadeo");
        _clock = clock;
        _faults = faults;
        _serverLogin = credentials.ServerLogin;
        ServerAccountId = world.Accounts.IdOf(Accounts.Server);
    }

    public Guid ServerAccountId { get; }

    public static bool IsAudience(string audience) => audience is CoreAudience or LiveAudience;

    public NadeoTokenPair Issue(string audience, string? sessionId = null)
    {
        sessionId ??= Jwt.NewId();
        return new NadeoTokenPair(Create(audience, sessionId, isRefresh: false), Create(audience, sessionId, isRefresh: true));
    }

    /// <summary>Whether the header carries a living access token for the host.</summary>
    public bool Accepts(string? authorization, SandboxHost host)
    {
        var audience = host == SandboxHost.Live ? LiveAudience : CoreAudience;
        return Read(authorization, host, isRefresh: false) is { } claims
            && claims.GetProperty("aud").GetString() == audience;
    }

    /// <summary>A new pair for a living refresh token; null otherwise.</summary>
    public NadeoTokenPair? Refresh(string? authorization) =>
        Read(authorization, SandboxHost.Core, isRefresh: true) is { } claims
            ? Issue(claims.GetProperty("refresh_aud").GetString()!, claims.GetProperty("sid").GetString())
            : null;

    private JsonElement? Read(string? authorization, SandboxHost host, bool isRefresh)
    {
        if (authorization is null
            || !authorization.StartsWith(Scheme, StringComparison.Ordinal)
            || Jwt.Read(authorization[Scheme.Length..], _key) is not { } claims)
        {
            return null;
        }

        var isAlive = claims.GetProperty("exp").GetInt64() > _clock.GetUtcNow().ToUnixTimeSeconds()
            && claims.GetProperty("rtk").GetBoolean() == isRefresh
            && !_faults.IsRevoked(host, claims.GetProperty("jti").GetString()!, claims.GetProperty("iat").GetInt64());
        return isAlive ? claims : null;
    }

    private string Create(string audience, string sessionId, bool isRefresh)
    {
        var id = Jwt.NewId();
        var now = _clock.GetUtcNow().ToUnixTimeSeconds();
        var lifetime = isRefresh ? RefreshLifetime : AccessLifetime;
        _faults.TokenIssued(id);
        return Jwt.Sign(
            Header,
            w =>
            {
                w.WriteString("jti", id);
                w.WriteString("iss", CoreAudience);
                w.WriteNumber("iat", now);
                w.WriteNumber("rat", now + lifetime / 2);
                w.WriteNumber("exp", now + lifetime);
                w.WriteString("aud", isRefresh ? CoreAudience : audience);
                w.WriteString("usg", "Server");
                w.WriteString("sid", sessionId);
                w.WriteNumber("sat", now);
                w.WriteString("sub", ServerAccountId);
                w.WriteString("aun", _serverLogin);
                w.WriteBoolean("rtk", isRefresh);
                w.WriteBoolean("pce", false);
                if (isRefresh)
                {
                    w.WriteString("refresh_aud", audience);
                    w.WriteString("limit_type", "none");
                }
            },
            _key);
    }
}
