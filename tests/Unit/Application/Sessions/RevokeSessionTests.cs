using Backend.Application.Ports;
using Backend.Application.Sessions;
using Backend.Unit.Support;
using NSubstitute;

namespace Backend.Unit.Application.Sessions;

public sealed class RevokeSessionTests
{
    [Theory]
    [InlineData(true, null)]
    [InlineData(false, "session.not_found")]
    public async Task A_session_ends_if_it_is_the_callers(bool existed, string? code)
    {
        var sessions = Substitute.For<ISessionStore>();
        sessions.RemoveAsync(Make.UserId, Make.SessionId, Arg.Any<CancellationToken>()).Returns(existed);

        var result = await new RevokeSessionHandler(sessions).Handle(new RevokeSessionCommand(Make.UserId, Make.SessionId), CancellationToken.None);

        result.Error?.Code.ShouldBe(code);
        result.IsSuccess.ShouldBe(existed);
        await sessions.Received(1).RemoveAsync(Make.UserId, Make.SessionId, Arg.Any<CancellationToken>());
    }
}
