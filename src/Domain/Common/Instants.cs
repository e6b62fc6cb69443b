namespace Backend.Domain.Common;

/// <summary>Instants are kept in UTC and in whole milliseconds everywhere, so that every store gives back what it was given.</summary>
public static class Instants
{
    public static DateTimeOffset ToWholeMilliseconds(this DateTimeOffset instant) =>
        new(instant.UtcTicks - (instant.UtcTicks % TimeSpan.TicksPerMillisecond), TimeSpan.Zero);
}
