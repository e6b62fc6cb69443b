using Backend.Application.Ports;
using Backend.Unit.Support;
using Backend.WebApi.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using NSubstitute;

namespace Backend.Unit.WebApi;

public sealed class RateLimitHeadersTests
{
    private readonly IRateLimiter _adapter = Substitute.For<IRateLimiter>();
    private readonly IRateLimiter _limiter;

    public RateLimitHeadersTests()
    {
        _adapter.TryTakeAsync(default, "", default).ReturnsForAnyArgs(RateLimitVerdict.Of(isAllowed: true, 5, TimeSpan.FromSeconds(300), 1, TimeSpan.FromSeconds(300)));
        _limiter = new ObservedRateLimiter(_adapter, isStrict: true);
    }

    [Fact]
    public async Task A_limit_is_told_with_its_rule_and_what_is_left()
    {
        var headers = await AnswerAsync(route => route.Limited(RateLimit.MapSearch), () => TakeAsync(RateLimit.MapSearch));

        headers["RateLimit-Policy"].ToString().ShouldBe("\"map-search\";q=5;w=300");
        headers["RateLimit"].ToString().ShouldBe("\"map-search\";r=4;t=300");
    }

    [Fact]
    public async Task Several_limits_are_one_list_and_what_is_not_taken_is_not_in_it()
    {
        Verdict(RateLimit.Login, RateLimitVerdict.Of(isAllowed: false, 3, TimeSpan.FromSeconds(60), 3, TimeSpan.FromSeconds(0.2)));
        Func<RouteHandlerBuilder, RouteHandlerBuilder> route = r => r.Limited(RateLimit.Feedback, RateLimit.Register, RateLimit.Login);

        var headers = await AnswerAsync(route, async () =>
        {
            await TakeAsync(RateLimit.Feedback);
            await TakeAsync(RateLimit.Login);
        });

        headers["RateLimit-Policy"].ToString().ShouldBe("\"login\";q=3;w=60, \"feedback\";q=5;w=300");
        headers["RateLimit"].ToString().ShouldBe("\"login\";r=0;t=1, \"feedback\";r=4;t=300");
    }

    [Fact]
    public async Task Of_one_limit_that_is_taken_for_several_keys_the_scarcest_is_told()
    {
        Verdict(RateLimit.Login, Left(3), Left(1), Left(2));

        var headers = await AnswerAsync(route => route.Limited(RateLimit.Login), async () =>
        {
            for (var i = 0; i < 3; i++)
            {
                await TakeAsync(RateLimit.Login);
            }
        });

        headers["RateLimit"].ToString().ShouldBe("\"login\";r=1;t=300");
    }

    [Fact]
    public async Task A_limit_that_is_off_or_is_not_to_be_told_shows_nothing()
    {
        Verdict(RateLimit.Login, RateLimitVerdict.Unlimited);

        var headers = await AnswerAsync(route => route.Limited([RateLimit.Login], untold: [RateLimit.LoginAccount]), async () =>
        {
            await TakeAsync(RateLimit.Login);
            await TakeAsync(RateLimit.LoginAccount);
        });

        headers.ContainsKey("RateLimit").ShouldBeFalse();
        headers.ContainsKey("RateLimit-Policy").ShouldBeFalse();
    }

    [Fact]
    public async Task A_limit_that_the_route_does_not_declare_is_a_bug()
    {
        Func<RouteHandlerBuilder, RouteHandlerBuilder> declared = r => r.Limited([RateLimit.Login], untold: [RateLimit.LoginAccount]);

        await Should.ThrowAsync<InvalidOperationException>(() => AnswerAsync(declared, () => TakeAsync(RateLimit.Register)));
        await Should.ThrowAsync<InvalidOperationException>(() => AnswerAsync(route => route, () => TakeAsync(RateLimit.Login)));
        (await Should.ThrowAsync<InvalidOperationException>(() => TakeAsync(RateLimit.Login))).Message.ShouldContain("Login");
        await _adapter.DidNotReceiveWithAnyArgs().TryTakeAsync(default, "", default);
    }

    [Fact]
    public async Task Where_a_bug_is_to_do_least_harm_it_is_only_not_told()
    {
        var lenient = new ObservedRateLimiter(_adapter, isStrict: false);

        var headers = await AnswerAsync(route => route.Limited(RateLimit.Login), () => lenient.TryTakeAsync(RateLimit.Register, "key", CancellationToken.None));
        var verdict = await lenient.TryTakeAsync(RateLimit.Register, "key", CancellationToken.None);

        headers.ContainsKey("RateLimit").ShouldBeFalse();
        verdict.IsAllowed.ShouldBeTrue();
        verdict.Quota!.Remaining.ShouldBe(4);
    }

    [Fact]
    public async Task Requests_do_not_see_one_anothers_limits()
    {
        Func<RouteHandlerBuilder, RouteHandlerBuilder> route = r => r.Limited(RateLimit.Login, RateLimit.Register);
        var bothRun = new TaskCompletionSource();
        var first = AnswerAsync(route, async () =>
        {
            await TakeAsync(RateLimit.Login);
            await bothRun.Task;
        });

        var second = await AnswerAsync(route, () => TakeAsync(RateLimit.Register));
        bothRun.SetResult();

        second["RateLimit"].ToString().ShouldBe("\"register\";r=4;t=300");
        (await first)["RateLimit"].ToString().ShouldBe("\"login\";r=4;t=300");
        TakenLimits.Current.ShouldBeNull();
    }

    [Fact]
    public void The_adapter_stays_checked_and_the_port_has_one_registration()
    {
        var services = new ServiceCollection().AddSingleton<IRateLimiter, NeedyLimiter>();
        services.ObserveRateLimits(isStrict: true);

        services.Count(s => s.ServiceType == typeof(IRateLimiter)).ShouldBe(1);
        Should.Throw<AggregateException>(() => services.BuildServiceProvider(new ServiceProviderOptions { ValidateOnBuild = true })).Message.ShouldContain(nameof(NeedyLimiter));
        services.AddSingleton(TimeProvider.System);
        services.BuildServiceProvider().GetServices<IRateLimiter>().ShouldHaveSingleItem().ShouldBeOfType<ObservedRateLimiter>();
        new ServiceCollection().ObserveRateLimits(isStrict: true);
    }

    private static RateLimitVerdict Left(int remaining) => RateLimitVerdict.Of(isAllowed: true, 5, TimeSpan.FromSeconds(300), 5 - remaining, TimeSpan.FromSeconds(300));

    private static async Task<IHeaderDictionary> AnswerAsync(Func<RouteHandlerBuilder, RouteHandlerBuilder> declare, Func<Task> work)
    {
        var route = new TestRoute(routes => declare(routes.MapGet("/", async () =>
        {
            await work();
            return TypedResults.Ok();
        })));
        return (await route.AskAsync()).Headers;
    }

    private void Verdict(RateLimit limit, RateLimitVerdict first, params RateLimitVerdict[] others) =>
        _adapter.TryTakeAsync(limit, Arg.Any<string>(), Arg.Any<CancellationToken>()).Returns(first, others);

    private Task<RateLimitVerdict> TakeAsync(RateLimit limit) => _limiter.TryTakeAsync(limit, "key", CancellationToken.None);

    private sealed class NeedyLimiter(TimeProvider clock) : IRateLimiter
    {
        public Task<RateLimitVerdict> TryTakeAsync(RateLimit limit, string key, CancellationToken cancellationToken) =>
            throw new NotSupportedException(clock.ToString());

        public Task ForgetAsync(string key, CancellationToken cancellationToken) => throw new NotSupportedException(clock.ToString());
    }
}
