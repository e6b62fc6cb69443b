using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Backend.Integration.Trackmania;

/// <summary>An upstream that answers what a test tells it to, for answers that a faithful stand-in never gives.</summary>
internal sealed class ScriptedUpstream : IAsyncDisposable
{
    private readonly WebApplication _app;

    private ScriptedUpstream(WebApplication app) => _app = app;

    public Uri Url => new(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());

    /// <summary>Path and query of every request except those for tokens.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    /// <summary>Requests for Nadeo tokens: path and authorization.</summary>
    public ConcurrentQueue<string> TokenRequests { get; } = new();

    /// <param name="answer">Answers everything but token requests.</param>
    /// <param name="nadeoTokens">Answers Nadeo token requests; null for a pair of good ones.</param>
    public static async Task<ScriptedUpstream> StartAsync(TimeProvider time, Func<HttpContext, Task> answer, Func<HttpContext, Task>? nadeoTokens = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        var upstream = new ScriptedUpstream(app);
        app.Run(context =>
        {
            var path = context.Request.Path.Value!;
            if (path.StartsWith("/v2/authentication/", StringComparison.Ordinal))
            {
                upstream.TokenRequests.Enqueue($"{path} {context.Request.Headers.Authorization}");
                return nadeoTokens is null
                    ? JsonAsync(context, $$"""{"accessToken":"{{Jwt(time, "access", 3600)}}","refreshToken":"{{Jwt(time, "refresh", 86400)}}"}""")
                    : nadeoTokens(context);
            }

            if (path == "/api/access_token")
            {
                return JsonAsync(context, """{"token_type":"bearer","expires_in":3600,"access_token":"opaque"}""");
            }

            upstream.Requests.Enqueue(path + context.Request.QueryString);
            return answer(context);
        });
        await app.StartAsync(TestContext.Current.CancellationToken);
        return upstream;
    }

    public static Task JsonAsync(HttpContext context, string json)
    {
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(json);
    }

    /// <summary>A token with real dates and no real signature.</summary>
    public static string Jwt(TimeProvider time, string id, int lifetime)
    {
        var now = time.GetUtcNow().ToUnixTimeSeconds();
        return $"{Part("""{"alg":"HS256"}""")}.{Part($$"""{"jti":"{{id}}","iat":{{now}},"rat":{{now + (lifetime / 2)}},"exp":{{now + lifetime}}}""")}.{Part(id)}";
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static string Part(string text) => global::System.Buffers.Text.Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));
}
