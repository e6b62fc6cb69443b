using Backend.Application.Ports;
using Backend.Application.Sessions;
using Backend.Domain.Accounts;
using Backend.Domain.Common;
using Backend.Domain.Sessions;
using Backend.Unit.Support;
using NSubstitute;

namespace Backend.Unit.Application.Sessions;

public sealed class LoginTests
{
    private static readonly RateLimitVerdict Allowed = new(IsAllowed: true, TimeSpan.Zero);
    private static readonly Secret Access = new("access");
    private static readonly Secret Refresh = new("refresh");

    private readonly IUserStore _users = Substitute.For<IUserStore>();
    private readonly ISessionStore _sessions = Substitute.For<ISessionStore>();
    private readonly IPasswordHasher _passwords = Substitute.For<IPasswordHasher>();
    private readonly IAccessTokens _accessTokens = Substitute.For<IAccessTokens>();
    private readonly IRefreshTokens _refreshTokens = Substitute.For<IRefreshTokens>();
    private readonly IRateLimiter _limiter = Substitute.For<IRateLimiter>();
    private readonly IIdSource _ids = Substitute.For<IIdSource>();
    private readonly User _user = Make.User();
    private readonly LoginHandler _handler;

    public LoginTests()
    {
        _handler = new LoginHandler(_users, _sessions, _passwords, _accessTokens, _refreshTokens, _limiter, _ids, Make.Clock());
        _users.FindByLoginAsync("Demo Mapper", default).ReturnsForAnyArgs(_user);
        _users.FindAsync(_user.Id, default).ReturnsForAnyArgs(_user);
        _ids.Next().Returns(Make.SomeId);
        _limiter.TryTakeAsync(default, "", default).ReturnsForAnyArgs(Allowed);
        Verdict(isMatch: true);
        _accessTokens.Issue(default, default, default).ReturnsForAnyArgs(Access);
        _refreshTokens.Issue(null!).ReturnsForAnyArgs(Refresh);
    }

    [Fact]
    public async Task A_good_password_starts_a_session_and_gives_its_tokens()
    {
        var result = await Send();

        result.Value.User.ShouldBe(_user);
        result.Value.Tokens.ShouldBe(new SessionTokens(Access, Refresh));
        var session = new Session(_user.Id, new SessionId(Make.SomeId), Make.Start, Make.Start, 0, "browser", "192.0.2.1");
        await _sessions.Received(1).AddAsync(session, default);
        _accessTokens.Received(1).Issue(_user.Id, session.Id, _user.Role);
        _refreshTokens.Received(1).Issue(new RefreshTokenContent(_user.Id, session.Id, 0));
    }

    [Fact]
    public async Task A_session_that_began_while_the_password_was_changed_ends_at_once()
    {
        _users.FindAsync(_user.Id, default).ReturnsForAnyArgs(Make.User(hash: "another hash"));
        _passwords.VerifyAsync(null!, null, default).ReturnsForAnyArgs(
            call => Make.Success(new PasswordVerdict(call.ArgAt<Secret?>(1)!.Reveal() == "stored hash", NeedsRehash: false)));

        (await Send()).Error.ShouldBe(SessionErrors.InvalidCredentials);

        await _sessions.Received(1).RemoveAsync(_user.Id, new SessionId(Make.SomeId), CancellationToken.None);
    }

    [Fact]
    public async Task A_session_that_began_while_the_account_was_removed_ends_at_once()
    {
        _users.FindAsync(_user.Id, default).ReturnsForAnyArgs((User?)null);
        _passwords.VerifyAsync(null!, null, default).ReturnsForAnyArgs(call => Make.Success(new PasswordVerdict(call.ArgAt<Secret?>(1) is not null, NeedsRehash: false)));

        (await Send()).Error.ShouldBe(SessionErrors.InvalidCredentials);

        await _sessions.Received(1).RemoveAsync(_user.Id, new SessionId(Make.SomeId), CancellationToken.None);
    }

    [Fact]
    public async Task A_hash_that_was_renewed_meanwhile_is_no_reason_to_end_the_session()
    {
        _users.FindAsync(_user.Id, default).ReturnsForAnyArgs(Make.User(hash: "renewed hash"));

        (await Send()).IsSuccess.ShouldBeTrue();

        await _sessions.DidNotReceiveWithAnyArgs().RemoveAsync(default, default, default);
    }

    [Fact]
    public async Task A_wrong_password_starts_nothing()
    {
        Verdict(isMatch: false);

        (await Send()).Error.ShouldBe(SessionErrors.InvalidCredentials);
        await ShouldHaveStartedNothing();
    }

    [Fact]
    public async Task An_unknown_user_costs_a_verification_and_gets_the_same_error()
    {
        _users.FindByLoginAsync("", default).ReturnsForAnyArgs((User?)null);

        (await Send()).Error.ShouldBe(SessionErrors.InvalidCredentials);
        await _passwords.Received(1).VerifyAsync(Arg.Is<Secret>(s => s.Reveal() == "a password"), Arg.Is<Secret?>(s => s == null), Arg.Any<CancellationToken>());
        await ShouldHaveStartedNothing();
    }

