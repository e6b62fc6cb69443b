using Backend.Application.Sessions;
using Backend.Domain.Accounts;
using Backend.Domain.MapSearches;
using Backend.Unit.Support;
using Backend.WebApi.Endpoints;
using Backend.WebApi.Http;
using Microsoft.AspNetCore.Http;

namespace Backend.Unit.WebApi;

public sealed class PollingTests
{
    private static readonly CurrentUser Caller = new(new AuthenticatedUser(Make.UserId, Make.SessionId, Role.User));

    [Theory]
    [InlineData("\"5\"", 5L)]
    [InlineData("W/\"5\"", 5L)]
    [InlineData(" \"5\" ", 5L)]
    [InlineData("\"9223372036854775807\"", long.MaxValue)]
    [InlineData("", null)]
    [InlineData("5", null)]
    [InlineData("*", null)]
    [InlineData("\"\"", null)]
    [InlineData("\"abc\"", null)]
    [InlineData("\"5x\"", null)]
    [InlineData("\"+5\"", null)]
    [InlineData("\"-5\"", null)]
    [InlineData("\" 5\"", null)]
    [InlineData("\"5\", \"6\"", null)]
    [InlineData("\"99999999999999999999\"", null)]
    [InlineData("\"5", null)]
    public void A_known_version_is_one_tag_that_this_service_writes(string header, long? version)
    {
        var request = new DefaultHttpContext().Request;
        request.Headers.IfNoneMatch = header;

        Polling.KnownVersion(request).ShouldBe(version);
    }

    [Fact]
    public void Without_the_header_no_version_is_known() => Polling.KnownVersion(new DefaultHttpContext().Request).ShouldBeNull();

    [Fact]
    public void Two_headers_are_two_tags()
    {
        var request = new DefaultHttpContext().Request;
        request.Headers.IfNoneMatch = new[] { "\"5\"", "\"6\"" };

        Polling.KnownVersion(request).ShouldBeNull();
    }

    [Fact]
    public void An_answer_about_a_search_has_its_version_as_tag_and_a_time_to_ask_again_while_it_runs()
    {
        var running = new DefaultHttpContext().Response;
        Polling.Describe(running, Make.Job());
        running.Headers.ETag.ToString().ShouldBe("\"1\"");
        running.Headers.RetryAfter.ToString().ShouldBe("2");

        var over = new DefaultHttpContext().Response;
        Polling.Describe(over, Make.Job().Cancel(Make.Start));
        over.Headers.ETag.ToString().ShouldBe("\"2\"");
        over.Headers.RetryAfter.Count.ShouldBe(0);
    }

    [Fact]
    public void What_is_written_is_read_back()
    {
        var context = new DefaultHttpContext();
        var job = Make.Job().Claim(Make.Start);
        Polling.Describe(context.Response, job);
        context.Request.Headers.IfNoneMatch = context.Response.Headers.ETag;

        Polling.KnownVersion(context.Request).ShouldBe(job.Version);
    }

    [Theory]
    [InlineData("aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee", true)]
    [InlineData("AAAAAAAA-BBBB-4CCC-8DDD-EEEEEEEEEEEE", true)]
    [InlineData("aaaaaaaabbbb4ccc8dddeeeeeeeeeeee", false)]
    [InlineData("{aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee}", false)]
    [InlineData("", false)]
    [InlineData("1", false)]
    public void A_key_belongs_to_the_caller_and_has_the_form_that_was_given_out(string id, bool valid)
    {
        Polling.TryReadKey(id, Caller, out var key).ShouldBe(valid);

        if (valid)
        {
            key.ShouldBe(new MapSearchKey(Make.UserId, new MapSearchId(Make.SomeId)));
        }
    }
}
