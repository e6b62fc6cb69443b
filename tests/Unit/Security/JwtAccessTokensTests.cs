using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.Common;
using Backend.Infrastructure.Security;
using Backend.Unit.Support;
using Microsoft.Extensions.Time.Testing;

namespace Backend.Unit.Security;

public sealed class JwtAccessTokensTests
{
    private static readonly SigningKeys Keys = new(new Secret("first secret of at least 32 bytes length"));
    private static readonly SigningKeys OtherKeys = new(new Secret("other secret of at least 32 bytes length"));

    private readonly FakeTimeProvider _clock = Make.Clock();
    private readonly JwtAccessTokens _tokens;

    public JwtAccessTokensTests() => _tokens = new JwtAccessTokens(new SigningKeyRing(Keys, Previous: null), _clock);

    [Fact]
    public async Task An_issued_token_names_its_owner() =>
        (await _tokens.ReadAsync(Issue())).ShouldBe(new AccessTokenOwner(Make.UserId, Make.SessionId));

    [Theory]
    [InlineData(Role.User, "user")]
    [InlineData(Role.Admin, "admin")]
    public void The_claims_have_the_literal_names_that_clients_read(Role role, string name)
    {
        var (header, payload) = Parts(Issue(role));

        header.Select(p => p.Key).ShouldBe(["alg", "kid", "typ"], ignoreOrder: true);
        header["alg"]!.GetValue<string>().ShouldBe("HS256");
        header["typ"]!.GetValue<string>().ShouldBe("at+jwt");
        header["kid"]!.GetValue<string>().ShouldBe(Keys.Id);
        payload.Select(p => p.Key).ShouldBe(["iss", "aud", "iat", "exp", "user_id", "session_id", "role"], ignoreOrder: true);
        payload["user_id"]!.GetValueKind().ShouldBe(JsonValueKind.String);
        payload["user_id"]!.GetValue<string>().ShouldBe("7");
        payload["session_id"]!.GetValue<string>().ShouldBe(Make.SessionId.ToString());
        payload["role"]!.GetValue<string>().ShouldBe(name);
        payload["iat"]!.GetValue<long>().ShouldBe(Make.Start.ToUnixTimeSeconds());
        payload["exp"]!.GetValue<long>().ShouldBe(Make.Start.AddMinutes(15).ToUnixTimeSeconds());
    }

    [Fact]
    public async Task A_token_lives_fifteen_minutes_to_the_second()
    {
        var token = Issue();

        _clock.Advance(TimeSpan.FromMinutes(15) - TimeSpan.FromSeconds(1));
        (await _tokens.ReadAsync(token)).ShouldNotBeNull();
        _clock.Advance(TimeSpan.FromSeconds(1));
        (await _tokens.ReadAsync(token)).ShouldBeNull();
    }

    [Fact]
    public async Task A_hand_made_token_with_the_right_key_is_read_so_that_the_refusals_below_mean_something() =>
        (await _tokens.ReadAsync(Forge())).ShouldBe(new AccessTokenOwner(Make.UserId, Make.SessionId));

    [Fact]
    public async Task An_unsigned_token_is_refused()
    {
        var unsigned = Encode(Header(alg: "none")) + "." + Encode(Payload()) + ".";

        (await _tokens.ReadAsync(unsigned)).ShouldBeNull();
        (await _tokens.ReadAsync(unsigned.TrimEnd('.'))).ShouldBeNull();
        (await _tokens.ReadAsync(Forge(Header(alg: "none")))).ShouldBeNull();
        (await _tokens.ReadAsync(Forge(Header(alg: "NONE")))).ShouldBeNull();
        (await _tokens.ReadAsync(Issue()[..(Issue().LastIndexOf('.') + 1)])).ShouldBeNull();
    }

    [Theory]
    [InlineData("HS512")]
    [InlineData("HS384")]
    [InlineData("RS256")]
    [InlineData("ES256")]
    [InlineData("PS256")]
    [InlineData("hs256")]
    [InlineData("")]
    public async Task Only_the_one_algorithm_is_accepted(string algorithm)
    {
        (await _tokens.ReadAsync(Forge(Header(alg: algorithm)))).ShouldBeNull();
        (await _tokens.ReadAsync(Forge(Header(alg: algorithm), sign: HMACSHA512.HashData))).ShouldBeNull();
    }

