using Backend.Application.Administration;
using Backend.Domain.Accounts;
using Backend.Domain.Common;
using Backend.Unit.Support;

namespace Backend.Unit.Application.Administration;

public sealed class ChangeRoleTests
{
    private readonly Areas _areas = new();

    [Fact]
    public async Task A_role_is_given_and_taken()
    {
        var (admin, user) = (await _areas.AddUserAsync("admin", Role.Admin), await _areas.AddUserAsync());

        (await Send(admin.Id, user.Id, " Admin ")).Value.ShouldBe(Role.Admin);
        (await _areas.Users.FindRoleAsync(user.Id, CancellationToken.None)).ShouldBe(Role.Admin);
        (await Send(user.Id, admin.Id, "user")).Value.ShouldBe(Role.User);
        (await _areas.Users.FindRoleAsync(admin.Id, CancellationToken.None)).ShouldBe(Role.User);
    }

    [Fact]
    public async Task Nobody_changes_his_own_role_or_that_of_an_unknown_user()
    {
        var admin = await _areas.AddUserAsync("admin", Role.Admin);

        (await Send(admin.Id, admin.Id, "user")).Error.ShouldBe(AdministrationErrors.NotYourself);
        (await Send(admin.Id, new UserId(99), "user")).Error.ShouldBe(AdministrationErrors.UserNotFound);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("owner")]
    public void An_unknown_role_is_refused(string? role) => new ChangeRoleValidator().Validate(new ChangeRoleCommand(Make.UserId, new UserId(99), role)).IsValid.ShouldBeFalse();

    private Task<Result<Role>> Send(UserId by, UserId user, string role) => new ChangeRoleHandler(_areas.Users).Handle(new ChangeRoleCommand(by, user, role), CancellationToken.None);
}
