namespace Backend.Integration.Support;

/// <summary>Looks, and looks again until it holds or the deadline has passed; then says what was seen last.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    public static async Task<T> GetAsync<T>(Func<Task<T>> look, Func<T, bool> holds, TimeSpan? deadline = null, CancellationToken cancellationToken = default)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var seen = await look();
            if (holds(seen))
            {
                return seen;
            }

            if (TimeProvider.System.GetElapsedTime(started) > (deadline ?? Deadline))
            {
                throw new TimeoutException($"Not within {deadline ?? Deadline}; last seen: {seen}");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, cancellationToken);
        }
    }
}
