using System.Diagnostics.CodeAnalysis;

namespace Backend.Domain.MapSearches;

/// <summary>How far back whoever asks for new records looks: a rolling window that ends when he asks, which for a map search is when it was submitted.</summary>
public sealed record SearchPeriod
{
    private SearchPeriod(string name, TimeSpan length)
    {
        Name = name;
        Length = length;
    }

    public static SearchPeriod Day { get; } = new("1d", TimeSpan.FromHours(24));

    public static SearchPeriod Week { get; } = new("1w", TimeSpan.FromDays(7));

    public static SearchPeriod Month { get; } = new("1m", TimeSpan.FromDays(30));

    public static IReadOnlyList<SearchPeriod> All { get; } = [Day, Week, Month];

    /// <summary>What clients write: <c>1d</c>, <c>1w</c> or <c>1m</c>.</summary>
    public string Name { get; }

    public TimeSpan Length { get; }

    /// <summary>When the window began that ends at <paramref name="end"/>. A record driven at that very moment is inside.</summary>
    public DateTimeOffset Before(DateTimeOffset end) => end - Length;

    public static bool TryParse(string? text, [NotNullWhen(true)] out SearchPeriod? period)
    {
        period = All.FirstOrDefault(p => p.Name == text);
        return period is not null;
    }

    public override string ToString() => Name;
}
