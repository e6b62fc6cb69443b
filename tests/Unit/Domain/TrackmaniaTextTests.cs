using System.Globalization;
using System.Text;
using Backend.Domain.Tracks;
using CsCheck;

namespace Backend.Unit.Domain;

public sealed class TrackmaniaTextTests
{
    [Theory]
    [InlineData("Summer 2026 - 01", "Summer 2026 - 01")]
    [InlineData("$f00Red$FFF White", "Red White")]
    [InlineData("$F0fa", "a")]
    [InlineData("$o$I$w$N$t$S$g$Z$mx$u", "x")]
    [InlineData("$l[https://example.org]Click$l me", "Click me")]
    [InlineData("$h[maniaplanet]Go$h", "Go")]
    [InlineData("$p[x]Go$P", "Go")]
    [InlineData("$L[https://example.org", "[https://example.org")]
    [InlineData("$lhttps://example.org$l", "https://example.org")]
    [InlineData("$<$f00in$>out", "inout")]
    [InlineData("100$$", "100$")]
    [InlineData("$$f00x", "$f00x")]
    [InlineData("$$$f00x", "$x")]
    [InlineData("cut $f", "cut")]
    [InlineData("cut $f0", "cut")]
    [InlineData("5$", "5$")]
    [InlineData("5$ each", "5$ each")]
    [InlineData("$é", "$é")]
    [InlineData("a $f00 b", "a b")]
    public void Codes_of_the_game_are_left_out(string text, string expected) => TrackmaniaText.Strip(text, "?").ShouldBe(expected);

    [Theory]
    [InlineData("a\r\nSubject: b", "a Subject: b")]
    [InlineData(" a\t \u00A0b\u2028c\u2029 ", "a b c")]
    [InlineData("a\u0000\u0007\u001Bb\u007F\u0085c", "ab c")]
    [InlineData("a\u202Etxt.exe\u202C\u2066\u2069\u200E\u200F\u061C", "atxt.exe")]
    [InlineData("z\u200B\u200C\u200D\u2060\uFEFF\u00ADw", "zw")]
    [InlineData("$\u200Bf00x", "x")]
    [InlineData("\u3164\u2800", "?")]
    [InlineData("\uE123icon", "icon")]
    [InlineData("half \uD83D pair", "half pair")]
    [InlineData("Zoé スピード 🏁", "Zoé スピード 🏁")]
    public void What_could_turn_break_or_hide_a_line_is_left_out(string text, string expected) => TrackmaniaText.Strip(text, "?").ShouldBe(expected);

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" \t ")]
    [InlineData("$f00$o")]
    [InlineData("\u202E\u200B")]
    public void When_nothing_is_left_the_caller_decides(string? text) => TrackmaniaText.Strip(text, "unnamed map").ShouldBe("unnamed map");

    [Fact]
    public void Long_text_is_cut_between_letters()
    {
        var letter = "é🏁";

        TrackmaniaText.Strip(string.Concat(Enumerable.Repeat(letter, 50)), "?").ShouldBe(string.Concat(Enumerable.Repeat(letter, 50)));

        var cut = TrackmaniaText.Strip(string.Concat(Enumerable.Repeat(letter, 51)), "?");
        cut.ShouldBe(string.Concat(Enumerable.Repeat(letter, 49)) + "é…");
        new StringInfo(cut).LengthInTextElements.ShouldBe(TrackmaniaText.MaxLength);
    }

    [Fact]
    public void A_tower_of_marks_is_taken_down() =>
        TrackmaniaText.Strip("Z" + new string('\u0301', 500) + "algo", "?").ShouldBe("Z\u0301\u0301\u0301\u0301algo");

    [Fact]
    public void Whatever_comes_in_one_short_line_comes_out() => Gen.String[Gen.Char, 0, 400].Sample(text =>
    {
        var plain = TrackmaniaText.Strip(text, "?");
        plain.Length.ShouldBeGreaterThan(0);
        plain.ShouldBe(plain.Trim());
        plain.ShouldNotContain("  ");
        plain.EnumerateRunes().ShouldAllBe(rune => !Rune.IsControl(rune) && Rune.GetUnicodeCategory(rune) != UnicodeCategory.Format);
        new StringInfo(plain).LengthInTextElements.ShouldBeLessThanOrEqualTo(TrackmaniaText.MaxLength);
    });
}
