using Backend.Application.Ports;
using Backend.Application.Sessions;
using Backend.Domain.Sessions;
using Backend.Unit.Support;
using NSubstitute;

namespace Backend.Unit.Application.Sessions;

public sealed class ListSessionsTests
{
    [Fact]
    public async Task The_stores_sessions_are_given_in_its_order()
    {
        IReadOnlyList<Session> stored = [Make.Session(counter: 2), Make.Session(counter: 1)];
        var sessions = Substitute.For<ISessionStore>();
        sessions.ListAsync(Make.UserId, Arg.Any<CancellationToken>()).Returns(stored);

        (await new ListSessionsHandler(sessions).Handle(new ListSessionsQuery(Make.UserId), CancellationToken.None)).Value.ShouldBe(stored);
    }

    [Fact]
    public async Task No_sessions_are_a_success_too()
    {
        var sessions = Substitute.For<ISessionStore>();
        sessions.ListAsync(default, default).ReturnsForAnyArgs([]);

        (await new ListSessionsHandler(sessions).Handle(new ListSessionsQuery(Make.UserId), CancellationToken.None)).Value.ShouldBeEmpty();
    }
}
