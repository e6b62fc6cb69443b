using Backend.Application.Sessions;
using Backend.Domain.Accounts;
using Backend.Infrastructure.InMemory;
using Backend.Unit.Support;

namespace Backend.Unit.Application.Sessions;

public sealed class LogoutEverywhereTests
{
    [Fact]
    public async Task All_sessions_of_the_caller_end_and_are_counted()
    {
        var sessions = new InMemorySessionStore(Make.Clock());
        await sessions.AddAsync(Make.Session(), CancellationToken.None);
        await sessions.AddAsync(Make.Session() with { UserId = new UserId(99) }, CancellationToken.None);

        (await new LogoutEverywhereHandler(sessions).Handle(new LogoutEverywhereCommand(Make.UserId), CancellationToken.None)).Value.ShouldBe(1);

        (await sessions.ListAsync(Make.UserId, CancellationToken.None)).ShouldBeEmpty();
        (await sessions.ListAsync(new UserId(99), CancellationToken.None)).Count.ShouldBe(1);
    }
}
