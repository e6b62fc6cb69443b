using Backend.Application.Ports;
using Backend.Application.Sessions;
using Backend.Unit.Support;
using NSubstitute;

namespace Backend.Unit.Application.Sessions;

public sealed class LogoutEverywhereTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(20)]
    public async Task All_sessions_of_the_user_end_and_are_counted(int live)
    {
        var sessions = Substitute.For<ISessionStore>();
        sessions.RemoveAllAsync(Make.UserId, Arg.Any<CancellationToken>()).Returns(live);

        var result = await new LogoutEverywhereHandler(sessions).Handle(new LogoutEverywhereCommand(Make.UserId), CancellationToken.None);

        result.Value.ShouldBe(live);
        await sessions.Received(1).RemoveAllAsync(Make.UserId, Arg.Any<CancellationToken>());
    }
}
