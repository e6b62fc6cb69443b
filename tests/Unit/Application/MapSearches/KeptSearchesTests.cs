using Backend.Application.MapSearches;
using Backend.Domain.MapSearches;
using Backend.Infrastructure.InMemory;
using Backend.Unit.Support;

namespace Backend.Unit.Application.MapSearches;

/// <summary>How much of finished searches stays in memory.</summary>
public sealed class KeptSearchesTests
{
    [Fact]
    public async Task Of_finished_searches_with_too_many_records_the_newest_stay()
    {
        var time = Make.Clock();
        var jobs = new InMemoryMapSearchJobStore(new MapSearchOptions(), time);
        var ids = new List<MapSearchId>();
        for (var number = 1; number <= 4; number++)
        {
            var job = new MapSearchJob(Make.UserId, new MapSearchId(new Guid(number, 0, 0, new byte[8])), "Mapper", SearchPeriod.Day, time.GetUtcNow());
            ids.Add(job.Id);
            await jobs.TryAddAsync(job, 5, CancellationToken.None);
            var fence = (await jobs.TryClaimAsync(job.Key, CancellationToken.None))!.Fence;
            await jobs.TryStartReadingAsync(job.Key, fence, 1, CancellationToken.None);
            var entries = Enumerable.Repeat(Make.Entry(1, Make.Start), (int)InMemoryMapSearchJobStore.MaxRecordsPerUser / 2).ToList();
            await jobs.TryAppendAsync(job.Key, fence, Make.Row(0) with { Entries = entries }, CancellationToken.None);
            await jobs.TryCompleteAsync(job.Key, fence, CancellationToken.None);
            time.Advance(TimeSpan.FromMinutes(1));
        }

        await jobs.TryAddAsync(Make.Job() with { CreatedAt = time.GetUtcNow() }, 5, CancellationToken.None);

        (await jobs.ListAsync(Make.UserId, 10, CancellationToken.None)).Select(j => j.Id).Skip(1).ShouldBe([ids[3], ids[2]]);
    }
}