    [Theory]
    [InlineData("JWT")]
    [InlineData("rt+jwt")]
    [InlineData("")]
    [InlineData(null)]
    public async Task Another_type_is_refused(string? type) => (await _tokens.ReadAsync(Forge(Header(typ: type)))).ShouldBeNull();

    [Theory]
    [InlineData("iss", "somebody-else")]
    [InlineData("iss", null)]
    [InlineData("aud", "somebody-else")]
    [InlineData("aud", null)]
    [InlineData("exp", null)]
    [InlineData("user_id", null)]
    [InlineData("user_id", "me")]
    [InlineData("user_id", "")]
    [InlineData("user_id", "99999999999999999999")]
    [InlineData("session_id", null)]
    [InlineData("session_id", "11111111222243338444555555555555")]
    [InlineData("session_id", "{11111111-2222-4333-8444-555555555555}")]
    [InlineData("session_id", "")]
    public async Task A_signed_token_with_a_wrong_or_missing_claim_is_refused(string claim, string? value)
    {
        var payload = Payload();
        payload.Remove(claim);
        if (value is not null)
        {
            payload[claim] = value;
        }

        (await _tokens.ReadAsync(Forge(payload: payload))).ShouldBeNull();
    }

    [Fact]
    public async Task A_token_that_is_not_yet_valid_is_refused()
    {
        var payload = Payload();
        payload["nbf"] = Make.Start.ToUnixTimeSeconds() + 1;

        (await _tokens.ReadAsync(Forge(payload: payload))).ShouldBeNull();
        _clock.Advance(TimeSpan.FromSeconds(1));
        (await _tokens.ReadAsync(Forge(payload: payload))).ShouldNotBeNull();
    }

    [Fact]
    public async Task No_altered_character_survives()
    {
        var token = Issue();
        for (var i = 0; i < token.Length; i++)
        {
            // The last character of a part may carry unused bits; a change of all six bits always shows.
            var altered = token[i] == '.' ? '_' : Alphabet[(Alphabet.IndexOf(token[i], StringComparison.Ordinal) + 32) % 64];
            var forged = token[..i] + altered + token[(i + 1)..];

            (await _tokens.ReadAsync(forged)).ShouldBeNull($"position {i}");
        }
    }

    [Fact]
    public async Task A_payload_with_another_signature_is_refused()
    {
        var mine = Issue().Split('.');
        var others = _tokens.Issue(new UserId(8), Make.SessionId, Role.Admin).Reveal().Split('.');

        (await _tokens.ReadAsync($"{mine[0]}.{others[1]}.{mine[2]}")).ShouldBeNull();
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("....")]
    [InlineData("a.b.c")]
    [InlineData("not a token")]
    [InlineData("\0")]
    [InlineData("ünï.cödé.tökén")]
    [InlineData("eyJhbGciOiJIUzI1NiJ9")]
    [InlineData("bnVsbA.bnVsbA.bnVsbA")]
    [InlineData("W10.W10.W10")]
    public async Task Junk_is_refused_quietly(string junk) => (await _tokens.ReadAsync(junk)).ShouldBeNull();

    [Fact]
    public async Task A_huge_token_is_refused_even_with_a_good_signature()
    {
        var payload = Payload();
        payload["padding"] = new string('x', 5_000);

        (await _tokens.ReadAsync(Forge(payload: payload))).ShouldBeNull();
        (await _tokens.ReadAsync(new string('a', 10_000_000))).ShouldBeNull();
    }

    [Fact]
    public async Task Extra_claims_change_nothing()
    {
        var payload = Payload();
        payload["role"] = "admin";
        payload["more"] = new JsonObject { ["nested"] = 1 };

        (await _tokens.ReadAsync(Forge(payload: payload))).ShouldBe(new AccessTokenOwner(Make.UserId, Make.SessionId));
    }

    [Fact]
    public async Task A_token_of_an_unknown_key_is_refused_whatever_it_calls_the_key()
    {
        (await _tokens.ReadAsync(Forge(keys: OtherKeys))).ShouldBeNull();
        (await _tokens.ReadAsync(Forge(Header(kid: Keys.Id), keys: OtherKeys))).ShouldBeNull();
        (await _tokens.ReadAsync(Forge(Header(kid: OtherKeys.Id)))).ShouldBeNull();
        (await _tokens.ReadAsync(Forge(Header(kid: null)))).ShouldBeNull();
    }

