using System.Text;

namespace Backend.Domain.Accounts;

/// <summary>The form in which names and e-mail addresses are compared.</summary>
public static class TextKey
{
    /// <summary>In upper case, independent of any culture. Composition (NFC) needs tables that the runtime lacks under invariant globalization, so differently composed spellings are different texts.</summary>
    /// <param name="text">Well-formed text, see <see cref="IsWellFormed"/>.</param>
    public static string Of(string text) => text.Normalize(NormalizationForm.FormC).ToUpperInvariant();

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
