using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Backend.Integration.Support;
using Backend.TrackmaniaSandbox;

namespace Backend.Integration.Chaos;

/// <summary>Every instance is replaced, one after the other, while users work; they must not notice.</summary>
[Collection(nameof(Undisturbed))]
public sealed class RollingRestartTests : IAsyncDisposable
{
    private const int Instances = 3;
    private const int Users = 4;

    private static readonly TimeSpan s_stop = TimeSpan.FromSeconds(10);

    private static readonly Dictionary<string, string> s_settings = new(StringComparer.Ordinal)
    {
        ["MapSearches:LeaderboardFreshness"] = "00:00:00",
        ["Http:DrainTime"] = "00:00:01",
    };

    private readonly List<IAsyncDisposable> _parts = [];
    private readonly ConcurrentQueue<string> _trouble = new();

    // Each request on a connection of its own, as from many clients, so that none meets a connection that is just closing.
    private readonly HttpClient _http = new(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.Zero });

    private volatile ServiceProcess[] _instances = [];
    private int _next;
    private int _requests;

    [Fact]
    public async Task Replacing_every_instance_under_load_costs_no_answer_no_search_and_no_session()
    {
        var database = Keep(await TestDatabase.CreateAsync());
        var sandbox = Keep(await SandboxServer.StartAsync(new SandboxOptions(), TimeProvider.System, CancellationToken.None));
        var journal = await SearchJournal.StartAsync(database);
        var fleet = Keep(new Fleet(database.ConnectionString, sandbox, s_settings));
        sandbox.Faults.Add(new Fault(SandboxHost.Live, FaultKind.Slow) { Delay = TimeSpan.FromMilliseconds(300) });
        _instances = await Task.WhenAll(Enumerable.Range(0, Instances).Select(_ => fleet.StartAsync()));
        await Task.WhenAll(_instances.Select(i => i.ListensAsync()));
        var mappers = sandbox.World.Mappers.Where(m => sandbox.World.MapsOf(m.Name).Count is >= 20 and <= 60).Select(m => m.Name).ToList();
        using var enough = new CancellationTokenSource();
        var users = Enumerable.Range(0, Users).Select(i => UseAsync(i, [.. mappers.Where((_, place) => place % Users == i).Take(2)], enough.Token)).ToList();
        await Eventually.GetAsync(async () => (await journal.ReadAppendedAsync()).Count, rows => rows > 10 || users.Any(u => u.IsFaulted));

        var longest = TimeSpan.Zero;
        foreach (var old in _instances)
        {
            // The new one first; then, as a load balancer does it, no more requests to the old one once it calls itself not ready.
            var fresh = await fleet.StartAsync();
            await fresh.ListensAsync();
            _instances = [.. _instances, fresh];
            var started = TimeProvider.System.GetTimestamp();
            var stopping = old.StopAsync(s_stop);
            await Eventually.GetAsync(() => IsReadyAsync(old), ready => !ready);
            _instances = [.. _instances.Where(i => i != old)];
            (await stopping).ShouldBe(0, old.Output);
            longest = TimeSpan.FromTicks(Math.Max(longest.Ticks, TimeProvider.System.GetElapsedTime(started).Ticks));
        }

        await Eventually.GetAsync(() => database.ReadAsync("select count(*) from map_searches where state in ('pending', 'processing')", row => row.GetInt64(0)), left => left[0] == 0, TimeSpan.FromMinutes(2));
        await enough.CancelAsync();
        await Task.WhenAll(users);

        _trouble.ShouldBeEmpty();
        longest.ShouldBeLessThan(s_stop);
        var entries = await journal.ReadAsync();
        entries.ShouldNotContain(e => e.What == SearchJournal.Impossible);
        entries.Count(e => e.What == "completed").ShouldBe(Users * 2);
        var handedBack = entries.Count(e => e.What == "pending");
        handedBack.ShouldBeGreaterThan(0);

        // One call under way at most for each search that was handed back.
        var rows = (await journal.ReadAppendedAsync()).Values.Sum();
        (sandbox.Traffic.Count(SandboxHost.Live) - rows).ShouldBeLessThanOrEqualTo(handedBack);
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{_requests} requests, {handedBack} searches handed back, {sandbox.Traffic.Count(SandboxHost.Live) - rows} repeated calls, longest stop {longest.TotalSeconds:0.00} s"));
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        foreach (var part in _parts.AsEnumerable().Reverse())
        {
            await part.DisposeAsync();
        }
    }

    /// <summary>Signs in, starts its searches, and then polls them and refreshes its session all the time.</summary>
    private async Task UseAsync(int number, IReadOnlyList<string> mappers, CancellationToken enough)
    {
        var name = $"user {number}";
        await SendAsync(HttpMethod.Post, "/api/v1/users/register", access: null, new { email = $"{number}@example.org", username = name, password = BackendHost.Password }, HttpStatusCode.Created);
        var tokens = await SendAsync(HttpMethod.Post, "/api/v1/users/login", access: null, new { email = name, password = BackendHost.Password }, HttpStatusCode.OK);
        var searches = new List<string>();
        foreach (var mapper in mappers)
        {
            searches.Add((string)(await SendAsync(HttpMethod.Post, "/api/v1/map-searches", (string?)tokens?["access_token"], new { mapper, period = "1d" }, HttpStatusCode.Accepted))?["id"]!);
        }

        _trouble.ShouldBeEmpty();
        var done = searches.ToDictionary(s => s, _ => 0, StringComparer.Ordinal);
        for (var round = 0; !enough.IsCancellationRequested; round++)
        {
            foreach (var search in searches)
            {
                var status = await SendAsync(HttpMethod.Get, $"/api/v1/map-searches/{search}", (string)tokens!["access_token"]!, body: null, HttpStatusCode.OK);
                if (status is not null)
                {
                    var now = (int)status["progress"]!["mapsDone"]!;
                    now.ShouldBeGreaterThanOrEqualTo(done[search], "progress ran backwards");
                    done[search] = now;
                }
            }

            if (round % 5 == 4)
            {
                tokens = await SendAsync(HttpMethod.Post, "/api/v1/users/refresh", access: null, new { refresh_token = (string)tokens!["refresh_token"]! }, HttpStatusCode.OK) ?? tokens;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, CancellationToken.None);
        }
    }

    private async Task<bool> IsReadyAsync(ServiceProcess instance)
    {
        using var answer = await _http.GetAsync(new Uri(instance.Address, "/health/ready"));
        return answer.IsSuccessStatusCode;
    }

    /// <summary>To the next instance in turn, once: whatever is not the expected answer is trouble.</summary>
    private async Task<JsonNode?> SendAsync(HttpMethod method, string path, string? access, object? body, HttpStatusCode expected)
    {
        Interlocked.Increment(ref _requests);
        var instances = _instances;
        var instance = instances[(uint)Interlocked.Increment(ref _next) % instances.Length];
        using var request = new HttpRequestMessage(method, new Uri(instance.Address, path)) { Content = body is null ? null : JsonContent.Create(body) };
        request.Headers.Authorization = access is null ? null : new AuthenticationHeaderValue("Bearer", access);
        try
        {
            using var answer = await _http.SendAsync(request);
            if (answer.StatusCode == expected)
            {
                return await answer.Content.ReadFromJsonAsync<JsonNode>();
            }

            _trouble.Enqueue($"{method} {path} at {instance.Name}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
        }
        catch (HttpRequestException exception)
        {
            _trouble.Enqueue($"{method} {path} at {instance.Name}: {exception.GetBaseException().Message}");
        }

        return null;
    }

    private T Keep<T>(T part)
        where T : IAsyncDisposable
    {
        _parts.Add(part);
        return part;
    }
}
