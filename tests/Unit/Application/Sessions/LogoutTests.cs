using Backend.Application.Ports;
using Backend.Application.Sessions;
using Backend.Domain.Common;
using Backend.Unit.Support;
using NSubstitute;

namespace Backend.Unit.Application.Sessions;

public sealed class LogoutTests
{
    private readonly ISessionStore _sessions = Substitute.For<ISessionStore>();
    private readonly IRefreshTokens _tokens = Substitute.For<IRefreshTokens>();

    [Fact]
    public async Task The_session_of_the_token_ends()
    {
        _tokens.Read(null!).ReturnsForAnyArgs(new RefreshTokenContent(Make.UserId, Make.SessionId, 3));

        (await HandleAsync()).IsSuccess.ShouldBeTrue();

        await _sessions.Received(1).RemoveAsync(Make.UserId, Make.SessionId, Arg.Any<CancellationToken>());
    }

    [Fact]
    public async Task Junk_succeeds_and_touches_no_store()
    {
        (await HandleAsync()).IsSuccess.ShouldBeTrue();

        _sessions.ReceivedCalls().ShouldBeEmpty();
    }

    [Fact]
    public void The_token_is_required() => new LogoutValidator().Validate(new LogoutCommand(null)).Errors.Single().PropertyName.ShouldBe("refresh_token");

    private Task<Result<Nothing>> HandleAsync() => new LogoutHandler(_sessions, _tokens).Handle(new LogoutCommand(new Secret("token")), CancellationToken.None);
}
