using System.Buffers.Text;
using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.Common;
using Backend.Domain.Sessions;
using Backend.Infrastructure.Security;
using CsCheck;

namespace Backend.Unit.Security;

public sealed class HmacRefreshTokensTests
{
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

    private static readonly RefreshTokenContent Content = new(new UserId(42), new SessionId(Guid.Parse("0193b3f0-1111-7222-8333-444455556666")), 7);

    private static readonly Gen<RefreshTokenContent> Few = Gen.Select(Gen.Int[0, 2], Gen.Int[0, 2], Gen.Int[0, 2])
        .Select((user, session, counter) => new RefreshTokenContent(new UserId(user), new SessionId(new Guid(session, 0, 0, new byte[8])), counter));

    private readonly HmacRefreshTokens _tokens = new(Keys.Ring);

    [Fact]
    public void What_is_issued_reads_back_the_same() =>
        Gen.Select(Gen.Long, Gen.Guid, Gen.Long)
            .Select((user, session, counter) => new RefreshTokenContent(new UserId(user), new SessionId(session), counter))
            .Sample(content => _tokens.Read(_tokens.Issue(content)).ShouldBe(content));

    [Fact]
    public void The_same_content_gives_the_same_token_and_other_content_another() =>
        Gen.Select(Few, Few).Sample((a, b) => (_tokens.Issue(a).Reveal() == _tokens.Issue(b).Reveal()).ShouldBe(a == b));

    /// <summary>Clients hold tokens across releases, so the layout is fixed: it is written down here byte by byte.</summary>
    [Fact]
    public void A_token_is_the_numbers_in_network_order_and_then_the_signature()
    {
        var bytes = Base64Url.DecodeFromChars(_tokens.Issue(Content).Reveal());

        bytes.Length.ShouldBe(64);
        Convert.ToHexStringLower(bytes[..32]).ShouldBe("000000000000002a" + "0193b3f0111172228333444455556666" + "0000000000000007");
    }

    [Fact]
    public void A_token_with_any_single_bit_flipped_is_refused()
    {
        var bytes = Base64Url.DecodeFromChars(_tokens.Issue(Content).Reveal());
        for (var bit = 0; bit < bytes.Length * 8; bit++)
        {
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            _tokens.Read(new Secret(Base64Url.EncodeToString(bytes))).ShouldBeNull($"bit {bit}");
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
        }

        _tokens.Read(new Secret(Base64Url.EncodeToString(bytes))).ShouldBe(Content);
    }

    [Fact]
    public void A_token_with_any_character_replaced_is_refused()
    {
        var text = _tokens.Issue(Content).Reveal();
        for (var i = 0; i < text.Length; i++)
        {
            foreach (var c in Alphabet.Where(c => c != text[i]))
            {
                _tokens.Read(new Secret(text[..i] + c + text[(i + 1)..])).ShouldBeNull($"{c} at {i}");
            }
        }
    }

    /// <summary>One token has one spelling: whoever compares or revokes by text must not be fooled by a second.</summary>
    [Fact]
    public void The_same_bytes_in_another_spelling_are_refused()
    {
        var text = _tokens.Issue(Content).Reveal();
        var last = Alphabet.IndexOf(text[^1], StringComparison.Ordinal);
        (last & 15).ShouldBe(0, "the last four bits of 86 characters mean nothing");
        string[] spellings =
        [
            .. Enumerable.Range(1, 15).Select(unused => text[..^1] + Alphabet[last | unused]),
            text + "=", text + "==", text + "%3D%3D", text[..^1] + "=",
            " " + text, text + " ", text + "\n", text + "\0", text[..40] + " " + text[40..], text[..40] + "\r\n" + text[40..], text[..40] + "\t" + text[40..],
            text[..40] + " " + text[41..], " " + text[1..], text[..^1] + " ",
        ];
        foreach (var spelling in spellings)
        {
            _tokens.Read(new Secret(spelling)).ShouldBeNull(spelling);
        }
    }

    [Fact]
    public void The_standard_alphabet_is_another_spelling_too()
    {
        var token = Enumerable.Range(0, 1000)
            .Select(i => _tokens.Issue(Content with { Counter = i }).Reveal())
            .First(t => t.Contains('-', StringComparison.Ordinal) && t.Contains('_', StringComparison.Ordinal));

        _tokens.Read(new Secret(token.Replace('-', '+'))).ShouldBeNull();
        _tokens.Read(new Secret(token.Replace('_', '/'))).ShouldBeNull();
    }

    [Fact]
    public void A_token_of_the_wrong_length_is_refused()
    {
        var text = _tokens.Issue(Content).Reveal();
        foreach (var length in Enumerable.Range(0, text.Length))
        {
            _tokens.Read(new Secret(text[..length])).ShouldBeNull();
        }

        _tokens.Read(new Secret(text + "A")).ShouldBeNull();
        _tokens.Read(new Secret(text + text)).ShouldBeNull();
        _tokens.Read(new Secret(new string('A', 1_000_000))).ShouldBeNull();
    }

    [Fact]
    public void No_text_makes_reading_throw() =>
        Gen.OneOf(Gen.String, Gen.Char.Array[86].Select(c => new string(c)), Gen.Char[Alphabet].Array[86].Select(c => new string(c)))
            .Sample(text => _tokens.Read(new Secret(text)).ShouldBeNull());

    [Fact]
    public void Tokens_of_the_previous_key_are_accepted_while_it_is_configured_and_not_after()
    {
        var old = _tokens.Issue(Content);
        var rotated = new HmacRefreshTokens(Keys.Rotated);
        var fresh = rotated.Issue(Content);

        rotated.Read(old).ShouldBe(Content);
        rotated.Read(fresh).ShouldBe(Content);
        new HmacRefreshTokens(Keys.RotatedLongAgo).Read(old).ShouldBeNull();
        _tokens.Read(fresh).ShouldBeNull();
    }

    [Fact]
    public void The_key_is_not_the_one_that_signs_access_tokens()
    {
        Keys.First.RefreshToken.ShouldNotBe(Keys.First.AccessToken);
        Keys.First.RefreshToken.Length.ShouldBe(32);
        Keys.First.RefreshToken.ShouldNotBe(Keys.Second.RefreshToken);
    }
}