    [Fact]
    public async Task A_hasher_that_calls_an_unknown_users_password_right_opens_nothing()
    {
        _users.FindByLoginAsync("", default).ReturnsForAnyArgs((User?)null);
        Verdict(isMatch: true, needsRehash: true);

        (await Send()).Error.ShouldBe(SessionErrors.InvalidCredentials);
        await ShouldHaveStartedNothing();
    }

    [Fact]
    public async Task A_busy_hashing_pool_is_passed_on()
    {
        var busy = new Error(ErrorKind.Unavailable, "password.busy", "Later.") { RetryAfter = TimeSpan.FromSeconds(5) };
        _passwords.VerifyAsync(null!, null, default).ReturnsForAnyArgs(Make.Failed<PasswordVerdict>(busy));

        (await Send()).Error.ShouldBeSameAs(busy);
        await ShouldHaveStartedNothing();
    }

    [Fact]
    public async Task An_outdated_hash_is_replaced()
    {
        var fresh = new Secret("fresh hash");
        Verdict(isMatch: true, needsRehash: true);
        _passwords.HashAsync(null!, default).ReturnsForAnyArgs(Make.Success(fresh));

        (await Send()).IsSuccess.ShouldBeTrue();
        await _users.Received(1).TryReplacePasswordHashAsync(_user.Id, _user.PasswordHash, fresh, Arg.Any<CancellationToken>());
    }

    [Fact]
    public async Task A_current_hash_is_left_alone()
    {
        await Send();

        await _passwords.DidNotReceiveWithAnyArgs().HashAsync(null!, default);
        await _users.DidNotReceiveWithAnyArgs().TryReplacePasswordHashAsync(default, null!, null!, default);
    }

    [Fact]
    public async Task A_wrong_password_never_replaces_an_outdated_hash()
    {
        Verdict(isMatch: false, needsRehash: true);

        await Send();

        await _passwords.DidNotReceiveWithAnyArgs().HashAsync(null!, default);
    }

    [Fact]
    public async Task A_pool_too_busy_to_rehash_does_not_spoil_the_login()
    {
        Verdict(isMatch: true, needsRehash: true);
        _passwords.HashAsync(null!, default).ReturnsForAnyArgs(Make.Failed<Secret>(Make.Trouble()));

        (await Send()).IsSuccess.ShouldBeTrue();
        await _users.DidNotReceiveWithAnyArgs().TryReplacePasswordHashAsync(default, null!, null!, default);
    }

    [Fact]
    public async Task A_hash_that_somebody_else_replaced_first_does_not_spoil_the_login()
    {
        Verdict(isMatch: true, needsRehash: true);
        _passwords.HashAsync(null!, default).ReturnsForAnyArgs(Make.Success(new Secret("fresh hash")));
        _users.TryReplacePasswordHashAsync(default, null!, null!, default).ReturnsForAnyArgs(false);

        (await Send()).IsSuccess.ShouldBeTrue();
    }

    [Fact]
    public async Task The_address_is_counted_first_then_the_account()
    {
        await Send();

        Received.InOrder(() =>
        {
            _ = _limiter.TryTakeAsync(RateLimit.Login, "192.0.2.1", Arg.Any<CancellationToken>());
            _ = _limiter.TryTakeAsync(RateLimit.LoginAccount, "7", Arg.Any<CancellationToken>());
        });
        await _limiter.DidNotReceive().TryTakeAsync(RateLimit.LoginAccountAddress, Arg.Any<string>(), Arg.Any<CancellationToken>());
    }

    [Fact]
    public async Task An_address_above_its_limit_is_refused_before_any_work()
    {
        Refuse(RateLimit.Login, seconds: 30);

        (await Send()).Error!.ShouldSatisfyAllConditions(e => e.Kind.ShouldBe(ErrorKind.TooManyRequests), e => e.RetryAfter.ShouldBe(TimeSpan.FromSeconds(30)));
        await _limiter.DidNotReceive().TryTakeAsync(RateLimit.LoginAccount, Arg.Any<string>(), Arg.Any<CancellationToken>());
        await _passwords.DidNotReceiveWithAnyArgs().VerifyAsync(null!, null, default);
        await ShouldHaveStartedNothing();
    }

    [Fact]
    public async Task Above_the_accounts_limit_an_address_has_tries_of_its_own()
    {
        Refuse(RateLimit.LoginAccount, seconds: 900);

        (await Send()).IsSuccess.ShouldBeTrue();
        await _limiter.Received(1).TryTakeAsync(RateLimit.LoginAccountAddress, "7\n192.0.2.1", Arg.Any<CancellationToken>());
    }

