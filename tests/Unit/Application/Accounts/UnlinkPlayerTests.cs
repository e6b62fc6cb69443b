using Backend.Application.Accounts;
using Backend.Domain.Accounts;
using Backend.Domain.Tracks;
using Backend.Unit.Support;

namespace Backend.Unit.Application.Accounts;

public sealed class UnlinkPlayerTests
{
    [Fact]
    public async Task The_player_is_forgotten()
    {
        var areas = new Areas();
        var user = await areas.AddUserAsync(player: new Player(Make.Account(1), "Demo"));
        var handler = new UnlinkPlayerHandler(areas.Users);

        (await handler.Handle(new UnlinkPlayerCommand(user.Id), CancellationToken.None)).IsSuccess.ShouldBeTrue();

        (await areas.Users.FindAsync(user.Id, CancellationToken.None))!.Player.ShouldBeNull();
        (await handler.Handle(new UnlinkPlayerCommand(new UserId(99)), CancellationToken.None)).Error.ShouldBe(AccountErrors.NotFound);
    }
}
