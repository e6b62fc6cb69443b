using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Backend.Integration.Support;

/// <summary>Stands between a client and an AWS server: writes down what is asked, and does to some requests what networks and busy servers do.</summary>
internal sealed class FaultyAws : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly List<Rule> _rules = [];
    private readonly ConcurrentQueue<AwsRequest> _requests = new();
    private readonly HttpMessageInvoker _server;
    private readonly Uri _address;
    private readonly WebApplication _proxy;
    private TaskCompletionSource _release = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private FaultyAws(Uri server)
    {
        _address = server;
        _server = new HttpMessageInvoker(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, UseCookies = false });
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(options =>
        {
            options.Listen(IPAddress.Loopback, 0);
            options.AddServerHeader = false;
        });
        builder.Logging.ClearProviders();
        _proxy = builder.Build();
        _proxy.Run(HandleAsync);
    }

    /// <summary>What the client is given in place of the server's.</summary>
    public Uri Address { get; private set; } = null!;

    /// <summary>All that came, oldest first. A request is here before it is carried out.</summary>
    public IReadOnlyList<AwsRequest> Requests => [.. _requests];

    public static async Task<FaultyAws> StartAsync(Uri server)
    {
        var faulty = new FaultyAws(server);
        await faulty._proxy.StartAsync();
        faulty.Address = new Uri(faulty._proxy.Urls.Single());
        return faulty;
    }

    /// <param name="operation">As <c>PutItem</c>.</param>
    public IReadOnlyList<AwsRequest> RequestsOf(string operation) => [.. _requests.Where(request => request.Operation == operation)];

    /// <summary>How often each target was asked.</summary>
    public IReadOnlyDictionary<string, int> Counts() => _requests.CountBy(request => request.Target, StringComparer.Ordinal).ToDictionary(StringComparer.Ordinal);

    public void ForgetRequests() => _requests.Clear();

    /// <summary>The next requests of an operation, as <c>PutItem</c>.</summary>
    public void On(string operation, AwsFault fault, int times = 1) => On(request => request.Operation == operation, fault, times);

    /// <summary>The next requests that are meant. Of several rules the oldest that has times left is followed.</summary>
    public void On(Func<AwsRequest, bool> meant, AwsFault fault, int times = 1)
    {
        lock (_lock)
        {
            _rules.Add(new Rule(meant, fault) { Left = times });
        }
    }

    /// <summary>No more faults. What hangs goes on.</summary>
    public void Heal()
    {
        lock (_lock)
        {
            _rules.Clear();
        }

        Release();
    }

    /// <summary>What hangs goes on.</summary>
    public void Release() => Interlocked.Exchange(ref _release, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();

    public async ValueTask DisposeAsync()
    {
        Heal();

        // Waits for nobody: a client that still polls is the test's own affair.
        await _proxy.StopAsync(new CancellationToken(canceled: true));
        await _proxy.DisposeAsync();
        _server.Dispose();
    }

    private async Task HandleAsync(HttpContext context)
    {
        var cancellationToken = context.RequestAborted;
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, cancellationToken);
        var request = Note(context.Request.Headers["X-Amz-Target"].ToString(), body.ToArray());
        switch (request.Fault)
        {
            case AwsFault.Answer answer:
                await RefuseAsync(context, request, answer);
                return;
            case AwsFault.LostRequest:
                context.Abort();
                return;
            case AwsFault.Hang:
                await Volatile.Read(ref _release).Task.WaitAsync(cancellationToken);
                break;
            case AwsFault.Delay delay:
                await Task.Delay(delay.Duration, TimeProvider.System, cancellationToken);
                break;
        }

        // A client that goes away is gone for the server too, which matters to one that waits for messages.
        using var forwarded = Forward(context.Request, body.ToArray());
        using var response = await SendAsync(forwarded, cancellationToken);
        if (response is null || request.Fault is AwsFault.LostAnswer)
        {
            context.Abort();
            return;
        }

        await AnswerAsync(context, response);
    }

    private AwsRequest Note(string target, byte[] body)
    {
        var request = new AwsRequest(target, body.Length == 0 ? [] : JsonNode.Parse(body)!.AsObject(), null);
        lock (_lock)
        {
            if (_rules.Find(rule => rule.Left > 0 && rule.Meant(request)) is { } rule)
            {
                rule.Left--;
                request = request with { Fault = rule.Fault };
            }
        }

        _requests.Enqueue(request);
        return request;
    }

    private static async Task RefuseAsync(HttpContext context, AwsRequest request, AwsFault.Answer answer)
    {
        var space = request.Target.StartsWith("AmazonSQS", StringComparison.Ordinal) ? "com.amazonaws.sqs" : "com.amazonaws.dynamodb.v20120810";
        context.Response.StatusCode = answer.Status;
        context.Response.ContentType = "application/x-amz-json-1.0";
        context.Response.Headers["x-amzn-RequestId"] = context.TraceIdentifier;
        await context.Response.WriteAsync(new JsonObject { ["__type"] = $"{space}#{answer.Code}", ["message"] = answer.Message }.ToJsonString());
    }

    private HttpRequestMessage Forward(HttpRequest request, byte[] body)
    {
        var forwarded = new HttpRequestMessage(new HttpMethod(request.Method), new Uri(_address, request.Path + request.QueryString)) { Content = new ByteArrayContent(body) };

        // With the host that was asked, because the server makes addresses of queues from it.
        foreach (var (name, values) in request.Headers.Where(header => !IsOfTheConnection(header.Key)))
        {
            if (!forwarded.Headers.TryAddWithoutValidation(name, values.AsEnumerable()))
            {
                forwarded.Content.Headers.TryAddWithoutValidation(name, values.AsEnumerable());
            }
        }

        return forwarded;
    }

    /// <returns>Null when the server is away.</returns>
    private async Task<HttpResponseMessage?> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            var response = await _server.SendAsync(request, cancellationToken);
            await response.Content.LoadIntoBufferAsync(cancellationToken);
            return response;
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    private static async Task AnswerAsync(HttpContext context, HttpResponseMessage response)
    {
        context.Response.StatusCode = (int)response.StatusCode;
        foreach (var (name, values) in response.Headers.Concat(response.Content.Headers).Where(header => !IsOfTheConnection(header.Key)))
        {
            context.Response.Headers.Append(name, values.ToArray());
        }

        await response.Content.CopyToAsync(context.Response.Body, context.RequestAborted);
    }

    private static bool IsOfTheConnection(string header) => header.ToUpperInvariant() is "CONNECTION" or "KEEP-ALIVE" or "TRANSFER-ENCODING" or "CONTENT-LENGTH" or "EXPECT";

    private sealed record Rule(Func<AwsRequest, bool> Meant, AwsFault Fault)
    {
        public int Left { get; set; }
    }
}
