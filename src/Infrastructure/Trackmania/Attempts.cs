namespace Backend.Infrastructure.Trackmania;

/// <summary>What a request remembers of its attempts: the pipeline sends one and the same message again.</summary>
internal static class Attempts
{
    private static readonly HttpRequestOptionsKey<int> s_count = new("upstream.attempts");
    private static readonly HttpRequestOptionsKey<DateTimeOffset> s_lastAt = new("upstream.last-attempt");

    public static void Begin(HttpRequestMessage request, DateTimeOffset now)
    {
        request.Options.Set(s_count, Count(request) + 1);
        request.Options.Set(s_lastAt, now);
    }

    public static int Count(HttpRequestMessage request) => request.Options.TryGetValue(s_count, out var count) ? count : 0;

    /// <summary>When the latest attempt got its slot.</summary>
    public static DateTimeOffset LastAt(HttpRequestMessage request) => request.Options.TryGetValue(s_lastAt, out var at) ? at : default;
}
