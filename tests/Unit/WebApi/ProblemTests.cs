using System.Text.Json.Nodes;
using Backend.Domain.Common;
using Backend.WebApi.Http;
using Microsoft.AspNetCore.Http;

namespace Backend.Unit.WebApi;

public sealed class ProblemTests
{
    private readonly DefaultHttpContext _context = new() { TraceIdentifier = "trace-1", Response = { Body = new MemoryStream() } };

    [Theory]
    [InlineData(ErrorKind.Validation, 400)]
    [InlineData(ErrorKind.Unauthenticated, 401)]
    [InlineData(ErrorKind.Forbidden, 403)]
    [InlineData(ErrorKind.NotFound, 404)]
    [InlineData(ErrorKind.Conflict, 409)]
    [InlineData(ErrorKind.TooManyRequests, 429)]
    [InlineData(ErrorKind.Upstream, 502)]
    [InlineData(ErrorKind.Unavailable, 503)]
    public void Each_kind_of_error_has_its_status(ErrorKind kind, int status) => Problem.StatusOf(kind).ShouldBe(status);

    [Fact]
    public void No_kind_is_without_a_status_and_an_unknown_one_is_a_bug()
    {
        Enum.GetValues<ErrorKind>().Select(Problem.StatusOf).ShouldBeUnique();
        Should.Throw<ArgumentOutOfRangeException>(() => Problem.StatusOf((ErrorKind)99));
    }

    [Fact]
    public void The_human_sentence_is_where_every_client_looks_for_it()
    {
        foreach (var kind in Enum.GetValues<ErrorKind>())
        {
            var problem = Problem.From(new Error(kind, "some.code", "A sentence."), _context);

            (problem.Detail, problem.Msg, problem.Error).ShouldBe(("A sentence.", "A sentence.", "A sentence."));
            problem.Code.ShouldBe("some.code");
            problem.Status.ShouldBe(Problem.StatusOf(kind));
            problem.Title.ShouldNotBeNullOrEmpty();
            problem.Type.ShouldBe("about:blank");
            problem.Errors.ShouldBeNull();
            problem.RetryAfter.ShouldBeNull();
        }
    }

    [Fact]
    public void Field_messages_are_passed_on()
    {
        var fields = new Dictionary<string, string[]> { ["mapper"] = ["one", "two"] };

        Problem.From(new Error(ErrorKind.Validation, "c", "m") { Fields = fields }, _context).Errors.ShouldBe(fields);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 1)]
    [InlineData(999, 1)]
    [InlineData(1000, 1)]
    [InlineData(1001, 2)]
    [InlineData(299_999, 300)]
    public void The_time_to_come_back_is_rounded_up_to_whole_seconds(int milliseconds, int seconds) =>
        Problem.From(new Error(ErrorKind.TooManyRequests, "c", "m") { RetryAfter = TimeSpan.FromMilliseconds(milliseconds) }, _context).RetryAfter.ShouldBe(seconds);

    [Fact]
    public async Task A_failure_writes_status_header_and_body()
    {
        await new Failure(new Error(ErrorKind.TooManyRequests, "rate_limit.exceeded", "Wait.") { RetryAfter = TimeSpan.FromSeconds(30) }).ExecuteAsync(_context);

        _context.Response.StatusCode.ShouldBe(429);
        _context.Response.ContentType.ShouldBe("application/problem+json");
        _context.Response.Headers.RetryAfter.ToString().ShouldBe("30");
        var body = Body();
        body.Select(p => p.Key).ShouldBe(["type", "title", "status", "detail", "code", "traceId", "retryAfter", "msg", "error"], ignoreOrder: true);
        body["retryAfter"]!.GetValue<int>().ShouldBe(30);
        body["msg"]!.GetValue<string>().ShouldBe("Wait.");
    }

    [Fact]
    public async Task Without_a_time_to_come_back_there_is_no_header()
    {
        await new Failure(new Error(ErrorKind.Validation, "c", "m") { Fields = new Dictionary<string, string[]> { ["email"] = ["bad"] } }).ExecuteAsync(_context);

        _context.Response.Headers.RetryAfter.Count.ShouldBe(0);
        var body = Body();
        body.ContainsKey("retryAfter").ShouldBeFalse();
        body["errors"]!["email"]![0]!.GetValue<string>().ShouldBe("bad");
    }

    [Theory]
    [InlineData(400, "request.malformed")]
    [InlineData(401, "session.access_token_invalid")]
    [InlineData(403, "request.forbidden")]
    [InlineData(404, "request.not_found")]
    [InlineData(405, "request.method_not_allowed")]
    [InlineData(413, "request.too_large")]
    [InlineData(415, "request.unsupported_media_type")]
    [InlineData(431, "request.headers_too_large")]
    [InlineData(500, "internal_error")]
    [InlineData(503, "internal_error")]
    [InlineData(418, "request.failed")]
    public void Statuses_without_an_endpoint_have_codes_and_sentences(int status, string code)
    {
        ProblemResponses.Describe(status).Code.ShouldBe(code);
        ProblemResponses.Describe(status).Detail.ShouldEndWith(".");
    }

    private JsonObject Body()
    {
        _context.Response.Body.Position = 0;
        return JsonNode.Parse(_context.Response.Body)!.AsObject();
    }
}
