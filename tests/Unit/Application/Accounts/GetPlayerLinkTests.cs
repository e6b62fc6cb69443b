using Backend.Application.Accounts;
using Backend.Domain.Tracks;
using Backend.Unit.Support;

namespace Backend.Unit.Application.Accounts;

public sealed class GetPlayerLinkTests
{
    private readonly Areas _areas = new();

    [Fact]
    public async Task The_linked_player_or_none_comes_back()
    {
        var player = new Player(Make.Account(1), "Demo");
        var handler = new GetPlayerLinkHandler(_areas.Users);
        var (linked, unlinked) = (await _areas.AddUserAsync(player: player), await _areas.AddUserAsync("other"));

        (await handler.Handle(new GetPlayerLinkQuery(linked.Id), CancellationToken.None)).Value.Player.ShouldBe(player);
        (await handler.Handle(new GetPlayerLinkQuery(unlinked.Id), CancellationToken.None)).Value.Player.ShouldBeNull();
        (await handler.Handle(new GetPlayerLinkQuery(new(99)), CancellationToken.None)).Error.ShouldBe(AccountErrors.NotFound);
    }
}
