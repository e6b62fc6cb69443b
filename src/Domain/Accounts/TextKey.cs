using System.Text;

namespace Backend.Domain.Accounts;

/// <summary>The form in which names and e-mail addresses are compared.</summary>
public static class TextKey
{
    /// <summary>In upper case, independent of any culture. Differently composed spellings (NFC, NFD) are different texts: composing needs tables that the runtime lacks under invariant globalization.</summary>
    /// <param name="text">Well-formed text, see <see cref="IsWellFormed"/>.</param>
    public static string Of(string text) => text.ToUpperInvariant();

    /// <summary>No control characters and no half of a surrogate pair.</summary>
    public static bool IsWellFormed(string text)
    {
        foreach (var rune in text.EnumerateRunes())
        {
            // EnumerateRunes shows a lone surrogate as U+FFFD; a typed U+FFFD is no letter of a name either.
            if (Rune.IsControl(rune) || rune == Rune.ReplacementChar)
            {
                return false;
            }
        }

        return true;
    }
}
