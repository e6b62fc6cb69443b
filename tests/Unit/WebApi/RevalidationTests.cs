using System.Text;
using Backend.Domain.Common;
using Backend.Unit.Support;
using Backend.WebApi.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Backend.Unit.WebApi;

public sealed class RevalidationTests
{
    private const string Tag = "W/\"J8xo88nlOt7sZyTOqNyzbA\"";

    private static readonly TestRoute Route = new(routes => routes.MapGet("/", () => TypedResults.Ok(new Thing("Ünï"))).AllowAnonymous().Revalidates());

    [Fact]
    public void A_tag_is_that_of_the_content_and_the_same_in_every_process() =>
        Revalidation.TagOf("content"u8).ToString().ShouldBe("W/\"7XACtDnprIRfIjV9giusFA\"");

    [Theory]
    [InlineData("W/\"a\"", true)]
    [InlineData("\"a\"", true)]
    [InlineData("*", true)]
    [InlineData("\"b\", W/\"a\"", true)]
    [InlineData("\"b\",W/\"c\" , \"a\"", true)]
    [InlineData("", false)]
    [InlineData("W/\"b\"", false)]
    [InlineData("W/\"A\"", false)]
    [InlineData("a", false)]
    [InlineData("\"a", false)]
    public void Any_tag_of_a_list_is_compared_weakly(string ifNoneMatch, bool known) =>
        Revalidation.IsKnown(ifNoneMatch, new("\"a\"", isWeak: true)).ShouldBe(known);

    [Fact]
    public async Task An_answer_is_what_it_was_with_a_tag_and_the_length_added()
    {
        var plain = await new TestRoute(routes => routes.MapGet("/", () => TypedResults.Ok(new Thing("Ünï")))).AskAsync();
        var answer = await Route.AskAsync();

        answer.Status.ShouldBe(200);
        answer.Body.ShouldBe(plain.Body);
        answer.Headers.ContentType.ShouldBe(plain.Headers.ContentType);
        answer.Headers.ContentLength.ShouldBe(plain.Body.Length);
        answer.Headers.ETag.ToString().ShouldBe(Revalidation.TagOf(plain.Body).ToString());
        Encoding.UTF8.GetString(answer.Body).ShouldStartWith("{\"name\":");
    }

    [Fact]
    public async Task What_is_known_is_not_sent_again()
    {
        var tag = (await Route.AskAsync()).Headers.ETag.ToString();

        var known = await Route.AskAsync(("If-None-Match", tag));
        var other = await Route.AskAsync(("If-None-Match", Tag));

        known.Status.ShouldBe(304);
        known.Body.ShouldBeEmpty();
        known.Headers.ETag.ToString().ShouldBe(tag);
        known.Headers.ContentType.Count.ShouldBe(0);
        known.Headers.ContentLength.ShouldBeNull();
        other.Status.ShouldBe(200);
        other.Body.ShouldNotBeEmpty();
    }

    [Fact]
    public async Task A_failure_has_no_tag_and_is_always_sent()
    {
        var route = new TestRoute(routes => routes.MapGet("/", Fail).Revalidates());

        var answer = await route.AskAsync(("If-None-Match", "*"));

        answer.Status.ShouldBe(404);
        answer.Headers.ETag.Count.ShouldBe(0);
        answer.Headers.CacheControl.Count.ShouldBe(0);
        Encoding.UTF8.GetString(answer.Body).ShouldContain("\"code\":\"thing.gone\"");

        static Results<Ok<Thing>, Failure> Fail() => new Failure(new Error(ErrorKind.NotFound, "thing.gone", "It is gone."));
    }

    [Fact]
    public async Task Only_what_belongs_to_a_user_is_private()
    {
        var own = await new TestRoute(routes => routes.MapGet("/", () => TypedResults.Ok(1)).RequireAuthorization().Revalidates()).AskAsync();
        var opened = await new TestRoute(routes => routes.MapGroup("/").RequireAuthorization().MapGet("/", () => TypedResults.Ok(1)).AllowAnonymous().Revalidates()).AskAsync();

        own.Headers.CacheControl.ToString().ShouldBe("private, no-cache");
        own.Headers.Vary.ToString().ShouldBe("Authorization");
        foreach (var shared in new[] { opened, await Route.AskAsync() })
        {
            shared.Headers.CacheControl.ToString().ShouldBe("no-cache");
            shared.Headers.Vary.Count.ShouldBe(0);
        }
    }

    [Fact]
    public void A_stream_is_not_held_in_memory_and_what_does_not_read_is_not_revalidated()
    {
        Refused(new TestRoute(routes => routes.MapGet("/", () => TypedResults.Ok(AsyncEnumerable.Empty<int>())).Revalidates())).ShouldContain("streams");
        Refused(new TestRoute(routes => routes.MapGet("/", () => TypedResults.Ok(new Streamed("x", AsyncEnumerable.Empty<int>()))).Revalidates())).ShouldContain("streams");
        Refused(new TestRoute(routes => routes.MapPost("/", () => TypedResults.Ok(1)).Revalidates())).ShouldContain("does not read");

        static string Refused(TestRoute route) => Should.Throw<InvalidOperationException>(() => route.Endpoint).Message;
    }

    private sealed record Thing(string Name);

    private sealed record Streamed(string Name, IAsyncEnumerable<int> Items);
}
