using System.Text;
using System.Text.Json.Nodes;
using Backend.Application.Ports;
using Backend.Domain.Common;
using Backend.Infrastructure.Email;
using Backend.WebApi.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Backend.Unit.WebApi;

public sealed class ProblemTests
{
    [Fact]
    public void Every_kind_of_failure_has_its_own_status()
    {
        var statuses = Enum.GetValues<ErrorKind>().ToDictionary(kind => kind, Problem.StatusOf);

        statuses.ShouldBe(new Dictionary<ErrorKind, int>
        {
            [ErrorKind.Validation] = 400,
            [ErrorKind.Unauthenticated] = 401,
            [ErrorKind.Forbidden] = 403,
            [ErrorKind.NotFound] = 404,
            [ErrorKind.Conflict] = 409,
            [ErrorKind.TooManyRequests] = 429,
            [ErrorKind.Upstream] = 502,
            [ErrorKind.Unavailable] = 503,
            [ErrorKind.UpstreamTimeout] = 504,
        }, ignoreOrder: true);
        Should.Throw<ArgumentOutOfRangeException>(() => Problem.StatusOf((ErrorKind)99));
    }

    [Theory]
    [InlineData(400, "The request is malformed.")]
    [InlineData(404, "There is nothing at this address.")]
    [InlineData(405, "Please follow the link in the mail once more.")]
    [InlineData(413, "larger than 1 MB.")]
    [InlineData(415, "This page takes its own form, and nothing else.")]
    [InlineData(500, "The trace id helps us to find it. It is trace.")]
    [InlineData(503, "Please try again shortly.")]
    public async Task Where_links_in_mails_lead_it_is_a_page_and_nowhere_else(int status, string sentence)
    {
        await using var services = new ServiceCollection().AddLogging().AddSingleton<IMailPages, RazorMailPages>().BuildServiceProvider();
        foreach (var (path, type) in new[] { ("/mail/preferences", "text/html; charset=utf-8"), ("/Mail/nowhere", "text/html; charset=utf-8"), ("/mails", Problem.MediaType), ("/api/v1/mail", Problem.MediaType) })
        {
            var context = new DefaultHttpContext { RequestServices = services, Request = { Path = path }, Response = { Body = new MemoryStream() } };

            await ProblemResponses.WriteAsync(ProblemResponses.For(status, "trace"), context);

            (context.Response.StatusCode, context.Response.ContentType).ShouldBe((status, type), path);
            context.Response.Headers.RetryAfter.ToString().ShouldBe(status == 503 ? "2" : "");
            if (type != Problem.MediaType)
            {
                Encoding.UTF8.GetString(((MemoryStream)context.Response.Body).ToArray()).ShouldContain(sentence);
                context.Response.Headers.ContentSecurityPolicy.ToString().ShouldContain("style-src 'sha256-");
            }
        }
    }

    [Fact]
    public async Task The_sentence_stands_where_every_generation_of_clients_looks_for_it()
    {
        foreach (var kind in Enum.GetValues<ErrorKind>())
        {
            var (context, body) = await WriteAsync(new Error(kind, "area.code", "What is wrong."));

            body["detail"]!.GetValue<string>().ShouldBe("What is wrong.");
            body["msg"]!.GetValue<string>().ShouldBe("What is wrong.");
            body["error"]!.GetValue<string>().ShouldBe("What is wrong.");
            body["code"]!.GetValue<string>().ShouldBe("area.code");
            body["status"]!.GetValue<int>().ShouldBe(context.Response.StatusCode);
            body["title"]!.GetValue<string>().ShouldNotBeEmpty();
            body["traceId"]!.GetValue<string>().ShouldNotBeEmpty();
            body.ContainsKey("errors").ShouldBeFalse();
            body.ContainsKey("retryAfter").ShouldBeFalse();
            context.Response.ContentType.ShouldBe("application/problem+json");
        }
    }

    [Theory]
    [InlineData(-5, 1)]
    [InlineData(0, 1)]
    [InlineData(0.001, 1)]
    [InlineData(1, 1)]
    [InlineData(1.0001, 2)]
    [InlineData(299.5, 300)]
    [InlineData(300, 300)]
    public async Task Retry_after_is_rounded_up_so_that_nobody_comes_too_early(double seconds, int expected)
    {
        var (context, body) = await WriteAsync(new Error(ErrorKind.TooManyRequests, "c", "d") { RetryAfter = TimeSpan.FromSeconds(seconds) });

        context.Response.Headers.RetryAfter.ToString().ShouldBe($"{expected}");
        body["retryAfter"]!.GetValue<int>().ShouldBe(expected);
    }

    [Fact]
    public async Task Messages_by_field_are_kept()
    {
        var (_, body) = await WriteAsync(new Error(ErrorKind.Validation, "c", "d") { Fields = new Dictionary<string, string[]>(StringComparer.Ordinal) { ["email"] = ["one", "two"] } });

        body["errors"]!.ToJsonString().ShouldBe("""{"email":["one","two"]}""");
    }

    [Fact]
    public async Task Only_where_clients_look_for_a_message_there_is_one()
    {
        (await WriteAsync(new Error(ErrorKind.Validation, "c", "d"))).Body.ContainsKey("message").ShouldBeFalse();

        var (_, body) = await WriteAsync(new Error(ErrorKind.Validation, "c", "d"), showsMessage: true);
        body["message"]!.GetValue<string>().ShouldBe("d");
        body["error"]!.GetValue<string>().ShouldBe("d");
    }

    private static async Task<(HttpContext Context, JsonObject Body)> WriteAsync(Error error, bool showsMessage = false)
    {
        using var stream = new MemoryStream();
        var context = new DefaultHttpContext { TraceIdentifier = "trace" };
        context.Response.Body = stream;
        await new Failure(error) { ShowsMessage = showsMessage }.ExecuteAsync(context);
        return (context, JsonNode.Parse(stream.ToArray())!.AsObject());
    }
}
