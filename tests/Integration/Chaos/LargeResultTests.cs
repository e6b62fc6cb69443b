using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.Common;
using Backend.Domain.MapSearches;
using Backend.Domain.Tracks;
using Backend.Integration.Support;
using Backend.TrackmaniaSandbox;
using Microsoft.Extensions.DependencyInjection;

namespace Backend.Integration.Chaos;

/// <summary>The largest result that there is, 100 records on each of 1,200 maps, read by many at once: it passes through the service and never lies in its memory.</summary>
public abstract class LargeResultTests(HostProfile profile, ITestOutputHelper output) : IAsyncLifetime
{
    private const int Maps = 1_200;
    private const int Records = 100;
    private const int Clients = 20;
    private const long Megabyte = 1024 * 1024;

    private readonly Dictionary<string, string> _settings = new(StringComparer.Ordinal) { ["Hosting:Role"] = "Api" };
    private HostStores _stores = null!;
    private SandboxServer _sandbox = null!;
    private Fleet _fleet = null!;

    private protected AwsResources? Aws => _stores.Aws;

    protected ITestOutputHelper Output { get; } = output;

    public async ValueTask InitializeAsync()
    {
        _stores = await profile.PrepareAsync(_settings, TimeProvider.System);
        _sandbox = await SandboxServer.StartAsync(new SandboxOptions(), TimeProvider.System, CancellationToken.None);
        _fleet = new Fleet(
            _stores.Database!.ConnectionString,
            _sandbox,
            _settings.Where(setting => setting.Key != "NEON_DB_CONNECTION_STRING").Concat(_stores.Aws?.Endpoints.Environment ?? new Dictionary<string, string>(StringComparer.Ordinal)).ToDictionary(StringComparer.Ordinal));
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await _fleet.DisposeAsync();
        await _sandbox.DisposeAsync();
        await _stores.DisposeAsync();
    }

    [Fact]
    public async Task Twenty_clients_read_it_at_once_and_the_service_stays_small()
    {
        var (job, token) = await StoreAsync();
        var service = await _fleet.StartAsync();
        await service.ListensAsync();
        using var client = new HttpClient { BaseAddress = service.Address, Timeout = TimeSpan.FromMinutes(5) };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        (await ReadAsync(client, job)).ShouldBeGreaterThan(Maps * Records * 100L);
        var before = service.ResidentBytes;

        var started = TimeProvider.System.GetTimestamp();
        var reading = Task.WhenAll(Enumerable.Range(0, Clients).Select(_ => ReadAsync(client, job)));
        var peak = before;
        while (!reading.IsCompleted)
        {
            peak = Math.Max(peak, service.ResidentBytes);
            await Task.WhenAny(reading, Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System));
        }

        var sizes = await reading;
        Output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{Clients} clients read {sizes[0] / Megabyte} MB each in {TimeProvider.System.GetElapsedTime(started).TotalSeconds:0.0} s; resident memory {before / Megabyte} MB before, {peak / Megabyte} MB at most"));
        sizes.Distinct().Count().ShouldBe(1);

        // Held once for each client, the results alone would take more.
        (peak - before).ShouldBeLessThan(sizes.Sum() / 2);
        peak.ShouldBeLessThan(400 * Megabyte);
    }

    /// <summary>What else its store is to show.</summary>
    private protected virtual Task JudgeAsync(MapSearchKey key) => Task.CompletedTask;

    /// <returns>Bytes of the answer, which must be whole.</returns>
    private static async Task<long> ReadAsync(HttpClient client, MapSearchId job)
    {
        using var answer = await client.GetAsync(new Uri($"/api/v1/users/maps/status/{job}", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead);
        answer.EnsureSuccessStatusCode();
        await using var body = await answer.Content.ReadAsStreamAsync();
        var buffer = new byte[64 * 1024];
        var (size, last) = (0L, (byte)0);
        while (await body.ReadAsync(buffer) is var read && read > 0)
        {
            size += read;
            last = buffer[read - 1];
        }

        last.ShouldBe((byte)'}');
        return size;
    }

    /// <summary>By an instance that does not work on searches, as a worker would have stored it.</summary>
    private async Task<(MapSearchId Job, string AccessToken)> StoreAsync()
    {
        await using var host = BackendHost.Start(profile, _settings);
        var user = await host.SignInAsync();
        var store = host.Services.GetRequiredService<IMapSearchJobStore>();

        // The only user of a new database has the first id.
        var job = new MapSearchJob(new UserId(1), new MapSearchId(Ids.Next()), "Nobody", SearchPeriod.Month, TimeProvider.System.GetUtcNow().ToWholeMilliseconds());
        (await store.TryAddAsync(job, 10, CancellationToken.None)).ShouldBeTrue();
        var claimed = await store.TryClaimAsync(job.Key, CancellationToken.None);
        await store.TryStartReadingAsync(job.Key, claimed!.Fence, Maps, CancellationToken.None);
        for (var map = 0; map < Maps; map++)
        {
            var row = RowOf(map, job.CreatedAt);
            (await store.TryAppendAsync(job.Key, claimed.Fence, row, CancellationToken.None)).ShouldNotBeNull();
            (await store.TryAddNamesAsync(job.Key, claimed.Fence, row.Entries.ToDictionary(e => e.AccountId, NameOf), CancellationToken.None)).ShouldNotBeNull();
        }

        (await store.TryCompleteAsync(job.Key, claimed.Fence, CancellationToken.None)).ShouldNotBeNull();
        var read = 0;
        await foreach (var (row, names) in store.ReadRowsAsync(job.Key, -1, CancellationToken.None))
        {
            var expected = RowOf(read++, job.CreatedAt);
            (row.Index, row.Map, row.Failure).ShouldBe((expected.Index, expected.Map, expected.Failure));
            row.Entries.SequenceEqual(expected.Entries).ShouldBeTrue($"row {row.Index}");
            row.Entries.All(e => names[e.AccountId] == NameOf(e)).ShouldBeTrue($"names of row {row.Index}");
        }

        read.ShouldBe(Maps);
        await JudgeAsync(job.Key);
        return (job.Id, user.AccessToken);
    }

    /// <summary>Players of their own, whose ids are as hard to compress as real ones.</summary>
    private static MapSearchRow RowOf(int index, DateTimeOffset drivenAt) => new(
        index,
        new MapListing(index + 1, null, $"Map {index} of a mapper with very many"),
        [.. Enumerable.Range(1, Records).Select(position => new LeaderboardEntry(
            new AccountId(new Guid(SHA256.HashData(BitConverter.GetBytes((index * Records) + position)).AsSpan(0, 16))),
            "301e1b69-7e13-11e8-8060-e284abfd2bc4",
            "World",
            position,
            RecordTime.FromMilliseconds(60_000 + (index * 7) + position),
            drivenAt))],
        Failure: null);

    private static string NameOf(LeaderboardEntry entry) => $"Player {entry.AccountId.Value}";
}
