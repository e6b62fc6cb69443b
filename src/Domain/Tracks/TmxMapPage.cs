using System.Globalization;

namespace Backend.Domain.Tracks;

/// <summary>Where Trackmania Exchange shows a map.</summary>
public static class TmxMapPage
{
    /// <param name="tmxId">The site's own number.</param>
    public static Uri Of(long tmxId) => new(string.Create(CultureInfo.InvariantCulture, $"https://trackmania.exchange/mapshow/{tmxId}"));
}
