using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Backend.Integration.Aws;

/// <summary>Answers what the Parameter Store is asked for, as its protocol is documented; there is no server of it for tests.</summary>
internal sealed class ParameterStore : IAsyncDisposable
{
    private readonly WebApplication _app;

    private ParameterStore(WebApplication app) => _app = app;

    public Uri Address => new(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());

    /// <summary>The names of each call.</summary>
    public ConcurrentQueue<IReadOnlyList<string>> Calls { get; } = new();

    /// <summary>What was asked for in another way than it must be.</summary>
    public ConcurrentQueue<string> Complaints { get; } = new();

    /// <param name="parameters">Encrypted, all of them: their values come with decryption only.</param>
    public static async Task<ParameterStore> StartAsync(IReadOnlyDictionary<string, string> parameters)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        var store = new ParameterStore(app);
        app.Run(context => store.AnswerAsync(context, parameters));
        await app.StartAsync(TestContext.Current.CancellationToken);
        return store;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context, IReadOnlyDictionary<string, string> parameters)
    {
        context.Response.ContentType = "application/x-amz-json-1.1";
        if (context.Request.Headers["X-Amz-Target"] != "AmazonSSM.GetParameters" || !context.Request.Headers.Authorization.ToString().StartsWith("AWS4-HMAC-SHA256 ", StringComparison.Ordinal))
        {
            Complaints.Enqueue($"{context.Request.Headers["X-Amz-Target"]} by {context.Request.Headers.Authorization}");
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            await context.Response.WriteAsync("""{"__type":"InvalidAction","message":"Only GetParameters is known."}""");
            return;
        }

        var request = (await JsonNode.ParseAsync(context.Request.Body))!;
        var names = request["Names"]!.AsArray().Select(n => (string)n!).ToList();
        Calls.Enqueue(names);
        if (names.Count > 10)
        {
            Complaints.Enqueue($"{names.Count} names");
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            await context.Response.WriteAsync("""{"__type":"ValidationException","message":"Member must have length less than or equal to 10"}""");
            return;
        }

        var decrypted = (bool?)request["WithDecryption"] == true;
        var answer = new JsonObject
        {
            ["Parameters"] = new JsonArray([.. names.Where(parameters.ContainsKey).Select(name => new JsonObject
            {
                ["Name"] = name,
                ["Type"] = "SecureString",
                ["Value"] = decrypted ? parameters[name] : "AQICAHg",
                ["Version"] = 1,
                ["ARN"] = $"arn:aws:ssm:eu-north-1:000000000000:parameter{name}",
            })]),
            ["InvalidParameters"] = new JsonArray([.. names.Where(n => !parameters.ContainsKey(n)).Select(n => JsonValue.Create(n))]),
        };
        await context.Response.WriteAsync(answer.ToJsonString());
    }
}
