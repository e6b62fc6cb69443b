using System.Diagnostics.CodeAnalysis;

namespace Backend.Domain.Alerts;

/// <summary>The words for an alert's properties, as clients and stores know them.</summary>
public static class AlertWords
{
    public static IReadOnlyList<string> Modes { get; } = ["accurate", "inaccurate"];

    public static IReadOnlyList<string> Filters { get; } = ["top5", "wr", "all"];

    public static IReadOnlyList<string> CountStates { get; } = ["counting", "counted", "failed"];

    public static string ToWord(this AlertMode mode) => Modes[(int)mode];

    public static string ToWord(this RecordFilter filter) => Filters[(int)filter];

    public static string ToWord(this MapCountState state) => CountStates[(int)state];

    /// <summary>In any case, with white space around it.</summary>
    public static bool TryReadMode([NotNullWhen(true)] string? word, out AlertMode mode) => TryRead(Modes, word, out mode);

    /// <inheritdoc cref="TryReadMode"/>
    public static bool TryReadFilter([NotNullWhen(true)] string? word, out RecordFilter filter) => TryRead(Filters, word, out filter);

    /// <inheritdoc cref="TryReadMode"/>
    public static bool TryReadCountState([NotNullWhen(true)] string? word, out MapCountState state) => TryRead(CountStates, word, out state);

    private static bool TryRead<T>(IReadOnlyList<string> words, string? word, out T value)
        where T : struct, Enum
    {
        var trimmed = word?.Trim();
        for (var i = 0; i < words.Count; i++)
        {
            if (words[i].Equals(trimmed, StringComparison.OrdinalIgnoreCase))
            {
                value = (T)Enum.ToObject(typeof(T), i);
                return true;
            }
        }

        value = default;
        return false;
    }
}
