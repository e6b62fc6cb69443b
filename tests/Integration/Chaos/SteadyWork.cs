using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Backend.Integration.Support;

namespace Backend.Integration.Chaos;

/// <summary>
/// Clients that keep so many searches unfinished, whichever instance still answers. No two unfinished searches are for
/// one mapper: an instance would share calls between them, and a repeated one could hide among those.
/// </summary>
/// <param name="instances">Those that may answer now.</param>
internal sealed class SteadyWork(IFleetStores stores, Func<IReadOnlyList<ServiceProcess>> instances, IReadOnlyList<string> mappers, int searches, Random random) : IDisposable
{
    /// <summary>As many as the service allows.</summary>
    private const int SearchesPerUser = 5;

    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(200);

    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(10) };
    private readonly Dictionary<int, (string Access, long UserId)> _users = [];
    private readonly Dictionary<Guid, (int User, string Mapper)> _submitted = [];

    /// <summary>Every search whose submission was answered.</summary>
    public IReadOnlyCollection<Guid> Submitted => _submitted.Keys;

    /// <summary>Until the token is cancelled.</summary>
    public async Task KeepUpAsync(CancellationToken enough)
    {
        try
        {
            while (!enough.IsCancellationRequested)
            {
                var unfinished = await ReadUnfinishedAsync();
                for (var user = 0; user < searches / SearchesPerUser && !enough.IsCancellationRequested; user++)
                {
                    if (!await EnsureSignedInAsync(user))
                    {
                        continue;
                    }

                    for (var own = unfinished.Count(u => u.UserId == _users[user].UserId); own < SearchesPerUser; own++)
                    {
                        // An answer may be lost, so only the stores know which mappers are taken.
                        var free = mappers.Except((await ReadUnfinishedAsync()).Select(u => u.Mapper), StringComparer.Ordinal).ToList();
                        await SubmitAsync(user, free[random.Next(free.Count)]);
                    }
                }

                await Task.Delay(s_pause, TimeProvider.System, enough);
            }
        }
        catch (OperationCanceledException) when (enough.IsCancellationRequested)
        {
        }
    }

    /// <summary>What its owner is told of a search.</summary>
    public async Task<string> ReadStatusAsync(Guid search)
    {
        var user = _submitted[search].User;
        var answer = await Eventually.GetAsync(
            async () => await EnsureSignedInAsync(user) ? await TryAsync(HttpMethod.Get, $"/api/v1/map-searches/{search}", _users[user].Access) : null,
            answer => answer is { Status: HttpStatusCode.OK } || (answer is { Status: HttpStatusCode.Unauthorized } && !_users.Remove(user)));
        return (string)answer!.Value.Body!["status"]!;
    }

    public void Dispose() => _http.Dispose();

    private Task<IReadOnlyList<(long UserId, string Mapper)>> ReadUnfinishedAsync() => stores.ReadUnfinishedAsync();

    private async Task SubmitAsync(int user, string mapper)
    {
        if (await TryAsync(HttpMethod.Post, "/api/v1/map-searches", _users[user].Access, new { mapper, period = "1d" }) is not { } answer)
        {
            return;
        }

        if (answer.Status == HttpStatusCode.Unauthorized)
        {
            _users.Remove(user);
            await EnsureSignedInAsync(user);
            return;
        }

        if (stores.MayCountWhatIsNotStored && (string?)answer.Body?["code"] == "map_search.too_many_unfinished")
        {
            return;
        }

        answer.Status.ShouldBe(HttpStatusCode.Accepted, answer.Body?.ToJsonString());
        _submitted.Add(Guid.Parse((string)answer.Body!["id"]!), (user, mapper));
    }

    private async Task<bool> EnsureSignedInAsync(int user)
    {
        if (_users.ContainsKey(user))
        {
            return true;
        }

        var name = $"mapper {user}";
        var registered = await TryAsync(HttpMethod.Post, "/api/v1/users/register", access: null, new { email = $"{user}@example.org", username = name, password = BackendHost.Password });
        if (registered is null)
        {
            return false;
        }

        // Registered already when the first answer was lost, or when the old token is too old.
        registered.Value.Status.ShouldBeOneOf(HttpStatusCode.Created, HttpStatusCode.Conflict);
        if (await TryAsync(HttpMethod.Post, "/api/v1/users/login", access: null, new { email = name, password = BackendHost.Password }) is not { } signedIn)
        {
            return false;
        }

        signedIn.Status.ShouldBe(HttpStatusCode.OK, signedIn.Body?.ToJsonString());
        var access = (string)signedIn.Body!["access_token"]!;
        _users[user] = (access, (await stores.Database.ReadAsync("select id from users where username = $1", row => row.GetInt64(0), name))[0]);
        return true;
    }

    /// <summary>Null when the instance was killed before it answered.</summary>
    private async Task<(HttpStatusCode Status, JsonNode? Body)?> TryAsync(HttpMethod method, string path, string? access, object? body = null)
    {
        var able = instances();
        if (able.Count == 0)
        {
            return null;
        }

        using var request = new HttpRequestMessage(method, new Uri(able[random.Next(able.Count)].Address, path)) { Content = body is null ? null : JsonContent.Create(body) };
        request.Headers.Authorization = access is null ? null : new AuthenticationHeaderValue("Bearer", access);
        try
        {
            using var answer = await _http.SendAsync(request);
            return (answer.StatusCode, await answer.Content.ReadFromJsonAsync<JsonNode>());
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }
}
