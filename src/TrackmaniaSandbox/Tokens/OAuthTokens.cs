namespace Backend.TrackmaniaSandbox;

/// <summary>Issues and checks the application tokens of the OAuth host.</summary>
internal sealed class OAuthTokens(int seed, SandboxCredentials credentials, TimeProvider clock, FaultPlan faults)
{
    public const int Lifetime = 3600;
    private const string Scheme = "Bearer ";

    private readonly byte[] _key = Jwt.Key(seed, "oauth");

    public string Issue()
    {
        var id = Jwt.NewId();
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds() / 1000m;
        faults.TokenIssued(id);
        return Jwt.Sign(
            """{"typ":"JWT","alg":"HS256"}""",
            w =>
            {
                w.WriteString("aud", credentials.OAuthClientId);
                w.WriteString("jti", id);
                w.WriteNumber("iat", now);
                w.WriteNumber("nbf", now);
                w.WriteNumber("exp", now + Lifetime);
                w.WriteString("sub", string.Empty);
                w.WriteStartArray("scopes");
                w.WriteEndArray();
            },
            _key);
    }

    public bool Accepts(string? authorization) =>
        authorization is not null
        && authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
        && Jwt.Read(authorization[Scheme.Length..], _key) is { } claims
        && claims.GetProperty("aud").GetString() == credentials.OAuthClientId
        && claims.GetProperty("exp").GetDecimal() > clock.GetUtcNow().ToUnixTimeMilliseconds() / 1000m
        && !faults.IsRevoked(SandboxHost.OAuth, claims.GetProperty("jti").GetString()!, (long)claims.GetProperty("iat").GetDecimal());
}
