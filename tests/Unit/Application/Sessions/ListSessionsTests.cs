using Backend.Application.Sessions;
using Backend.Infrastructure.InMemory;
using Backend.Unit.Support;

namespace Backend.Unit.Application.Sessions;

public sealed class ListSessionsTests
{
    [Fact]
    public async Task The_callers_sessions_are_listed()
    {
        var sessions = new InMemorySessionStore(Make.Clock());
        await sessions.AddAsync(Make.Session(), CancellationToken.None);

        var listed = await new ListSessionsHandler(sessions).Handle(new ListSessionsQuery(Make.UserId), CancellationToken.None);

        listed.Value.ShouldBe([Make.Session()]);
    }
}
