namespace Backend.WebApi.Http;

/// <summary>Durations as headers have them, which know no fractions.</summary>
internal static class WholeSeconds
{
    /// <summary>Rounded up, so that nobody comes too early, and at least one.</summary>
    public static int From(TimeSpan duration) => Math.Max(1, (int)Math.Ceiling(duration.TotalSeconds));
}
