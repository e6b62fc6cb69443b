using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Amazon.SQS.Model;

namespace Backend.Integration.Aws;

/// <summary>What the Lambda Web Adapter makes of the events of AWS Lambda, and of the requests of an API Gateway.</summary>
internal static class LambdaEvents
{
    private const string Arn = "arn:aws:sqs:eu-north-1:000000000000:map-search-queue";

    /// <summary>A batch of the queue, made from messages that were received from it.</summary>
    public static JsonObject Batch(params IEnumerable<Message> messages) => new()
    {
        ["Records"] = new JsonArray([.. messages.Select(message => new JsonObject
        {
            ["messageId"] = message.MessageId,
            ["receiptHandle"] = message.ReceiptHandle,
            ["body"] = message.Body,
            ["attributes"] = new JsonObject(message.Attributes.Select(a => KeyValuePair.Create(a.Key, (JsonNode?)a.Value))),
            ["messageAttributes"] = new JsonObject(),
            ["md5OfBody"] = message.MD5OfBody,
            ["eventSource"] = "aws:sqs",
            ["eventSourceARN"] = Arn,
            ["awsRegion"] = "eu-north-1",
        })]),
    };

    /// <summary>A schedule of EventBridge.</summary>
    public static JsonObject Schedule(string task) => new()
    {
        ["version"] = "0",
        ["id"] = "53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa",
        ["detail-type"] = "Scheduled Event",
        ["source"] = "backend",
        ["account"] = "000000000000",
        ["time"] = "2026-11-20T12:00:00Z",
        ["region"] = "eu-north-1",
        ["resources"] = new JsonArray(),
        ["detail"] = new JsonObject { ["task"] = task },
    };

    /// <summary>As the context of version 2 of the payload format.</summary>
    public static string ApiContext(string method, string path, string sourceIp) => new JsonObject
    {
        ["accountId"] = "000000000000",
        ["apiId"] = "a1b2c3d4e5",
        ["domainName"] = "a1b2c3d4e5.execute-api.eu-north-1.amazonaws.com",
        ["domainPrefix"] = "a1b2c3d4e5",
        ["http"] = new JsonObject { ["method"] = method, ["path"] = path, ["protocol"] = "HTTP/1.1", ["sourceIp"] = sourceIp, ["userAgent"] = "tests" },
        ["requestId"] = "JKJaXmPLvHcESHA=",
        ["routeKey"] = "$default",
        ["stage"] = "$default",
        ["time"] = "20/Nov/2026:12:00:00 +0000",
        ["timeEpoch"] = 1_795_176_000_000,
    }.ToJsonString();

    /// <param name="left">Until Lambda ends the invocation.</param>
    public static string LambdaContext(TimeSpan left) => new JsonObject
    {
        ["request_id"] = "79104EXAMPLEB723",
        ["deadline"] = (TimeProvider.System.GetUtcNow() + left).ToUnixTimeMilliseconds(),
        ["invoked_function_arn"] = "arn:aws:lambda:eu-north-1:000000000000:function:backend",
        ["xray_trace_id"] = "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Sampled=0",
        ["client_context"] = null,
        ["identity"] = null,
        ["env_config"] = new JsonObject { ["function_name"] = "backend", ["memory"] = 1024, ["version"] = "$LATEST", ["log_stream"] = "", ["log_group"] = "" },
    }.ToJsonString();

    public static Task<Answer> InvokeAsync(Uri function, JsonNode taken, TimeSpan? left = null, string requestContext = "null") => InvokeAsync(function, taken.ToJsonString(), left, requestContext);

    public static async Task<Answer> InvokeAsync(Uri function, string body, TimeSpan? left = null, string requestContext = "null")
    {
        using var client = new HttpClient { BaseAddress = function, Timeout = TimeSpan.FromMinutes(2) };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/events") { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.Add("x-amzn-request-context", requestContext);
        request.Headers.Add("x-amzn-lambda-context", LambdaContext(left ?? TimeSpan.FromMinutes(15)));
        using var answer = await client.SendAsync(request);
        return new Answer(answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    /// <summary>A caller of the API function.</summary>
    public static HttpClient Caller(Uri function, string address) => new(new Gateway(address)) { BaseAddress = function };

    /// <summary>Puts an API Gateway and the adapter before the function.</summary>
    private sealed class Gateway(string address) : DelegatingHandler(new SocketsHttpHandler())
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.Headers.Add("x-amzn-request-context", ApiContext(request.Method.Method, request.RequestUri!.AbsolutePath, address));
            request.Headers.Add("x-amzn-lambda-context", LambdaContext(TimeSpan.FromSeconds(29)));

            // What a caller claims comes first.
            request.Headers.Add("X-Forwarded-For", $"{string.Create(CultureInfo.InvariantCulture, $"192.0.2.{Random.Next(1, 255)}")}, {address}");
            request.Headers.Add("X-Forwarded-Proto", "https");
            request.Headers.Add("X-Forwarded-Port", "443");
            return base.SendAsync(request, cancellationToken);
        }

        private static Random Random { get; } = new(1);
    }
}

internal sealed record Answer(HttpStatusCode Status, string Body)
{
    /// <summary>The messages that SQS is to deliver again.</summary>
    public IReadOnlyList<string> Failures => [.. JsonNode.Parse(Body)!["batchItemFailures"]!.AsArray().Select(item => (string)item!["itemIdentifier"]!)];
}
