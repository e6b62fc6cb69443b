using Backend.Application.Ports;
using Backend.Application.Sessions;
using Backend.Domain.Accounts;
using Backend.Domain.Common;
using Backend.Domain.Sessions;
using Backend.Infrastructure.InMemory;
using Backend.Unit.Support;
using NSubstitute;

namespace Backend.Unit.Application.Sessions;

public sealed class LoginTests
{
    private readonly IUserStore _users = Substitute.For<IUserStore>();
    private readonly InMemorySessionStore _sessions = new(Make.Clock());
    private readonly IPasswordHasher _passwords = Substitute.For<IPasswordHasher>();
    private readonly IRateLimiter _limiter = Substitute.For<IRateLimiter>();
    private readonly IIdSource _ids = Substitute.For<IIdSource>();
    private readonly LoginHandler _handler;
    private readonly User _user = Make.User();

    public LoginTests()
    {
        var access = Substitute.For<IAccessTokens>();
        access.Issue(default, default, default).ReturnsForAnyArgs(call => new Secret($"access {call.Arg<Role>()}"));
        var refresh = Substitute.For<IRefreshTokens>();
        refresh.Issue(new(default, default, default)).ReturnsForAnyArgs(call => new Secret($"refresh {call.Arg<RefreshTokenContent>().Counter}"));
        _ids.Next().Returns(Make.SomeId);
        _limiter.TryTakeAsync(default, "", CancellationToken.None).ReturnsForAnyArgs(new RateLimitVerdict(true, TimeSpan.Zero));
        _users.FindByLoginAsync("Demo Mapper", Arg.Any<CancellationToken>()).Returns(_user);
        Verify(new PasswordVerdict(IsMatch: true, NeedsRehash: false));
        _handler = new LoginHandler(_users, _sessions, _passwords, access, refresh, _limiter, _ids, Make.Clock());
    }

    [Fact]
    public async Task A_good_password_opens_a_session_of_this_client()
    {
        var result = await HandleAsync();

        result.Value.User.ShouldBe(_user);
        result.Value.Tokens.AccessToken.Reveal().ShouldBe("access User");
        result.Value.Tokens.RefreshToken.Reveal().ShouldBe("refresh 0");
        var session = await _sessions.FindAsync(_user.Id, new SessionId(Make.SomeId), CancellationToken.None);
        session!.UserAgent.ShouldBe("browser");
        session.IpAddress.ShouldBe("192.0.2.1");
    }

    [Fact]
    public async Task A_wrong_password_opens_none()
    {
        Verify(default);

        (await HandleAsync()).Error.ShouldBe(SessionErrors.InvalidCredentials);

        (await _sessions.ListAsync(_user.Id, CancellationToken.None)).ShouldBeEmpty();
    }

    [Fact]
    public async Task An_unknown_user_costs_a_comparison_and_is_told_the_same()
    {
        Verify(default);

        (await HandleAsync("nobody")).Error.ShouldBe(SessionErrors.InvalidCredentials);

        await _passwords.Received(1).VerifyAsync(Arg.Any<Secret>(), Arg.Is<Secret?>(hash => hash == null), Arg.Any<CancellationToken>());
    }

    [Fact]
    public async Task A_full_pool_is_told_as_it_is()
    {
        var busy = new Error(ErrorKind.Unavailable, "password.busy", "busy");
        _passwords.VerifyAsync(null!, null, CancellationToken.None).ReturnsForAnyArgs(Make.Failed<PasswordVerdict>(busy));

        (await HandleAsync()).Error.ShouldBe(busy);
    }

    [Fact]
    public async Task A_hash_of_another_cost_is_renewed()
    {
        Verify(new PasswordVerdict(IsMatch: true, NeedsRehash: true));
        var renewed = new Secret("new hash");
        _passwords.HashAsync(null!, CancellationToken.None).ReturnsForAnyArgs(Make.Success(renewed));

        (await HandleAsync()).IsSuccess.ShouldBeTrue();

        await _users.Received(1).TryReplacePasswordHashAsync(_user.Id, _user.PasswordHash, renewed, Arg.Any<CancellationToken>());
    }

    [Fact]
    public async Task A_hash_that_cannot_be_renewed_now_does_not_keep_anybody_out()
    {
        Verify(new PasswordVerdict(IsMatch: true, NeedsRehash: true));
        _passwords.HashAsync(null!, CancellationToken.None).ReturnsForAnyArgs(Make.Failed<Secret>(new Error(ErrorKind.Unavailable, "password.busy", "busy")));

        (await HandleAsync()).IsSuccess.ShouldBeTrue();

        await _users.DidNotReceiveWithAnyArgs().TryReplacePasswordHashAsync(default, null!, null!, CancellationToken.None);
    }

    [Fact]
    public async Task An_address_above_its_limit_is_refused_before_any_comparison()
    {
        Refuse(RateLimit.Login, "192.0.2.1");

        (await HandleAsync()).Error!.Kind.ShouldBe(ErrorKind.TooManyRequests);

        await _passwords.DidNotReceiveWithAnyArgs().VerifyAsync(null!, null, CancellationToken.None);
        await _limiter.DidNotReceive().TryTakeAsync(RateLimit.LoginAccount, Arg.Any<string>(), Arg.Any<CancellationToken>());
    }

    [Fact]
    public async Task An_account_above_its_limit_still_lets_each_address_try()
    {
        Refuse(RateLimit.LoginAccount, _user.Id.ToString());

        (await HandleAsync()).IsSuccess.ShouldBeTrue();
        Refuse(RateLimit.LoginAccountAddress, $"{_user.Id} 192.0.2.1");

        (await HandleAsync()).Error!.Kind.ShouldBe(ErrorKind.TooManyRequests);
    }

    [Theory]
    [InlineData(null, "x", "email")]
    [InlineData("", "x", "email")]
    [InlineData("x", null, "password")]
    [InlineData("x", "", "password")]
    public void Both_parts_are_required(string? login, string? password, string field)
    {
        var outcome = new LoginValidator().Validate(new LoginCommand(login, password is null ? null : new Secret(password), null, ""));

        outcome.Errors.Select(e => e.PropertyName).ShouldBe([field]);
    }

    [Fact]
    public void An_overlong_login_is_refused() =>
        new LoginValidator().Validate(new LoginCommand(new string('x', 256), new Secret("x"), null, "")).IsValid.ShouldBeFalse();

    private void Verify(PasswordVerdict verdict) => _passwords.VerifyAsync(null!, null, CancellationToken.None).ReturnsForAnyArgs(Make.Success(verdict));

    private void Refuse(RateLimit limit, string key) =>
        _limiter.TryTakeAsync(limit, key, Arg.Any<CancellationToken>()).Returns(new RateLimitVerdict(false, TimeSpan.FromSeconds(9)));

    private Task<Result<LoginResult>> HandleAsync(string login = "Demo Mapper") =>
        _handler.Handle(new LoginCommand(login, new Secret("password"), "browser", "192.0.2.1"), CancellationToken.None);
}
