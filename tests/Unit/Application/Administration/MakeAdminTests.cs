using Backend.Application.Administration;
using Backend.Domain.Accounts;
using Backend.Unit.Support;

namespace Backend.Unit.Application.Administration;

public sealed class MakeAdminTests
{
    [Fact]
    public async Task A_registered_user_becomes_an_administrator_by_name_or_address()
    {
        var areas = new Areas();
        var user = await areas.AddUserAsync("Demo Mapper");
        var handler = new MakeAdminHandler(areas.Users);

        (await handler.Handle(new MakeAdminCommand(" demo mapper "), CancellationToken.None)).Value.ShouldBe(user with { Role = Role.Admin });
        (await areas.Users.FindRoleAsync(user.Id, CancellationToken.None)).ShouldBe(Role.Admin);
        (await handler.Handle(new MakeAdminCommand(user.Email.Value), CancellationToken.None)).IsSuccess.ShouldBeTrue();
        (await handler.Handle(new MakeAdminCommand("nobody"), CancellationToken.None)).Error.ShouldBe(AdministrationErrors.UserNotFound);
        new MakeAdminValidator().Validate(new MakeAdminCommand("")).IsValid.ShouldBeFalse();
    }
}
