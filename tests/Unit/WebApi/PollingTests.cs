using Backend.Domain.Accounts;
using Backend.Domain.MapSearches;
using Backend.WebApi.Endpoints;
using Microsoft.AspNetCore.Http;

namespace Backend.Unit.WebApi;

public sealed class PollingTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("\"7\"", 7L)]
    [InlineData("W/\"7\"", 7L)]
    [InlineData("\"9223372036854775807\"", long.MaxValue)]
    [InlineData("", null)]
    [InlineData("*", null)]
    [InlineData("7", null)]
    [InlineData("\"\"", null)]
    [InlineData("\"seven\"", null)]
    [InlineData("\"+7\"", null)]
    [InlineData("\"07\"", null)]
    [InlineData("\"7.0\"", null)]
    [InlineData("\"9223372036854775808\"", null)]
    [InlineData("\"7\", \"8\"", null)]
    [InlineData("\"7", null)]
    public void Only_a_single_tag_of_ours_tells_a_known_version(string header, long? expected)
    {
        var request = new DefaultHttpContext().Request;
        request.Headers.IfNoneMatch = header;

        Polling.KnownVersion(request).ShouldBe(expected);
    }

    [Fact]
    public void What_an_answer_tags_is_known_again()
    {
        var job = Job().Claim(Now);
        var context = new DefaultHttpContext();
        Polling.Describe(context.Response, job);
        context.Request.Headers.IfNoneMatch = context.Response.Headers.ETag;

        Polling.KnownVersion(context.Request).ShouldBe(job.Version);
        context.Response.Headers.RetryAfter.ToString().ShouldBe("2");
    }

    [Fact]
    public void Nobody_is_asked_to_come_back_for_a_finished_search()
    {
        var context = new DefaultHttpContext();
        Polling.Describe(context.Response, Job().Cancel(Now));
        context.Response.Headers.RetryAfter.Count.ShouldBe(0);
    }

    [Fact]
    public void Every_state_has_a_name()
    {
        Enum.GetValues<MapSearchState>().Select(MapSearchResponse.NameOf).ShouldBe(["pending", "processing", "completed", "failed", "cancelled"]);
        Should.Throw<ArgumentOutOfRangeException>(() => MapSearchResponse.NameOf((MapSearchState)99));
    }

    [Fact]
    public void Every_phase_has_a_name()
    {
        var listing = Job().Claim(Now);
        var reading = listing.StartReading(0, Now);
        MapSearchJob[] jobs = [Job(), listing, reading, reading.Complete(Now)];
        jobs.Select(job => ProgressResponse.From(job, queuePlace: null).Phase).ShouldBe(["queued", "listing-maps", "reading-leaderboards", "finished"]);

        var name = typeof(ProgressResponse).GetMethod("NameOf", System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Static).ShouldNotBeNull();
        Enum.GetValues<MapSearchPhase>().Select(phase => name.Invoke(null, [phase]))
            .ShouldBe(["queued", "listing-maps", "reading-leaderboards", "resolving-names", "finished"]);
    }

    private static MapSearchJob Job() => new(new UserId(1), new MapSearchId(Guid.Empty), "mapper", SearchPeriod.Day, Now);
}