    [Fact]
    public async Task The_previous_key_is_accepted_while_it_is_configured_and_signs_nothing()
    {
        var token = Issue();
        var rolled = new JwtAccessTokens(new SigningKeyRing(OtherKeys, Keys), _clock);
        var later = new JwtAccessTokens(new SigningKeyRing(OtherKeys, Previous: null), _clock);

        (await rolled.ReadAsync(token)).ShouldNotBeNull();
        (await later.ReadAsync(token)).ShouldBeNull();
        Parts(rolled.Issue(Make.UserId, Make.SessionId, Role.User).Reveal()).Header["kid"]!.GetValue<string>().ShouldBe(OtherKeys.Id);
        (await rolled.ReadAsync(rolled.Issue(Make.UserId, Make.SessionId, Role.User).Reveal())).ShouldNotBeNull();
    }

    [Fact]
    public async Task Access_and_refresh_tokens_never_pass_for_one_another()
    {
        var refreshTokens = new HmacRefreshTokens(new SigningKeyRing(Keys, Previous: null));
        var refresh = refreshTokens.Issue(new RefreshTokenContent(Make.UserId, Make.SessionId, 0));

        (await _tokens.ReadAsync(refresh.Reveal())).ShouldBeNull();
        refreshTokens.Read(new Secret(Issue())).ShouldBeNull();
    }

    [Fact]
    public async Task The_refresh_key_signs_no_access_token() =>
        (await _tokens.ReadAsync(Forge(sign: (_, content) => HMACSHA256.HashData(Keys.RefreshToken, content)))).ShouldBeNull();

    [Fact]
    public void The_keys_of_one_secret_differ_and_the_public_name_tells_nothing()
    {
        Keys.AccessToken.ShouldNotBe(Keys.RefreshToken);
        Keys.Id.Length.ShouldBe(8);
        Convert.ToHexStringLower(Keys.AccessToken).ShouldNotContain(Keys.Id);
        Convert.ToHexStringLower(Keys.RefreshToken).ShouldNotContain(Keys.Id);
        Convert.ToHexStringLower(SHA256.HashData(Keys.AccessToken)).ShouldNotStartWith(Keys.Id);
        new SigningKeys(new Secret("first secret of at least 32 bytes length")).Id.ShouldBe(Keys.Id);
        OtherKeys.Id.ShouldNotBe(Keys.Id);
    }

    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

    private static JsonObject Header(string? alg = "HS256", string? typ = "at+jwt", string? kid = "") =>
        new() { ["alg"] = alg, ["typ"] = typ, ["kid"] = kid is { Length: 0 } ? Keys.Id : kid };

    private static JsonObject Payload() => new()
    {
        ["iss"] = JwtAccessTokens.Issuer,
        ["aud"] = JwtAccessTokens.Audience,
        ["exp"] = Make.Start.AddMinutes(15).ToUnixTimeSeconds(),
        ["user_id"] = "7",
        ["session_id"] = Make.SessionId.ToString(),
        ["role"] = "user",
    };

    private static string Forge(JsonObject? header = null, JsonObject? payload = null, SigningKeys? keys = null, Func<byte[], byte[], byte[]>? sign = null)
    {
        var content = Encode(header ?? Header(kid: (keys ?? Keys).Id)) + "." + Encode(payload ?? Payload());
        return content + "." + Base64Url.EncodeToString((sign ?? HMACSHA256.HashData)((keys ?? Keys).AccessToken, Encoding.ASCII.GetBytes(content)));
    }

    private static string Encode(JsonObject json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json.ToJsonString()));

    private static (JsonObject Header, JsonObject Payload) Parts(string token)
    {
        var parts = token.Split('.');
        return (JsonNode.Parse(Base64Url.DecodeFromChars(parts[0]))!.AsObject(), JsonNode.Parse(Base64Url.DecodeFromChars(parts[1]))!.AsObject());
    }

    private string Issue(Role role = Role.User) => _tokens.Issue(Make.UserId, Make.SessionId, role).Reveal();
}
