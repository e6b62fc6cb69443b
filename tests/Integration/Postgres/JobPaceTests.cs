using System.Globalization;
using Backend.Application.Common.Messaging;
using Backend.Application.MapSearches;
using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.Common;
using Backend.Domain.MapSearches;
using Backend.Integration.Support;
using MediatR;
using Microsoft.Extensions.DependencyInjection;

namespace Backend.Integration.Postgres;

/// <summary>
/// How fast the queue is when the searches themselves cost nothing, on a server that has on its disk what it has
/// confirmed. The long form measures on an otherwise idle machine and holds the figures to their aims.
/// </summary>
[Collection(nameof(Undisturbed))]
public sealed class JobPaceTests(ITestOutputHelper output) : IAsyncLifetime
{
    private static readonly bool s_long = Environment.GetEnvironmentVariable("BACKEND_TESTS_LONG") == "1";
    private static readonly Dictionary<string, string> s_manyJobs = new(StringComparer.Ordinal) { ["MapSearches:MaxUnfinishedPerUser"] = "1000" };

    private PostgresServer _server = null!;
    private TestDatabase _database = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await PostgresServer.StartAsync(new PostgresServerOptions { Durable = true });
        _database = await _server.Databases.CreateAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _database.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task A_search_is_claimed_by_another_instance_at_once()
    {
        var claims = new Claims();
        await using var worker = Start(services => services.AddSingleton(claims).AddSingleton<IRequestHandler<RunMapSearchCommand, Result<RunMapSearchResult>>, EmptyRun>());
        await using var submitter = Start(services => services.AddSingleton(claims).AddSingleton<IRequestHandler<RunMapSearchCommand, Result<RunMapSearchResult>>, EmptyRun>());
        await submitter.StopWorkerAsync();
        var (jobs, queue) = (submitter.Services.GetRequiredService<IMapSearchJobStore>(), submitter.Services.GetRequiredService<IMapSearchQueue>());
        var waits = new List<double>();

        for (var i = 0; i < (s_long ? 1_000 : 30); i++)
        {
            var job = NewJob(i);
            var claimed = claims.Of(job.Key);
            var submitted = TimeProvider.System.GetTimestamp();
            (await jobs.TryAddAsync(job, 1_000, CancellationToken.None)).ShouldBeTrue();
            await queue.EnqueueAsync(job.Key, CancellationToken.None);
            waits.Add(TimeProvider.System.GetElapsedTime(submitted, await claimed.WaitAsync(TimeSpan.FromSeconds(10))).TotalMilliseconds);
            await Task.Delay(TimeSpan.FromMilliseconds(5 + (i % 30)), TimeProvider.System);
        }

        var (median, p99) = (At(waits, 0.50), At(waits, 0.99));
        output.WriteLine($"submitted to claimed by another instance, {waits.Count} times: p50 {median:0.0} ms, p99 {p99:0.0} ms, max {waits.Max():0.0} ms");

        // Found by looking from time to time, it would take seconds.
        median.ShouldBeLessThan(s_long ? 5 : 500);
        p99.ShouldBeLessThan(s_long ? 20 : 2_000);
    }

    [Fact]
    public async Task Many_searches_are_done_each_once()
    {
        var count = s_long ? 20_000 : 500;
        var claims = new Claims();
        await using (var submitter = Start(services => services.AddSingleton(claims)))
        {
            await submitter.StopWorkerAsync();
            var jobs = submitter.Services.GetRequiredService<IMapSearchJobStore>();
            await Parallel.ForAsync(0, count, async (i, cancellationToken) => (await jobs.TryAddAsync(NewJob(i), 1_000, cancellationToken)).ShouldBeTrue());
        }

        var started = TimeProvider.System.GetTimestamp();
        await using var worker = Start(services => services.AddSingleton(claims).AddSingleton<IRequestHandler<RunMapSearchCommand, Result<RunMapSearchResult>>, EmptyRun>());
        var first = await Eventually.GetAsync(() => Task.FromResult(claims.Count), c => c > 0);
        var begun = TimeProvider.System.GetTimestamp();
        await Eventually.GetAsync(() => Task.FromResult(claims.Completed), c => c == count, TimeSpan.FromMinutes(5));
        var took = TimeProvider.System.GetElapsedTime(begun);

        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{count} empty searches: {(count - first) / took.TotalSeconds:0}/s"));
        claims.Count.ShouldBe(count);
        await using var left = _database.DataSource.CreateCommand("select count(*) from map_searches where state <> 'completed' or fence <> 1 or due_at is not null");
        (await left.ExecuteScalarAsync()).ShouldBe(0L);
        if (s_long)
        {
            ((count - first) / took.TotalSeconds).ShouldBeGreaterThan(1_500);
        }
    }

    private static double At(List<double> values, double share) => values.Order().ElementAt((int)Math.Ceiling(values.Count * share) - 1);

    private static MapSearchJob NewJob(int number) =>
        new(new UserId(1 + (number % 500)), new MapSearchId(Ids.Next()), "Nobody", SearchPeriod.Day, TimeProvider.System.GetUtcNow().ToWholeMilliseconds());

    private BackendHost Start(Action<IServiceCollection> services) => BackendHost.Start(
        HostProfile.Postgres, new Dictionary<string, string>(s_manyJobs, StringComparer.Ordinal) { ["NEON_DB_CONNECTION_STRING"] = _database.ConnectionString }, services: services);

    /// <summary>Who was claimed, when.</summary>
    private sealed class Claims
    {
        private readonly System.Collections.Concurrent.ConcurrentDictionary<MapSearchKey, TaskCompletionSource<long>> _moments = new();
        private int _count;
        private int _completed;

        public int Count => Volatile.Read(ref _count);

        public int Completed => Volatile.Read(ref _completed);

        public Task<long> Of(MapSearchKey key) => Moment(key).Task;

        public void Claimed(MapSearchKey key)
        {
            Interlocked.Increment(ref _count);
            Moment(key).TrySetResult(TimeProvider.System.GetTimestamp());
        }

        public void Complete() => Interlocked.Increment(ref _completed);

        private TaskCompletionSource<long> Moment(MapSearchKey key) => _moments.GetOrAdd(key, static _ => new(TaskCreationOptions.RunContinuationsAsynchronously));
    }

    /// <summary>A search of a mapper without maps, without asking anybody for them.</summary>
    private sealed class EmptyRun(IMapSearchJobStore jobs, Claims claims) : ICommandHandler<RunMapSearchCommand, RunMapSearchResult>
    {
        public async Task<Result<RunMapSearchResult>> Handle(RunMapSearchCommand command, CancellationToken cancellationToken)
        {
            if (await jobs.TryClaimAsync(command.Key, cancellationToken) is { } job)
            {
                claims.Claimed(job.Key);
                await jobs.TryStartReadingAsync(job.Key, job.Fence, 0, cancellationToken);
                (await jobs.TryCompleteAsync(job.Key, job.Fence, cancellationToken)).ShouldNotBeNull();
                claims.Complete();
            }

            return new RunMapSearchResult(ComeBackAfter: null);
        }
    }
}
