using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.Common;
using Backend.Domain.Sessions;
using Backend.Infrastructure.Security;
using Backend.Unit.Support;
using CsCheck;

namespace Backend.Unit.Security;

public sealed class HmacRefreshTokensTests
{
    private static readonly SigningKeys Keys = new(new Secret("first secret of at least 32 bytes length"));
    private static readonly SigningKeys OtherKeys = new(new Secret("other secret of at least 32 bytes length"));
    private static readonly RefreshTokenContent Content = new(Make.UserId, Make.SessionId, 5);

    private readonly HmacRefreshTokens _tokens = new(new SigningKeyRing(Keys, Previous: null));

    [Fact]
    public void What_was_issued_can_be_read() =>
        Gen.Select(Gen.Long, Gen.Guid, Gen.Long).Sample((user, session, counter) =>
        {
            var content = new RefreshTokenContent(new UserId(user), new SessionId(session), counter);
            var token = _tokens.Issue(content);

            _tokens.Read(token).ShouldBe(content);
            _tokens.Issue(content).Reveal().ShouldBe(token.Reveal());
            token.Reveal().Length.ShouldBe(86);
            token.Reveal().ShouldAllBe(c => char.IsAsciiLetterOrDigit(c) || c == '-' || c == '_');
        });

    [Fact]
    public void The_parts_of_the_content_cannot_be_shifted_into_one_another() =>
        new[]
        {
            Content,
            Content with { Counter = 6 },
            Content with { UserId = new UserId(8) },
            Content with { SessionId = new SessionId(Make.SomeId) },
            Content with { UserId = new UserId(5), Counter = 7 },
        }.Select(c => _tokens.Issue(c).Reveal()).ShouldBeUnique();

    [Fact]
    public void Every_single_flipped_bit_is_noticed()
    {
        var bytes = Base64Url.DecodeFromChars(Text());
        bytes.Length.ShouldBe(64);
        for (var bit = 0; bit < bytes.Length * 8; bit++)
        {
            var altered = (byte[])bytes.Clone();
            altered[bit / 8] ^= (byte)(1 << (bit % 8));

            _tokens.Read(new Secret(Base64Url.EncodeToString(altered))).ShouldBeNull($"bit {bit}");
        }
    }

    [Fact]
    public void A_token_has_exactly_one_spelling()
    {
        const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        var text = Text();

        // 512 bits in 86 characters leave four bits of the last character unused: 15 other last characters must not do.
        var accepted = Alphabet.Where(last => _tokens.Read(new Secret(text[..^1] + last)) is not null);

        accepted.ShouldBe([text[^1]]);
    }

    [Fact]
    public void Other_spellings_and_lengths_are_refused()
    {
        var text = Text();
        string[] others =
        [
            "", " ", text + "=", text + "==", text + "A", text[..^1], text[1..], " " + text, text + " ", text + "\n", text[..40] + "\n" + text[40..], text[..40] + " " + text[41..],
            text[..^2] + "==", text.Replace('-', '+').Replace('_', '/') + "==", text.ToUpperInvariant(), new string('A', 86), new string('=', 86), new string(' ', 86), new string('ü', 86),
            new string('\0', 86), text + text, new string('A', 1_000_000),
        ];

        foreach (var other in others.Where(o => o != text))
        {
            _tokens.Read(new Secret(other)).ShouldBeNull(other[..Math.Min(other.Length, 100)]);
        }
    }

    [Fact]
    public void No_text_whatever_breaks_it() =>
        Gen.OneOf(Gen.String, Gen.String[86, 86], Gen.String[Gen.Char["AZaz09-_=+/ \n"], 86, 86]).Sample(text => _tokens.Read(new Secret(text)).ShouldBeNull());

    [Fact]
    public void The_previous_key_is_accepted_while_it_is_configured_and_signs_nothing()
    {
        var old = _tokens.Issue(Content);
        var rolled = new HmacRefreshTokens(new SigningKeyRing(OtherKeys, Keys));
        var later = new HmacRefreshTokens(new SigningKeyRing(OtherKeys, Previous: null));

        rolled.Read(old).ShouldBe(Content);
        later.Read(old).ShouldBeNull();
        later.Read(rolled.Issue(Content)).ShouldBe(Content);
        _tokens.Read(rolled.Issue(Content)).ShouldBeNull();
    }

    [Fact]
    public void Keys_of_another_purpose_sign_no_refresh_token()
    {
        var content = Base64Url.DecodeFromChars(Text())[..32];
        byte[][] wrong = [Keys.AccessToken, HKDF.DeriveKey(HashAlgorithmName.SHA256, Keys.AccessToken, 32, info: Encoding.UTF8.GetBytes("another purpose")), new byte[32], []];

        foreach (var key in wrong)
        {
            _tokens.Read(Forge(content, key)).ShouldBeNull();
        }

        _tokens.Read(Forge(content, Keys.RefreshToken)).ShouldBe(Content);
    }

    private static Secret Forge(byte[] content, byte[] key) => new(Base64Url.EncodeToString([.. content, .. HMACSHA256.HashData(key, content)]));

    private string Text() => _tokens.Issue(Content).Reveal();
}
