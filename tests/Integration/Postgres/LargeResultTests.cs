using System.Globalization;
using System.Net.Http.Headers;
using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.Common;
using Backend.Domain.MapSearches;
using Backend.Domain.Tracks;
using Backend.Integration.Chaos;
using Backend.Integration.Support;
using Backend.TrackmaniaSandbox;
using Microsoft.Extensions.DependencyInjection;

namespace Backend.Integration.Postgres;

/// <summary>The largest result that there is, 100 records on each of 1,200 maps, read by many at once: it passes through the service and never lies in its memory.</summary>
[Collection(nameof(Undisturbed))]
public sealed class LargeResultTests(ITestOutputHelper output) : IAsyncLifetime
{
    private const int Maps = 1_200;
    private const int Records = 100;
    private const int Clients = 20;
    private const long Megabyte = 1024 * 1024;

    private TestDatabase _database = null!;
    private SandboxServer _sandbox = null!;
    private Fleet _fleet = null!;

    public async ValueTask InitializeAsync()
    {
        _database = await TestDatabase.CreateAsync();
        _sandbox = await SandboxServer.StartAsync(new SandboxOptions(), TimeProvider.System, CancellationToken.None);
        _fleet = new Fleet(_database.ConnectionString, _sandbox, new Dictionary<string, string>(StringComparer.Ordinal));
    }

    public async ValueTask DisposeAsync()
    {
        await _fleet.DisposeAsync();
        await _sandbox.DisposeAsync();
        await _database.DisposeAsync();
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
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{Clients} clients read {sizes[0] / Megabyte} MB each in {TimeProvider.System.GetElapsedTime(started).TotalSeconds:0.0} s; resident memory {before / Megabyte} MB before, {peak / Megabyte} MB at most"));
        sizes.Distinct().Count().ShouldBe(1);

        // Held once for each client, the results alone would take more.
        (peak - before).ShouldBeLessThan(sizes.Sum() / 2);
        peak.ShouldBeLessThan(400 * Megabyte);
    }

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
        await using var host = BackendHost.Start(HostProfile.Postgres, new Dictionary<string, string>(StringComparer.Ordinal) { ["NEON_DB_CONNECTION_STRING"] = _database.ConnectionString });
        await host.StopWorkerAsync();
        var user = await host.SignInAsync();
        var store = host.Services.GetRequiredService<IMapSearchJobStore>();

        // The only user of a new database has the first id.
        var job = new MapSearchJob(new UserId(1), new MapSearchId(Ids.Next()), "Nobody", SearchPeriod.Month, TimeProvider.System.GetUtcNow().ToWholeMilliseconds());
        (await store.TryAddAsync(job, 10, CancellationToken.None)).ShouldBeTrue();
        var claimed = await store.TryClaimAsync(job.Key, CancellationToken.None);
        await store.TryStartReadingAsync(job.Key, claimed!.Fence, Maps, CancellationToken.None);
        var row = new MapSearchRow(
            0,
            new MapListing(1, null, "A map of a mapper with very many"),
            [.. Enumerable.Range(1, Records).Select(position => new LeaderboardEntry(
                new AccountId(new Guid(position, 0, 0, [1, 2, 3, 4, 5, 6, 7, 8])), "301e1b69-7e13-11e8-8060-e284abfd2bc4", "World", position, RecordTime.FromMilliseconds(60_000 + position), job.CreatedAt))],
            Failure: null);
        (await store.TryAppendAsync(job.Key, claimed.Fence, row, CancellationToken.None)).ShouldNotBeNull();

        // The other maps are the first one with other players; all of them have names.
        await ExecuteAsync($"""
            insert into map_search_rows (user_id, search_id, index, content)
            select user_id, search_id, g, replace(content::text, '-0000-0000-0102-', '-' || lpad(to_hex(g), 4, '0') || '-0000-0102-')::json
            from map_search_rows cross join generate_series(1, {Maps - 1}) g where index = 0
            """);
        await ExecuteAsync("""
            insert into map_search_names (user_id, search_id, account_id, name)
            select user_id, search_id, (entry ->> 'a')::uuid, 'Player ' || (entry ->> 'a')
            from map_search_rows cross join json_array_elements(content -> 'entries') entry
            """);
        await ExecuteAsync($"update map_searches set maps_done = {Maps}, records_found = {Maps * Records}, version = version + 1");
        (await store.TryCompleteAsync(job.Key, claimed.Fence, CancellationToken.None)).ShouldNotBeNull();
        return (job.Id, user.AccessToken);
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var command = _database.DataSource.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
