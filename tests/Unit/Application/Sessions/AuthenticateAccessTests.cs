using Backend.Application.Ports;
using Backend.Application.Sessions;
using Backend.Domain.Accounts;
using Backend.Domain.Common;
using Backend.Domain.Sessions;
using Backend.Unit.Support;
using NSubstitute;

namespace Backend.Unit.Application.Sessions;

public sealed class AuthenticateAccessTests
{
    private readonly IAccessTokens _tokens = Substitute.For<IAccessTokens>();
    private readonly ISessionStore _sessions = Substitute.For<ISessionStore>();
    private readonly IUserStore _users = Substitute.For<IUserStore>();

    public AuthenticateAccessTests()
    {
        _tokens.ReadAsync("token").Returns(new AccessTokenOwner(Make.UserId, Make.SessionId));
        _sessions.FindAsync(Make.UserId, Make.SessionId, Arg.Any<CancellationToken>()).Returns(Make.Session());
        _users.FindAsync(Make.UserId, Arg.Any<CancellationToken>()).Returns(Make.User(role: Role.Admin));
    }

    [Fact]
    public async Task The_caller_is_the_tokens_owner_with_the_role_of_now() =>
        (await Send("token")).Value.ShouldBe(new AuthenticatedUser(Make.UserId, Make.SessionId, Role.Admin));

    [Fact]
    public async Task A_bad_token_touches_no_store()
    {
        (await Send("junk")).Error.ShouldBe(SessionErrors.InvalidAccessToken);
        _sessions.ReceivedCalls().ShouldBeEmpty();
        _users.ReceivedCalls().ShouldBeEmpty();
    }

    [Fact]
    public async Task A_good_token_of_an_ended_session_is_refused()
    {
        _sessions.FindAsync(default, default, default).ReturnsForAnyArgs((Session?)null);

        (await Send("token")).Error.ShouldBe(SessionErrors.Ended);
    }

    [Fact]
    public async Task A_good_token_of_a_deleted_user_is_refused()
    {
        _users.FindAsync(default, default).ReturnsForAnyArgs((User?)null);

        (await Send("token")).Error.ShouldBe(SessionErrors.Ended);
    }

    [Fact]
    public void Printing_the_request_does_not_show_the_token() => new AuthenticateAccessQuery(new Secret("the-token")).ToString().ShouldNotContain("the-token");

    private Task<Result<AuthenticatedUser>> Send(string token) =>
        new AuthenticateAccessHandler(_tokens, _sessions, _users).Handle(new AuthenticateAccessQuery(new Secret(token)), CancellationToken.None);
}
