using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Backend.TrackmaniaSandbox;
using Microsoft.Extensions.Time.Testing;

namespace Backend.Integration.Sandbox;

/// <summary>A running sandbox on a fake clock and a client that knows its manners.</summary>
internal sealed class SandboxHarness : IAsyncDisposable
{
    public const string World = "301e1b69-7e13-11e8-8060-e284abfd2bc4";
    public static readonly DateTimeOffset Start = new(2026, 5, 4, 12, 0, 0, TimeSpan.Zero);

    private SandboxHarness(SandboxServer server, FakeTimeProvider clock)
    {
        Server = server;
        Clock = clock;
        Http.DefaultRequestHeaders.UserAgent.ParseAdd("SandboxTests/1.0 (contact: tests@example.org)");
    }

    public static CancellationToken Ct => TestContext.Current.CancellationToken;

    public SandboxServer Server { get; }

    public FakeTimeProvider Clock { get; }

    public HttpClient Http { get; } = new();

    public static async Task<SandboxHarness> StartAsync(SandboxOptions? options = null, DateTimeOffset? now = null)
    {
        var clock = new FakeTimeProvider(now ?? Start);
        return new SandboxHarness(await SandboxServer.StartAsync(options ?? new SandboxOptions(), clock, Ct), clock);
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await Server.DisposeAsync();
    }

    /// <summary>Uids of a mapper's maps whose board has at least so many rows.</summary>
    public IReadOnlyList<string> Uids(string mapper, int leastRecords = 0) =>
        [.. Server.World.MapsOf(mapper).Select(m => m.Uid!).Where(uid => uid is not null && Server.World.BoardOf(uid).Count >= leastRecords)];

    public async Task<(HttpStatusCode Status, JsonElement Body, HttpResponseMessage Response)> SendAsync(
        HttpMethod method, Uri host, string path, string? authorization = null, HttpContent? content = null)
    {
        using var request = new HttpRequestMessage(method, new Uri(host, path)) { Content = content };
        if (authorization is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", authorization);
        }

        var response = await Http.SendAsync(request, Ct);
        var text = await response.Content.ReadAsStringAsync(Ct);
        var isJson = response.Content.Headers.ContentType?.MediaType == "application/json";
        return (response.StatusCode, isJson ? JsonElement.Parse(text) : default, response);
    }

    public async Task<(string Access, string Refresh)> LogInAsync(string audience)
    {
        var (status, body, _) = await SendAsync(
            HttpMethod.Post, Server.CoreUrl, "v2/authentication/token/basic",
            "Basic " + Server.Credentials.BasicAuthorization, JsonBody($$"""{"audience":"{{audience}}"}"""));
        status.ShouldBe(HttpStatusCode.OK);
        return (body.GetProperty("accessToken").GetString()!, body.GetProperty("refreshToken").GetString()!);
    }

    public async Task<string> LiveTokenAsync() => "nadeo_v1 t=" + (await LogInAsync("NadeoLiveServices")).Access;

    public async Task<string> CoreTokenAsync() => "nadeo_v1 t=" + (await LogInAsync("NadeoServices")).Access;

    public async Task<string> OAuthTokenAsync()
    {
        var (status, body, _) = await AskOAuthTokenAsync(Server.Credentials.OAuthClientId, Server.Credentials.OAuthClientSecret);
        status.ShouldBe(HttpStatusCode.OK);
        return "Bearer " + body.GetProperty("access_token").GetString();
    }

    public Task<(HttpStatusCode Status, JsonElement Body, HttpResponseMessage Response)> AskOAuthTokenAsync(
        string id, string secret, string grant = "client_credentials") =>
        SendAsync(HttpMethod.Post, Server.OAuthUrl, "api/access_token", content: new FormUrlEncodedContent(new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["grant_type"] = grant,
            ["client_id"] = id,
            ["client_secret"] = secret,
        }));

    public async Task<JsonElement> GetAsync(Uri host, string path, string? authorization = null)
    {
        var (status, body, _) = await SendAsync(HttpMethod.Get, host, path, authorization);
        status.ShouldBe(HttpStatusCode.OK);
        return body;
    }

    public async Task<HttpStatusCode> StatusAsync(Uri host, string path, string? authorization = null) =>
        (await SendAsync(HttpMethod.Get, host, path, authorization)).Status;

    public async Task<JsonElement[]> TopAsync(string token, string uid, string query = "length=100&onlyWorld=true") =>
        [.. (await GetAsync(Server.LiveUrl, $"api/token/leaderboard/group/Personal_Best/map/{uid}/top?{query}", token))
            .GetProperty("tops")[0].GetProperty("top").EnumerateArray()];

    public async Task<JsonElement[]> PositionsAsync(string token, params (string Uid, int Score)[] asked)
    {
        var (status, body, _) = await AskPositionsAsync(token, [.. asked.Select(a => a.Uid)], asked);
        status.ShouldBe(HttpStatusCode.OK);
        return [.. body.EnumerateArray()];
    }

    public Task<(HttpStatusCode Status, JsonElement Body, HttpResponseMessage Response)> AskPositionsAsync(
        string token, IEnumerable<string> maps, IEnumerable<(string Uid, int Score)> scores, string group = "Personal_Best")
    {
        var query = string.Join('&', scores.Select(s => $"scores%5B{s.Uid}%5D={s.Score.ToString(CultureInfo.InvariantCulture)}"));
        var body = string.Join(',', maps.Select(uid => $$"""{"mapUid":"{{uid}}","groupUid":"{{group}}"}"""));
        return SendAsync(HttpMethod.Post, Server.LiveUrl, "api/token/leaderboard/group/map?" + query, token, JsonBody($$"""{"maps":[{{body}}]}"""));
    }

    public static StringContent JsonBody(string json) => new(json, Encoding.UTF8, new MediaTypeHeaderValue("application/json"));

    public static JsonElement Claims(string token)
    {
        var payload = token.Split('.')[1].Replace('-', '+').Replace('_', '/');
        return JsonElement.Parse(Convert.FromBase64String(payload.PadRight((payload.Length + 3) / 4 * 4, '=')));
    }

    /// <summary>One request as raw bytes, for what an HTTP client would not send.</summary>
    public async Task<string> RawStatusLineAsync(string request)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, Server.BaseUrl.Port, Ct);
        await socket.SendAsync(Encoding.ASCII.GetBytes(request), Ct);
        using var reader = new StreamReader(new NetworkStream(socket), Encoding.ASCII);
        return await reader.ReadLineAsync(Ct) ?? string.Empty;
    }
}
