using Backend.Application.Administration;
using Backend.Domain.Accounts;
using Backend.Unit.Support;

namespace Backend.Unit.Application.Administration;

public sealed class ListUserSessionsTests
{
    [Fact]
    public async Task The_sessions_are_those_of_the_user_who_must_exist()
    {
        var areas = new Areas();
        var user = await areas.AddUserAsync();
        await areas.Sessions.AddAsync(Make.Session() with { UserId = user.Id }, CancellationToken.None);
        var handler = new ListUserSessionsHandler(areas.Users, areas.Sessions);

        (await handler.Handle(new ListUserSessionsQuery(user.Id), CancellationToken.None)).Value.ShouldHaveSingleItem().UserId.ShouldBe(user.Id);
        (await handler.Handle(new ListUserSessionsQuery(new UserId(99)), CancellationToken.None)).Error.ShouldBe(AdministrationErrors.UserNotFound);
    }
}
