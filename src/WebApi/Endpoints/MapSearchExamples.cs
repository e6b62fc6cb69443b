namespace Backend.WebApi.Endpoints;

/// <summary>One search from its submission to its results, in both shapes.</summary>
internal static class MapSearchExamples
{
    public const string BadPeriod = "The period must be one of 1d, 1w, 1m.";
    public const int Unfinished = 5;

    private const string Id = "3f2504e0-4f89-41d3-9a0c-0305e82c3301";
    private const string Mapper = "Demo Mapper";
    private const string Period = "1w";
    private const string MapName = "Spring Sprint";

    private static readonly DateTimeOffset s_submitted = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private static readonly LeaderboardEntryResponse s_entry = new(
        "5b4d42f4-c2de-407d-b367-cbff3fe817bc",
        "301e1b69-7e13-11e8-8060-e284abfd2bc4",
        "Germany",
        Position: 1,
        Score: 48_123,
        s_submitted.AddDays(-2).ToUnixTimeSeconds(),
        "Grace");

    public static SubmitMapSearchBody Submission { get; } = new(Mapper, Period);

    public static MapSearchResponse Waiting { get; } =
        Search("pending", new ProgressResponse("queued", MapsDone: 0, MapsTotal: null, MapsFailed: 0, RecordsFound: 0, Attempt: 1, SecondsLeft: null, QueuePlace: null), TimeSpan.Zero);

    public static MapSearchResponse Running { get; } = Search("processing", Halfway(), TimeSpan.FromSeconds(6));

    public static MapSearchResponse Cancelled { get; } = Search("cancelled", Halfway() with { Phase = "finished", SecondsLeft = null }, TimeSpan.FromSeconds(7));

    public static MapSearchListResponse Searches { get; } = new([Running]);

    public static MapSearchResultsResponse Results { get; } = new(
        "processing",
        Next: 11,
        Complete: false,
        new MapResultResponse[]
        {
            new(Index: 3, MapId: 186_245, "Vu5ZyBnEJ9tYdUBxz7m8qPc2dSk", MapName, Error: null, [s_entry]),
            new(Index: 8, MapId: 180_002, MapUid: null, "Never uploaded", "The map has no leaderboard.", []),
        }.ToAsyncEnumerable());

    public static LegacySubmittedResponse CompatibleSubmitted { get; } =
        new(Id, "pending", "The search was started. Ask for its status until it is completed.", "about half a second per map");

    public static LegacyStatusResponse CompatibleStatus { get; } = new(
        Id,
        "completed",
        Mapper,
        Period,
        s_submitted.ToUnixTimeMilliseconds(),
        s_submitted.AddSeconds(13).ToUnixTimeMilliseconds(),
        new ProgressResponse("finished", MapsDone: 24, MapsTotal: 24, MapsFailed: 1, RecordsFound: 1, Attempt: 1, SecondsLeft: null, QueuePlace: null),
        new LegacyMapResult[] { new(186_245, MapName, [s_entry]) }.ToAsyncEnumerable(),
        new LegacyFailedMap[] { new(180_002, "Never uploaded", "The map has no leaderboard.") }.ToAsyncEnumerable(),
        Error: null);

    private static ProgressResponse Halfway() =>
        new("reading-leaderboards", MapsDone: 12, MapsTotal: 24, MapsFailed: 1, RecordsFound: 1, Attempt: 1, SecondsLeft: 6, QueuePlace: null);

    private static MapSearchResponse Search(string status, ProgressResponse progress, TimeSpan age) =>
        new(Id, Mapper, Period, status, s_submitted, s_submitted + age, progress, $"/api/v1/map-searches/{Id}/results", Error: null);
}
