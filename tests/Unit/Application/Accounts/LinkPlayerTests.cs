using Backend.Application.Accounts;
using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.Common;
using Backend.Domain.Tracks;
using Backend.Unit.Support;
using NSubstitute;

namespace Backend.Unit.Application.Accounts;

public sealed class LinkPlayerTests
{
    private static readonly Player s_player = new(Make.Account(1), "DemoDriver");

    private readonly Areas _areas = new(("RateLimits:LinkName", "1/300"));
    private readonly IPlayerNames _names = Substitute.For<IPlayerNames>();

    public LinkPlayerTests() => _names.FindAsync("demodriver", Arg.Any<CancellationToken>()).Returns(Make.Success(new PlayerLookup(s_player)));

    [Fact]
    public async Task The_player_is_linked_as_upstream_spells_him()
    {
        var user = await _areas.AddUserAsync();

        (await Send(user.Id, " demodriver ")).Value.ShouldBe(s_player);

        (await _areas.Users.FindAsync(user.Id, CancellationToken.None))!.Player.ShouldBe(s_player);
    }

    [Fact]
    public async Task A_player_whom_another_user_has_linked_is_taken()
    {
        await _areas.AddUserAsync("first", player: s_player);

        (await Send((await _areas.AddUserAsync()).Id, "demodriver")).Error.ShouldBe(AccountErrors.PlayerTaken);
    }

    [Fact]
    public async Task What_cannot_be_linked_has_its_error()
    {
        _names.FindAsync("nobody", Arg.Any<CancellationToken>()).Returns(Make.Success(new PlayerLookup(null)));
        _names.FindAsync("trouble", Arg.Any<CancellationToken>()).Returns(Make.Failed<PlayerLookup>(Make.Trouble()));

        (await Send(new UserId(1), "nobody")).Error.ShouldBe(AccountErrors.PlayerUnknown);
        (await Send(new UserId(2), "trouble")).Error.ShouldBe(Make.Trouble());
        (await Send(new UserId(3), "demodriver")).Error.ShouldBe(AccountErrors.NotFound);
    }

    [Fact]
    public async Task Attempts_are_limited() => await Areas.ShouldRefuseAboveLimitAsync(() => Send(Make.UserId, "demodriver"));

    [Theory]
    [InlineData(null, false)]
    [InlineData("  ", false)]
    [InlineData("a\u0000b", false)]
    [InlineData("O'Reilly -- <b>;select", true)]
    public void Names_are_checked(string? name, bool valid) => new LinkPlayerValidator().Validate(new LinkPlayerCommand(Make.UserId, name)).IsValid.ShouldBe(valid);

    private Task<Result<Player>> Send(UserId user, string name) => new LinkPlayerHandler(_areas.Users, _names, _areas.Limiter).Handle(new LinkPlayerCommand(user, name), CancellationToken.None);
}
