using Backend.Domain.Common;
using Backend.WebApi.Endpoints;
using Backend.WebApi.Http;
using MediatR;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;

namespace Backend.Unit.WebApi;

public sealed class CommonFailuresTests
{
    private static readonly object s_body = new AcceptsMetadata(["application/json"]);
    private static readonly AuthorizationPolicy s_signedIn = new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build();
    private static readonly AuthorizationPolicy s_admins = new AuthorizationPolicyBuilder().RequireRole("admin").Build();

    [Fact]
    public void A_route_that_needs_nothing_cannot_fail() => StatusesOf(Nothing).ShouldBeEmpty();

    [Fact]
    public void A_use_case_needs_its_store() => StatusesOf(UseCase).ShouldBe([503]);

    [Fact]
    public void A_body_can_be_bad_in_three_ways() => StatusesOf(Nothing, s_body).ShouldBe([400, 413, 415]);

    [Fact]
    public void Text_needs_no_reading_and_everything_else_does()
    {
        StatusesOf(Text).ShouldBeEmpty();
        StatusesOf(Number).ShouldBe([400]);
        StatusesOf(NoNumber).ShouldBe([400]);
        StatusesOf(Id).ShouldBe([400]);
    }

    [Fact]
    public void A_session_can_be_missing_or_out_of_reach()
    {
        StatusesOf(Nothing, new AuthorizeAttribute()).ShouldBe([401, 503]);
        StatusesOf(Nothing, new AuthorizeAttribute(), s_signedIn).ShouldBe([401, 503]);
        StatusesOf(Nothing, new AuthorizeAttribute(), new AllowAnonymousAttribute()).ShouldBeEmpty();
    }

    [Fact]
    public void A_role_can_be_missing()
    {
        StatusesOf(Nothing, new AuthorizeAttribute { Roles = "admin" }).ShouldBe([401, 403, 503]);
        StatusesOf(Nothing, new AuthorizeAttribute("admins")).ShouldBe([401, 403, 503]);
        StatusesOf(Nothing, new AuthorizeAttribute(), s_admins).ShouldBe([401, 403, 503]);
    }

    [Fact]
    public void What_the_route_says_itself_comes_first_and_nothing_is_said_twice()
    {
        var own = new FailureMetadata(400, Error.Invalid("No.", new Dictionary<string, string[]>()));
        var endpoint = Declare(Nothing, own, new ProducesResponseTypeMetadata(400, typeof(Problem)), s_body);

        endpoint.Metadata.OfType<FailureMetadata>().Select(failure => failure.ToProblem("t").Code).ShouldBe(["validation.failed", "request.malformed", "request.too_large", "request.unsupported_media_type"]);
        endpoint.Metadata.OfType<IProducesResponseTypeMetadata>().Select(answer => answer.StatusCode).ShouldBe([400, 413, 415]);
    }

    [Fact]
    public void What_is_not_described_is_left_alone() =>
        Declare(UseCase, s_body, new ExcludeFromDescriptionAttribute()).Metadata.OfType<FailureMetadata>().ShouldBeEmpty();

    private static IEnumerable<int> StatusesOf(Delegate handler, params object[] metadata)
    {
        var endpoint = Declare(handler, metadata);
        var statuses = endpoint.Metadata.OfType<FailureMetadata>().Select(failure => failure.Status).Distinct().Order().ToList();
        endpoint.Metadata.OfType<IProducesResponseTypeMetadata>().Select(answer => answer.StatusCode).Order().ShouldBe(statuses);
        return statuses;
    }

    private static RouteEndpointBuilder Declare(Delegate handler, params object[] metadata)
    {
        var endpoint = new RouteEndpointBuilder(static _ => Task.CompletedTask, RoutePatternFactory.Parse("/"), 0);
        foreach (var item in metadata.Prepend(handler.Method))
        {
            endpoint.Metadata.Add(item);
        }

        CommonFailures.Declare(endpoint);
        return endpoint;
    }

    private static void Nothing(HttpContext context, CancellationToken cancellationToken)
    {
    }

    private static void UseCase(IMediator mediator)
    {
    }

    private static void Text(string text)
    {
    }

    private static void Number(int number)
    {
    }

    private static void NoNumber(long? number)
    {
    }

    private static void Id(Guid id)
    {
    }
}
