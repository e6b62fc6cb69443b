using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.Common;
using Backend.Domain.Sessions;
using Backend.Infrastructure.Security;
using Microsoft.Extensions.Time.Testing;

namespace Backend.Unit.Security;

public sealed class JwtAccessTokensTests
{
    private static readonly UserId User = new(42);
    private static readonly SessionId Session = new(Guid.Parse("0193b3f0-1111-7222-8333-444455556666"));
    private static readonly AccessTokenOwner Owner = new(User, Session);

    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));

    private JwtAccessTokens Tokens => new(Keys.Ring, _clock);

    [Theory]
    [InlineData("User", "user")]
    [InlineData("Admin", "admin")]
    public void A_token_carries_exactly_the_claims_that_clients_read(string role, string name)
    {
        var (header, payload) = Decode(Tokens.Issue(User, Session, Enum.Parse<Role>(role)).Reveal());

        header.Select(p => p.Key).ShouldBe(["alg", "kid", "typ"], ignoreOrder: true);
        header["alg"]!.GetValue<string>().ShouldBe("HS256");
        header["typ"]!.GetValue<string>().ShouldBe("at+jwt");
        header["kid"]!.GetValue<string>().ShouldBe(Keys.First.Id);
        payload.Select(p => p.Key).ShouldBe(["user_id", "session_id", "role", "iss", "aud", "iat", "exp"], ignoreOrder: true);
        payload["user_id"]!.GetValue<string>().ShouldBe("42");
        payload["session_id"]!.GetValue<string>().ShouldBe("0193b3f0-1111-7222-8333-444455556666");
        payload["role"]!.GetValue<string>().ShouldBe(name);
        payload["iat"]!.GetValue<long>().ShouldBe(_clock.GetUtcNow().ToUnixTimeSeconds());
        payload["exp"]!.GetValue<long>().ShouldBe((_clock.GetUtcNow() + IAccessTokens.Lifetime).ToUnixTimeSeconds());
    }

    [Fact]
    public void The_header_tells_nothing_of_the_secret()
    {
        Keys.First.Id.Length.ShouldBe(8);
        Convert.ToHexStringLower(Encoding.UTF8.GetBytes(Keys.FirstSecret)).ShouldNotContain(Keys.First.Id);
        Convert.ToHexStringLower(Keys.First.RefreshToken).ShouldNotContain(Keys.First.Id);
        Keys.First.Id.ShouldNotBe(Keys.Second.Id);
    }

    [Fact]
    public async Task A_token_is_good_until_the_last_moment_of_its_lifetime_and_not_in_the_next()
    {
        var token = Tokens.Issue(User, Session, Role.User);

        (await Tokens.ReadAsync(token)).ShouldBe(Owner);
        _clock.Advance(IAccessTokens.Lifetime - TimeSpan.FromTicks(1));
        (await Tokens.ReadAsync(token)).ShouldBe(Owner);
        _clock.Advance(TimeSpan.FromTicks(1));
        (await Tokens.ReadAsync(token)).ShouldBeNull();
    }

    [Fact]
    public async Task A_token_made_between_two_seconds_never_outlives_its_lifetime()
    {
        _clock.Advance(TimeSpan.FromMilliseconds(999));
        var token = Tokens.Issue(User, Session, Role.User);

        (await Tokens.ReadAsync(token)).ShouldBe(Owner);
        _clock.Advance(IAccessTokens.Lifetime - TimeSpan.FromSeconds(1));
        (await Tokens.ReadAsync(token)).ShouldBe(Owner);
        _clock.Advance(TimeSpan.FromSeconds(1));
        (await Tokens.ReadAsync(token)).ShouldBeNull();
    }

    [Fact]
    public async Task A_handmade_token_with_all_the_right_parts_is_accepted() =>
        (await ReadAsync(Sign(Header(), Payload()))).ShouldBe(Owner);

    public static TheoryData<string> WrongAlgorithms { get; } = new("none", "None", "NONE", "HS384", "HS512", "RS256", "ES256", "PS256", "");

    [Theory]
    [MemberData(nameof(WrongAlgorithms))]
    public async Task A_token_that_names_another_algorithm_is_refused(string algorithm)
    {
        // With a signature by the right key in whatever algorithm is named, where it has one, and without any.
        var input = Encode(Header(alg: algorithm)) + "." + Encode(Payload());
        var key = Keys.First.AccessToken;
        var bytes = Encoding.ASCII.GetBytes(input);
        foreach (var signature in new[] { [], HMACSHA256.HashData(key, bytes), HMACSHA384.HashData(key, bytes), HMACSHA512.HashData(key, bytes) })
        {
            (await ReadAsync($"{input}.{Base64Url.EncodeToString(signature)}")).ShouldBeNull();
        }
    }

    [Fact]
    public async Task A_token_signed_by_a_key_pair_of_its_own_is_refused()
    {
        using var pair = RSA.Create(2048);
        var header = Header(alg: "RS256");
        header["jwk"] = new JsonObject
        {
            ["kty"] = "RSA",
            ["kid"] = Keys.First.Id,
            ["n"] = Base64Url.EncodeToString(pair.ExportParameters(includePrivateParameters: false).Modulus),
            ["e"] = "AQAB",
        };
        var input = Encode(header) + "." + Encode(Payload());
        var signature = pair.SignData(Encoding.ASCII.GetBytes(input), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);

        (await ReadAsync($"{input}.{Base64Url.EncodeToString(signature)}")).ShouldBeNull();
    }

    [Theory]
    [InlineData("JWT")]
    [InlineData("rt+jwt")]
    [InlineData("")]
    [InlineData(null)]
    public async Task A_token_of_another_type_is_refused(string? type) => (await ReadAsync(Sign(Header(type: type), Payload()))).ShouldBeNull();

    [Theory]
    [InlineData("iss", "\"somebody-else\"")]
    [InlineData("iss", null)]
    [InlineData("aud", "\"another-api\"")]
    [InlineData("aud", "[]")]
    [InlineData("aud", null)]
    [InlineData("exp", null)]
    [InlineData("exp", "\"tomorrow\"")]
    [InlineData("exp", "0")]
    [InlineData("exp", "-1")]
    [InlineData("nbf", "99999999999")]
    [InlineData("user_id", null)]
    [InlineData("user_id", "\"\"")]
    [InlineData("user_id", "\"somebody\"")]
    [InlineData("user_id", "\"99999999999999999999\"")]
    [InlineData("user_id", "{}")]
    [InlineData("session_id", null)]
    [InlineData("session_id", "\"0193b3f0111172228333444455556666\"")]
    [InlineData("session_id", "\"{0193b3f0-1111-7222-8333-444455556666}\"")]
    [InlineData("session_id", "[\"0193b3f0-1111-7222-8333-444455556666\", \"0193b3f0-1111-7222-8333-444455556667\"]")]
    public async Task A_well_signed_token_with_a_wrong_or_missing_claim_is_refused(string claim, string? json)
    {
        var payload = Payload();
        payload.Remove(claim);
        if (json is not null)
        {
            payload[claim] = JsonNode.Parse(json);
        }

        (await ReadAsync(Sign(Header(), payload))).ShouldBeNull();
    }

    [Fact]
    public async Task A_token_with_any_changed_character_is_refused()
    {
        var token = Tokens.Issue(User, Session, Role.User).Reveal();
        for (var i = 0; i < token.Length; i++)
        {
            // The last character of each part has bits that mean nothing; changing the first bit never is one of those.
            var changed = token[i] == '.' ? 'A' : FlipFirstBit(token[i]);
            (await ReadAsync(token[..i] + changed + token[(i + 1)..])).ShouldBeNull($"at {i}");
        }
    }

    [Fact]
    public async Task Another_payload_under_a_good_signature_is_refused()
    {
        var payload = Payload();
        payload["user_id"] = "1";
        payload["role"] = "admin";
        var parts = Tokens.Issue(User, Session, Role.User).Reveal().Split('.');

        (await ReadAsync($"{parts[0]}.{Encode(payload)}.{parts[2]}")).ShouldBeNull();
        (await ReadAsync($"{parts[0]}.{parts[1]}.")).ShouldBeNull();
        (await ReadAsync($"{parts[0]}.{parts[1]}")).ShouldBeNull();
    }

    [Fact]
    public async Task A_huge_token_is_refused_although_it_is_signed_well()
    {
        var payload = Payload();
        payload["padding"] = new string('x', 1_000_000);

        (await ReadAsync(Sign(Header(), payload))).ShouldBeNull();
        (await ReadAsync(new string('.', 1_000_000))).ShouldBeNull();
        (await ReadAsync(new string('.', 4096))).ShouldBeNull();
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("....")]
    [InlineData("a.b.c")]
    [InlineData("a.b.c.d.e")]
    [InlineData("bm90.anNvbg.YXQgYWxs")]
    [InlineData("\0")]
    [InlineData("Bearer x")]
    [InlineData("\ud83d\ude00.\ud83d\ude00.\ud83d\ude00")]
    public async Task What_is_no_token_is_refused_without_an_exception(string text) => (await ReadAsync(text)).ShouldBeNull();

    [Theory]
    [InlineData("deadbeef")]
    [InlineData("")]
    [InlineData(null)]
    public async Task A_token_with_an_unknown_key_name_is_refused_although_a_known_key_signed_it(string? kid) =>
        (await ReadAsync(Sign(Header(kid: kid), Payload()))).ShouldBeNull();

    [Fact]
    public async Task A_token_under_the_name_of_another_key_is_refused()
    {
        var named = Sign(Header(kid: Keys.Second.Id), Payload());

        (await new JwtAccessTokens(Keys.Rotated, _clock).ReadAsync(new Secret(named))).ShouldBeNull();
    }

    [Fact]
    public async Task Tokens_of_the_previous_key_are_accepted_while_it_is_configured_and_not_after()
    {
        var old = Tokens.Issue(User, Session, Role.User);
        var rotated = new JwtAccessTokens(Keys.Rotated, _clock);
        var fresh = rotated.Issue(User, Session, Role.User);

        Decode(fresh.Reveal()).Header["kid"]!.GetValue<string>().ShouldBe(Keys.Second.Id);
        (await rotated.ReadAsync(old)).ShouldBe(Owner);
        (await rotated.ReadAsync(fresh)).ShouldBe(Owner);
        (await new JwtAccessTokens(Keys.RotatedLongAgo, _clock).ReadAsync(old)).ShouldBeNull();
        (await Tokens.ReadAsync(fresh)).ShouldBeNull();
    }

    [Fact]
    public async Task A_refresh_token_is_no_access_token()
    {
        var refresh = new HmacRefreshTokens(Keys.Ring).Issue(new RefreshTokenContent(User, Session, 1));

        (await Tokens.ReadAsync(refresh)).ShouldBeNull();
        (await ReadAsync(Sign(Header(), Payload(), Keys.First.RefreshToken))).ShouldBeNull();
    }

    private Task<AccessTokenOwner?> ReadAsync(string token) => Tokens.ReadAsync(new Secret(token));

    private static JsonObject Header(string alg = "HS256", string? type = "at+jwt", string? kid = "the right one")
    {
        var header = new JsonObject { ["alg"] = alg };
        if (type is not null)
        {
            header["typ"] = type;
        }

        if (kid is not null)
        {
            header["kid"] = kid == "the right one" ? Keys.First.Id : kid;
        }

        return header;
    }

    private JsonObject Payload() => new()
    {
        ["user_id"] = "42",
        ["session_id"] = "0193b3f0-1111-7222-8333-444455556666",
        ["role"] = "user",
        ["iss"] = "trackmania-backend",
        ["aud"] = "trackmania-backend-api",
        ["iat"] = _clock.GetUtcNow().ToUnixTimeSeconds(),
        ["exp"] = _clock.GetUtcNow().AddMinutes(5).ToUnixTimeSeconds(),
    };

    private static string Sign(JsonObject header, JsonObject payload, byte[]? key = null)
    {
        var input = Encode(header) + "." + Encode(payload);
        return $"{input}.{Base64Url.EncodeToString(HMACSHA256.HashData(key ?? Keys.First.AccessToken, Encoding.ASCII.GetBytes(input)))}";
    }

    private static string Encode(JsonObject part) => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(part));

    private static (JsonObject Header, JsonObject Payload) Decode(string token)
    {
        var parts = token.Split('.');
        return (JsonNode.Parse(Base64Url.DecodeFromChars(parts[0]))!.AsObject(), JsonNode.Parse(Base64Url.DecodeFromChars(parts[1]))!.AsObject());
    }

    private static char FlipFirstBit(char c)
    {
        const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        return Alphabet[Alphabet.IndexOf(c, StringComparison.Ordinal) ^ 32];
    }
}
