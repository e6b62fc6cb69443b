using Backend.Application.Ports;
using Backend.Application.Sessions;
using Backend.Domain.Common;
using Backend.Unit.Support;
using NSubstitute;

namespace Backend.Unit.Application.Sessions;

public sealed class LogoutTests
{
    private readonly ISessionStore _sessions = Substitute.For<ISessionStore>();
    private readonly IRefreshTokens _refreshTokens = Substitute.For<IRefreshTokens>();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_session_of_the_token_ends_and_a_second_time_is_fine(bool wasLive)
    {
        _refreshTokens.Read(null!).ReturnsForAnyArgs(new RefreshTokenContent(Make.UserId, Make.SessionId, 3));
        _sessions.RemoveAsync(default, default, default).ReturnsForAnyArgs(wasLive);

        (await Send()).IsSuccess.ShouldBeTrue();
        await _sessions.Received(1).RemoveAsync(Make.UserId, Make.SessionId, Arg.Any<CancellationToken>());
    }

    [Fact]
    public async Task Junk_succeeds_without_touching_a_store()
    {
        _refreshTokens.Read(null!).ReturnsForAnyArgs((RefreshTokenContent?)null);

        (await Send()).IsSuccess.ShouldBeTrue();
        _sessions.ReceivedCalls().ShouldBeEmpty();
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public void A_missing_token_is_named(string? token) =>
        new LogoutValidator().Validate(new LogoutCommand(token is null ? null : new Secret(token))).Errors.ShouldHaveSingleItem()
            .ShouldSatisfyAllConditions(e => e.PropertyName.ShouldBe("refresh_token"), e => e.ErrorMessage.ShouldBe("Please give the refresh token."));

    private Task<Result<Nothing>> Send() => new LogoutHandler(_sessions, _refreshTokens).Handle(new LogoutCommand(new Secret("token")), CancellationToken.None);
}
