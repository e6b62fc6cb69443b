using System.Globalization;
using System.Text;

namespace Backend.Domain.Tracks;

/// <summary>Names of maps, players and zones as plain text. The game lets codes for colours, styles and links stand in them, and anybody may write anything.</summary>
public static class TrackmaniaText
{
    /// <summary>Longer text is cut; in text elements, which people take for letters.</summary>
    public const int MaxLength = 100;

    /// <summary>Real names have one or two; whole towers of them are drawn over the neighbouring lines.</summary>
    private const int MaxMarksInARow = 4;

    private const string Cut = "…";

    /// <summary>
    /// One line without the game's codes (<c>$f80</c>, <c>$o</c>, <c>$l[…]</c>; <c>$$</c> is a dollar sign), without control
    /// characters and without anything invisible that could turn or hide its neighbours. White space is one space each,
    /// none at the ends.
    /// </summary>
    /// <param name="fallback">Taken as it is when nothing is left.</param>
    public static string Strip(string? text, string fallback)
    {
        // What is invisible goes first, or it could part a code that shows again afterwards.
        var plain = Shorten(WithoutCodes(Visible(text ?? "")).Trim());
        return plain.Length > 0 ? plain : fallback;
    }

    private static string Visible(string text)
    {
        var visible = new StringBuilder(text.Length);
        var marks = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            var category = Rune.GetUnicodeCategory(rune);
            var isMark = category is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark;
            marks = isMark ? marks + 1 : 0;
            if (Rune.IsWhiteSpace(rune) || IsBlank(rune.Value))
            {
                visible.Append(' ');
            }
            else if (!IsUnwanted(category) && rune != Rune.ReplacementChar && marks <= MaxMarksInARow)
            {
                visible.Append(rune);
            }
        }

        return visible.ToString();
    }

    /// <summary>Formats turn the direction or have no width; what is for private use are the icons of the game's own font.</summary>
    private static bool IsUnwanted(UnicodeCategory category) =>
        category is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.PrivateUse or UnicodeCategory.Surrogate;

    /// <summary>Letters and symbols by their category, and yet nothing is seen of them.</summary>
    private static bool IsBlank(int rune) => rune is 0x115F or 0x1160 or 0x2800 or 0x3164 or 0xFFA0;

    private static string WithoutCodes(string text)
    {
        var plain = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length;)
        {
            var end = EndOfCode(text, i);
            if (end > i)
            {
                // Twice the sign stands for the sign.
                plain.Append(text[i + 1] == '$' ? "$" : "");
                i = end;
            }
            else if (text[i] != ' ' || (plain.Length > 0 && plain[^1] != ' '))
            {
                plain.Append(text[i++]);
            }
            else
            {
                i++;
            }
        }

        return plain.ToString();
    }

    /// <returns><paramref name="start"/> when no code begins there.</returns>
    private static int EndOfCode(string text, int start)
    {
        if (text[start] != '$' || start + 1 == text.Length)
        {
            return start;
        }

        var code = text[start + 1];
        var end = start + 2;
        if (char.IsAsciiHexDigit(code))
        {
            // The game takes fewer than three digits for a colour, too, as they are left where a name was cut.
            while (end < text.Length && end < start + 4 && char.IsAsciiHexDigit(text[end]))
            {
                end++;
            }

            return end;
        }

        if (code is 'l' or 'L' or 'h' or 'H' or 'p' or 'P')
        {
            var close = end < text.Length && text[end] == '[' ? text.IndexOf(']', end) : -1;
            return close < 0 ? end : close + 1;
        }

        return char.IsAsciiLetter(code) || code is '$' or '<' or '>' ? end : start;
    }

    private static string Shorten(string text)
    {
        var end = 0;
        var beforeLast = 0;
        for (var elements = 0; end < text.Length; elements++)
        {
            if (elements == MaxLength)
            {
                return text[..beforeLast].TrimEnd() + Cut;
            }

            beforeLast = end;
            end += StringInfo.GetNextTextElementLength(text, end);
        }

        return text;
    }
}