    [Fact]
    public async Task All_addresses_of_one_home_network_are_counted_as_one()
    {
        Refuse(RateLimit.LoginAccount, seconds: 900);

        await Send(address: "2001:db8:1:2:aaaa::1");
        await Send(address: "2001:db8:1:2:bbbb::2");

        await _limiter.Received(2).TryTakeAsync(RateLimit.Login, "2001:db8:1:2::/64", Arg.Any<CancellationToken>());
        await _limiter.Received(2).TryTakeAsync(RateLimit.LoginAccountAddress, "7\n2001:db8:1:2::/64", Arg.Any<CancellationToken>());
        await _sessions.Received(1).AddAsync(Arg.Is<Session>(s => s.IpAddress == "2001:db8:1:2:bbbb::2"), Arg.Any<CancellationToken>());
    }

    [Fact]
    public async Task Above_both_limits_of_the_account_it_is_refused_before_any_work()
    {
        Refuse(RateLimit.LoginAccount, seconds: 900);
        Refuse(RateLimit.LoginAccountAddress, seconds: 60);

        (await Send()).Error!.RetryAfter.ShouldBe(TimeSpan.FromSeconds(60));
        await _passwords.DidNotReceiveWithAnyArgs().VerifyAsync(null!, null, default);
    }

    [Fact]
    public async Task An_unknown_account_is_limited_like_a_known_one_whatever_its_case()
    {
        _users.FindByLoginAsync("", default).ReturnsForAnyArgs((User?)null);
        var keys = new List<string>();
        await _limiter.TryTakeAsync(RateLimit.LoginAccount, Arg.Do<string>(keys.Add), Arg.Any<CancellationToken>());

        await Send(" nobody ");
        await Send("NOBODY");

        keys.Count.ShouldBe(2);
        keys[0].ShouldBe(keys[1]);
    }

    [Fact]
    public async Task An_unknown_account_named_like_a_user_id_does_not_use_up_that_users_tries()
    {
        _users.FindByLoginAsync("", default).ReturnsForAnyArgs((User?)null);

        await Send("7");

        await _limiter.DidNotReceive().TryTakeAsync(RateLimit.LoginAccount, "7", Arg.Any<CancellationToken>());
    }

    [Theory]
    [InlineData(null, "password", "email", "Please give your user name or e-mail address.")]
    [InlineData("", "password", "email", "Please give your user name or e-mail address.")]
    [InlineData("   ", "password", "email", "Please give your user name or e-mail address.")]
    [InlineData("name", null, "password", "Please give your password.")]
    [InlineData("name", "", "password", "Please give your password.")]
    public void What_is_missing_is_named(string? login, string? password, string field, string message)
    {
        var outcome = new LoginValidator().Validate(new LoginCommand(login, password is null ? null : new Secret(password), null, ""));

        outcome.Errors.ShouldHaveSingleItem().ShouldSatisfyAllConditions(e => e.PropertyName.ShouldBe(field), e => e.ErrorMessage.ShouldBe(message));
    }

    [Fact]
    public void An_overlong_login_is_refused_and_the_longest_is_not()
    {
        new LoginValidator().Validate(new LoginCommand(new string('x', 255), new Secret("p"), null, "")).IsValid.ShouldBeTrue();
        new LoginValidator().Validate(new LoginCommand(new string('x', 256), new Secret("p"), null, "")).Errors
            .ShouldHaveSingleItem().ErrorMessage.ShouldBe("The user name or e-mail address is too long.");
    }

    [Fact]
    public void Old_passwords_are_not_held_against_the_rules_for_new_ones() =>
        new LoginValidator().Validate(new LoginCommand("name", new Secret("123"), null, "")).IsValid.ShouldBeTrue();

    [Fact]
    public void Printing_the_request_or_the_answer_shows_no_secret()
    {
        new LoginCommand("name", new Secret("hunter2!"), null, "").ToString().ShouldNotContain("hunter2!");
        new LoginResult(new SessionTokens(new Secret("tok-a"), new Secret("tok-r")), Make.User(hash: "$2a$hash")).ToString()
            .ShouldSatisfyAllConditions(t => t.ShouldNotContain("tok-a"), t => t.ShouldNotContain("tok-r"), t => t.ShouldNotContain("$2a$hash"));
    }

    private Task<Result<LoginResult>> Send(string login = "Demo Mapper", string address = "192.0.2.1") =>
        _handler.Handle(new LoginCommand(login, new Secret("a password"), "browser", address), CancellationToken.None);

    private void Verdict(bool isMatch, bool needsRehash = false) =>
        _passwords.VerifyAsync(null!, null, default).ReturnsForAnyArgs(Make.Success(new PasswordVerdict(isMatch, needsRehash)));

    private void Refuse(RateLimit limit, int seconds) =>
        _limiter.TryTakeAsync(limit, Arg.Any<string>(), Arg.Any<CancellationToken>()).Returns(new RateLimitVerdict(IsAllowed: false, TimeSpan.FromSeconds(seconds)));

    private async Task ShouldHaveStartedNothing()
    {
        await _sessions.DidNotReceiveWithAnyArgs().AddAsync(null!, default);
        _accessTokens.DidNotReceiveWithAnyArgs().Issue(default, default, default);
        _refreshTokens.DidNotReceiveWithAnyArgs().Issue(null!);
    }
}
