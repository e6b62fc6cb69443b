using Backend.Application.Accounts;
using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.Common;
using Backend.Unit.Support;
using NSubstitute;

namespace Backend.Unit.Application.Accounts;

public sealed class LinkTmxUserTests
{
    private readonly Areas _areas = new(("RateLimits:LinkName", "3/300"));
    private readonly ITmxUserDirectory _directory = Substitute.For<ITmxUserDirectory>();

    [Theory]
    [InlineData("StrippedName", "Stripped. Name!", true)]
    [InlineData("strippedname", "Stripped. Name!", true)]
    [InlineData("Exact Name", "Exact Name", true)]
    [InlineData("Exact Name", "EXACT NAME", true)]
    [InlineData("Somebody", "Famous Mapper", false)]
    [InlineData("Demo", "Demo2", false)]
    public async Task A_name_can_be_had_only_by_whose_own_was_made_from_it(string own, string exact, bool allowed)
    {
        var user = await _areas.AddUserAsync(own);
        Has(40001, exact);

        var result = await Send(user.Id, 40001);

        if (!allowed)
        {
            result.Error.ShouldBe(AccountErrors.TmxNameDiffers);
            return;
        }

        result.Value.ShouldSatisfyAllConditions(u => u.Name.Value.ShouldBe(exact), u => u.TmxUserId.ShouldBe(new TmxUserId(40001)));
        (await _areas.Users.FindByLoginAsync(own, CancellationToken.None))!.Id.ShouldBe(user.Id);
    }

    [Fact]
    public async Task Who_is_known_elsewhere_takes_over_his_new_name()
    {
        var user = await _areas.AddUserAsync("Demo");
        Has(1, "Demo");
        await Send(user.Id, 1);
        Has(1, "Something Else");

        (await Send(user.Id, 1)).Value.Name.Value.ShouldBe("Something Else");
    }

    [Fact]
    public async Task What_cannot_be_linked_has_its_error()
    {
        var (first, second) = (await _areas.AddUserAsync("Demo"), await _areas.AddUserAsync("De mo"));
        Has(1, "Demo");
        Has(2, "D e m o");
        await Send(first.Id, 1);
        await _areas.AddUserAsync("D e m o");
        _directory.FindAsync(new TmxUserId(3), Arg.Any<CancellationToken>()).Returns(Make.Success(new TmxUserLookup(null)));
        _directory.FindAsync(new TmxUserId(4), Arg.Any<CancellationToken>()).Returns(Make.Failed<TmxUserLookup>(Make.Trouble()));
        Has(1, "De mo");

        (await Send(second.Id, 1)).Error.ShouldBe(AccountErrors.TmxUserTaken);
        (await Send(second.Id, 3)).Error.ShouldBe(AccountErrors.TmxUserUnknown);
        (await Send(second.Id, 4)).Error.ShouldBe(Make.Trouble());
        (await Send(first.Id, 2)).Error.ShouldBe(AccountErrors.UserNameTaken);
        (await Send(new UserId(99), 1)).Error.ShouldBe(AccountErrors.NotFound);
    }

    [Theory]
    [InlineData(null, false)]
    [InlineData(0L, false)]
    [InlineData(-1L, false)]
    [InlineData(1L, true)]
    public void Numbers_are_checked(long? id, bool valid) => new LinkTmxUserValidator().Validate(new LinkTmxUserCommand(Make.UserId, id)).IsValid.ShouldBe(valid);

    [Fact]
    public async Task Attempts_are_limited()
    {
        await Send(Make.UserId, 1);
        await Send(Make.UserId, 1);
        await Areas.ShouldRefuseAboveLimitAsync(() => Send(Make.UserId, 1));
    }

    private void Has(long id, string name) =>
        _directory.FindAsync(new TmxUserId(id), Arg.Any<CancellationToken>()).Returns(Make.Success(new TmxUserLookup(new TmxUser(new TmxUserId(id), name))));

    private Task<Result<User>> Send(UserId user, long id) => new LinkTmxUserHandler(_areas.Users, _directory, _areas.Limiter).Handle(new LinkTmxUserCommand(user, id), CancellationToken.None);
}
