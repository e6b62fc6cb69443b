using Backend.Application.Ports;
using Backend.Application.Sessions;
using Backend.Domain.Accounts;
using Backend.Domain.Common;
using Backend.Domain.Sessions;
using Backend.Unit.Support;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using NSubstitute;

namespace Backend.Unit.Application.Sessions;

public sealed class RefreshTokenTests
{
    private const string Presented = "the-presented-refresh-token";

    private readonly ISessionStore _sessions = Substitute.For<ISessionStore>();
    private readonly IUserStore _users = Substitute.For<IUserStore>();
    private readonly IAccessTokens _accessTokens = Substitute.For<IAccessTokens>();
    private readonly IRefreshTokens _refreshTokens = Substitute.For<IRefreshTokens>();
    private readonly RecordingLogger<RefreshTokenHandler> _log = new();
    private readonly FakeTimeProvider _clock = Make.Clock();
    private readonly RefreshTokenHandler _handler;

    public RefreshTokenTests()
    {
        _handler = new RefreshTokenHandler(_sessions, _users, _accessTokens, _refreshTokens, _clock, _log);
        _users.FindAsync(default, default).ReturnsForAnyArgs(Make.User(role: Role.Admin));
        _refreshTokens.Issue(null!).ReturnsForAnyArgs(call => new Secret($"refresh {call.Arg<RefreshTokenContent>().Counter}"));
        _accessTokens.Issue(default, default, default).ReturnsForAnyArgs(call => new Secret($"access {call.Arg<Role>()}"));
    }

    [Fact]
    public async Task The_current_token_is_exchanged_for_the_next()
    {
        Present(counter: 4);
        Rotates(from: 4, Make.Session(counter: 5));

        var tokens = (await Send()).Value;

        tokens.RefreshToken.Reveal().ShouldBe("refresh 5");
        tokens.AccessToken.Reveal().ShouldBe("access Admin");
        await _sessions.DidNotReceiveWithAnyArgs().FindAsync(default, default, default);
        _log.Entries.ShouldBeEmpty();
    }

    [Fact]
    public async Task Junk_touches_no_store()
    {
        _refreshTokens.Read(null!).ReturnsForAnyArgs((RefreshTokenContent?)null);

        (await Send()).Error.ShouldBe(SessionErrors.InvalidRefreshToken);
        _sessions.ReceivedCalls().ShouldBeEmpty();
        _users.ReceivedCalls().ShouldBeEmpty();
    }

    [Fact]
    public async Task A_token_without_a_session_is_refused()
    {
        Present(counter: 0);

        (await Send()).Error.ShouldBe(SessionErrors.InvalidRefreshToken);
        await ShouldHaveEndedNothing();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(30_000)]
    public async Task The_loser_of_a_race_gets_the_current_token(int millisecondsLater)
    {
        Present(counter: 4);
        Stored(Make.Session(counter: 5));
        _clock.Advance(TimeSpan.FromMilliseconds(millisecondsLater));

        (await Send()).Value.RefreshToken.Reveal().ShouldBe("refresh 5");
        await _sessions.Received(1).TryRotateAsync(Make.UserId, Make.SessionId, 4, Arg.Any<CancellationToken>());
        await ShouldHaveEndedNothing();
        _log.Entries.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_second_read_comes_after_the_lost_rotation()
    {
        Present(counter: 4);
        Stored(Make.Session(counter: 5));

        await Send();

        Received.InOrder(() =>
        {
            _ = _sessions.TryRotateAsync(Make.UserId, Make.SessionId, 4, Arg.Any<CancellationToken>());
            _ = _sessions.FindAsync(Make.UserId, Make.SessionId, Arg.Any<CancellationToken>());
        });
    }

    [Theory]
    [InlineData(4, 30_001)]
    [InlineData(3, 0)]
    [InlineData(0, 0)]
    public async Task A_token_used_before_ends_the_session_and_is_logged_without_the_token(long counter, int millisecondsLater)
    {
        Present(counter);
        Stored(Make.Session(counter: 5));
        _clock.Advance(TimeSpan.FromMilliseconds(millisecondsLater));

        (await Send()).Error.ShouldBe(SessionErrors.RefreshTokenReused);

        await _sessions.Received(1).RemoveAsync(Make.UserId, Make.SessionId, Arg.Any<CancellationToken>());
        var entry = _log.Entries.ShouldHaveSingleItem();
        entry.Level.ShouldBe(LogLevel.Warning);
        entry.Everything.ShouldContain(Make.SessionId.ToString());
        entry.Everything.ShouldNotContain(Presented);
        entry.Everything.ShouldNotContain("refresh 5");
        _accessTokens.DidNotReceiveWithAnyArgs().Issue(default, default, default);
    }

    [Fact]
    public async Task A_token_ahead_of_its_session_is_refused_and_changes_nothing()
    {
        Present(counter: 6);
        Stored(Make.Session(counter: 5));

        (await Send()).Error.ShouldBe(SessionErrors.InvalidRefreshToken);
        await ShouldHaveEndedNothing();
        _log.Entries.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_deleted_user_loses_all_sessions()
    {
        Present(counter: 4);
        Rotates(from: 4, Make.Session(counter: 5));
        _users.FindAsync(default, default).ReturnsForAnyArgs((User?)null);

        (await Send()).Error.ShouldBe(SessionErrors.Ended);
        await _sessions.Received(1).RemoveAllAsync(Make.UserId, Arg.Any<CancellationToken>());
        _refreshTokens.DidNotReceiveWithAnyArgs().Issue(null!);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public void A_missing_token_is_named(string? token) =>
        new RefreshTokenValidator().Validate(new RefreshTokenCommand(token is null ? null : new Secret(token))).Errors.ShouldHaveSingleItem()
            .ShouldSatisfyAllConditions(e => e.PropertyName.ShouldBe("refresh_token"), e => e.ErrorMessage.ShouldBe("Please give the refresh token."));

    [Fact]
    public void Any_text_is_a_token_to_the_validator() => new RefreshTokenValidator().Validate(new RefreshTokenCommand(new Secret(" "))).IsValid.ShouldBeTrue();

    private Task<Result<SessionTokens>> Send() => _handler.Handle(new RefreshTokenCommand(new Secret(Presented)), CancellationToken.None);

    private void Present(long counter) =>
        _refreshTokens.Read(Arg.Is<Secret>(s => s.Reveal() == Presented)).Returns(new RefreshTokenContent(Make.UserId, Make.SessionId, counter));

    private void Rotates(long from, Session to) => _sessions.TryRotateAsync(Make.UserId, Make.SessionId, from, Arg.Any<CancellationToken>()).Returns(to);

    private void Stored(Session session) => _sessions.FindAsync(Make.UserId, Make.SessionId, Arg.Any<CancellationToken>()).Returns(session);

    private async Task ShouldHaveEndedNothing()
    {
        await _sessions.DidNotReceiveWithAnyArgs().RemoveAsync(default, default, default);
        await _sessions.DidNotReceiveWithAnyArgs().RemoveAllAsync(default, default);
    }
}
