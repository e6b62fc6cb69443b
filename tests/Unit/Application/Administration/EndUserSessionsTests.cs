using Backend.Application.Administration;
using Backend.Domain.Accounts;
using Backend.Unit.Support;

namespace Backend.Unit.Application.Administration;

public sealed class EndUserSessionsTests
{
    [Fact]
    public async Task The_sessions_are_those_of_the_user_who_must_exist()
    {
        var areas = new Areas();
        var user = await areas.AddUserAsync();
        await areas.Sessions.AddAsync(Make.Session() with { UserId = user.Id }, CancellationToken.None);
        var handler = new EndUserSessionsHandler(areas.Users, areas.Sessions);

        (await handler.Handle(new EndUserSessionsCommand(user.Id), CancellationToken.None)).Value.ShouldBe(1);
        (await areas.Sessions.ListAsync(user.Id, CancellationToken.None)).ShouldBeEmpty();
        (await handler.Handle(new EndUserSessionsCommand(new UserId(99)), CancellationToken.None)).Error.ShouldBe(AdministrationErrors.UserNotFound);
    }
}
