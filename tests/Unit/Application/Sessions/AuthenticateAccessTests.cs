using Backend.Application.Ports;
using Backend.Application.Sessions;
using Backend.Domain.Accounts;
using Backend.Domain.Common;
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
        _tokens.ReadAsync(null!).ReturnsForAnyArgs(new AccessTokenOwner(Make.UserId, Make.SessionId));
        _sessions.IsLiveAsync(Make.UserId, Make.SessionId, Arg.Any<CancellationToken>()).Returns(true);
        _users.FindRoleAsync(Make.UserId, Arg.Any<CancellationToken>()).Returns(Role.Admin);
    }

    [Fact]
    public async Task A_live_session_is_its_user_in_the_users_role() =>
        (await HandleAsync()).Value.ShouldBe(new AuthenticatedUser(Make.UserId, Make.SessionId, Role.Admin));

    [Fact]
    public async Task A_bad_token_touches_no_store()
    {
        _tokens.ReadAsync(null!).ReturnsForAnyArgs((AccessTokenOwner?)null);

        (await HandleAsync()).Error.ShouldBe(SessionErrors.InvalidAccessToken);

        _sessions.ReceivedCalls().ShouldBeEmpty();
    }

    [Fact]
    public async Task A_session_that_ended_authenticates_nobody()
    {
        _sessions.IsLiveAsync(Make.UserId, Make.SessionId, Arg.Any<CancellationToken>()).Returns(false);

        (await HandleAsync()).Error.ShouldBe(SessionErrors.Ended);
    }

    [Fact]
    public async Task A_deleted_user_is_nobody()
    {
        _users.FindRoleAsync(Make.UserId, Arg.Any<CancellationToken>()).Returns((Role?)null);

        (await HandleAsync()).Error.ShouldBe(SessionErrors.Ended);
    }

    private Task<Result<AuthenticatedUser>> HandleAsync() =>
        new AuthenticateAccessHandler(_tokens, _sessions, _users).Handle(new AuthenticateAccessQuery(new Secret("token")), CancellationToken.None);
}
