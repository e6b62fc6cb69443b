using Backend.Application.Ports;
using Backend.Application.Sessions;
using Backend.Domain.Accounts;
using Backend.Domain.Common;
using Backend.Domain.Sessions;
using Backend.Unit.Support;
using Microsoft.Extensions.Time.Testing;
using NSubstitute;

namespace Backend.Unit.Application.Sessions;

public sealed class RefreshTokenTests
{
    private readonly FakeTimeProvider _time = Make.Clock();
    private readonly ISessionStore _sessions = Substitute.For<ISessionStore>();
    private readonly IUserStore _users = Substitute.For<IUserStore>();
    private readonly IAccessTokens _access = Substitute.For<IAccessTokens>();
    private readonly IRefreshTokens _refresh = Substitute.For<IRefreshTokens>();
    private readonly RecordingLogger<RefreshTokenHandler> _log = new();
    private readonly RefreshTokenHandler _handler;

    public RefreshTokenTests()
    {
        _refresh.Read(null!).ReturnsForAnyArgs(new RefreshTokenContent(Make.UserId, Make.SessionId, 5));
        _refresh.Issue(new(default, default, default)).ReturnsForAnyArgs(call => new Secret($"refresh {call.Arg<RefreshTokenContent>().Counter}"));
        _access.Issue(default, default, default).ReturnsForAnyArgs(call => new Secret($"access {call.Arg<Role>()}"));
        _users.FindAsync(Make.UserId, Arg.Any<CancellationToken>()).Returns(Make.User(role: Role.Admin));
        _handler = new RefreshTokenHandler(_sessions, _users, _access, _refresh, _time, _log);
    }

    [Fact]
    public async Task The_current_token_is_rotated_and_the_role_is_the_users()
    {
        _sessions.TryRotateAsync(Make.UserId, Make.SessionId, 5, Arg.Any<CancellationToken>()).Returns(Make.Session(6));

        var tokens = (await HandleAsync()).Value;

        tokens.RefreshToken.Reveal().ShouldBe("refresh 6");
        tokens.AccessToken.Reveal().ShouldBe("access Admin");
    }

    [Fact]
    public async Task Junk_touches_no_store()
    {
        _refresh.Read(null!).ReturnsForAnyArgs((RefreshTokenContent?)null);

        (await HandleAsync()).Error.ShouldBe(SessionErrors.InvalidRefreshToken);

        _sessions.ReceivedCalls().ShouldBeEmpty();
        _users.ReceivedCalls().ShouldBeEmpty();
    }

    [Fact]
    public async Task The_loser_of_a_race_gets_the_current_token()
    {
        Stored(Make.Session(counter: 6));

        (await HandleAsync()).Value.RefreshToken.Reveal().ShouldBe("refresh 6");

        await _sessions.DidNotReceiveWithAnyArgs().RemoveAsync(default, default, CancellationToken.None);
    }

    [Theory]
    [InlineData(6, 30.001)]
    [InlineData(7, 0)]
    [InlineData(100, 0)]
    public async Task A_used_token_ends_the_session_and_is_logged_without_the_token(long counter, double secondsLater)
    {
        Stored(Make.Session(counter));
        _time.Advance(TimeSpan.FromSeconds(secondsLater));

        (await HandleAsync()).Error.ShouldBe(SessionErrors.RefreshTokenReused);

        await _sessions.Received(1).RemoveAsync(Make.UserId, Make.SessionId, Arg.Any<CancellationToken>());
        _log.Lines.Single().ShouldStartWith("Warning");
        _log.Lines.Single().ShouldNotContain("presented token");
    }

    [Fact]
    public async Task A_session_that_is_gone_refuses()
    {
        Stored(null);

        (await HandleAsync()).Error.ShouldBe(SessionErrors.InvalidRefreshToken);
    }

    [Fact]
    public async Task A_token_ahead_of_its_session_is_refused_and_nothing_changes()
    {
        Stored(Make.Session(counter: 4));

        (await HandleAsync()).Error.ShouldBe(SessionErrors.InvalidRefreshToken);

        await _sessions.DidNotReceiveWithAnyArgs().RemoveAsync(default, default, CancellationToken.None);
    }

    [Fact]
    public async Task A_deleted_user_gets_no_tokens_and_keeps_no_session()
    {
        _sessions.TryRotateAsync(Make.UserId, Make.SessionId, 5, Arg.Any<CancellationToken>()).Returns(Make.Session(6));
        _users.FindAsync(Make.UserId, Arg.Any<CancellationToken>()).Returns((User?)null);

        (await HandleAsync()).Error.ShouldBe(SessionErrors.Ended);

        await _sessions.Received(1).RemoveAllAsync(Make.UserId, Arg.Any<CancellationToken>());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public void The_token_is_required(string? token) =>
        new RefreshTokenValidator().Validate(new RefreshTokenCommand(token is null ? null : new Secret(token))).Errors.Single().PropertyName.ShouldBe("refresh_token");

    private void Stored(Session? session)
    {
        _sessions.TryRotateAsync(default, default, default, CancellationToken.None).ReturnsForAnyArgs((Session?)null);
        _sessions.FindAsync(Make.UserId, Make.SessionId, Arg.Any<CancellationToken>()).Returns(session);
    }

    private Task<Result<SessionTokens>> HandleAsync() => _handler.Handle(new RefreshTokenCommand(new Secret("presented token")), CancellationToken.None);
}
