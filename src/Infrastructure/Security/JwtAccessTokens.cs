using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.Common;
using Backend.Domain.Sessions;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Backend.Infrastructure.Security;

/// <summary>JWTs signed with HS256, kept to RFC 8725: one algorithm, an explicit type, an issuer and an audience.</summary>
internal sealed class JwtAccessTokens : IAccessTokens
{
    public const string Issuer = "trackmania-backend";
    public const string Audience = "trackmania-backend-api";

    /// <summary>RFC 9068, 2.1.</summary>
    public const string Type = "at+jwt";

    /// <summary>Several times the size of a token issued here.</summary>
    private const int MaxLength = 4096;

    private readonly JsonWebTokenHandler _handler = new() { SetDefaultTimesOnTokenCreation = false, MaximumTokenSizeInBytes = MaxLength };
    private readonly SigningCredentials _signing;
    private readonly TokenValidationParameters _validation;
    private readonly TimeProvider _clock;

    public JwtAccessTokens(SigningKeyRing keys, TimeProvider clock)
    {
        _clock = clock;
        var byId = keys.All.ToDictionary(k => k.Id, k => new SymmetricSecurityKey(k.AccessToken) { KeyId = k.Id }, StringComparer.Ordinal);
        _signing = new SigningCredentials(byId[keys.Current.Id], SecurityAlgorithms.HmacSha256);
        _validation = new TokenValidationParameters
        {
            ValidIssuer = Issuer,
            ValidAudience = Audience,
            ValidTypes = [Type],
            ValidAlgorithms = [SecurityAlgorithms.HmacSha256],
            RequireExpirationTime = true,
            RequireSignedTokens = true,
            TryAllIssuerSigningKeys = false,
            IssuerSigningKeyResolver = (_, _, kid, _) => kid is not null && byId.TryGetValue(kid, out var key) ? [key] : [],
            LifetimeValidator = (notBefore, expires, _, _) => IsWithin(notBefore, expires),
        };
    }

    public Secret Issue(UserId userId, SessionId sessionId, Role role)
    {
        var now = _clock.GetUtcNow();
        return new Secret(_handler.CreateToken(new SecurityTokenDescriptor
        {
            TokenType = Type,
            Issuer = Issuer,
            Audience = Audience,
            IssuedAt = now.UtcDateTime,
            Expires = (now + IAccessTokens.Lifetime).UtcDateTime,
            SigningCredentials = _signing,
            Claims = new Dictionary<string, object>(StringComparer.Ordinal)
            {
                ["user_id"] = userId.ToString(),
                ["session_id"] = sessionId.ToString(),
                ["role"] = role.ToName(),
            },
        }));
    }

    public async Task<AccessTokenOwner?> ReadAsync(Secret token)
    {
        var text = token.Reveal();
        if (text.Length > MaxLength)
        {
            return null;
        }

        var outcome = await _handler.ValidateTokenAsync(text, _validation);
        return outcome.IsValid
            && outcome.SecurityToken is JsonWebToken jwt
            && jwt.TryGetPayloadValue<string>("user_id", out var userId)
            && jwt.TryGetPayloadValue<string>("session_id", out var sessionId)
            && long.TryParse(userId, out var user)
            && Guid.TryParseExact(sessionId, "D", out var session)
                ? new AccessTokenOwner(new UserId(user), new SessionId(session))
                : null;
    }

    private bool IsWithin(DateTime? notBefore, DateTime? expires)
    {
        var now = _clock.GetUtcNow().UtcDateTime;
        return expires is { } end && now < end && (notBefore is not { } start || start <= now);
    }
}
