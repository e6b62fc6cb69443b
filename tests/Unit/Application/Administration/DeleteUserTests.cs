using Backend.Application.Administration;
using Backend.Domain.Accounts;
using Backend.Domain.Common;
using Backend.Unit.Support;

namespace Backend.Unit.Application.Administration;

public sealed class DeleteUserTests
{
    private readonly Areas _areas = new();

    [Fact]
    public async Task Another_user_is_removed_with_his_sessions()
    {
        var (admin, user) = (await _areas.AddUserAsync("admin", Role.Admin), await _areas.AddUserAsync());
        await _areas.Sessions.AddAsync(Make.Session() with { UserId = user.Id }, CancellationToken.None);

        (await Send(admin.Id, user.Id)).IsSuccess.ShouldBeTrue();

        (await _areas.Users.FindAsync(user.Id, CancellationToken.None)).ShouldBeNull();
        (await _areas.Sessions.ListAsync(user.Id, CancellationToken.None)).ShouldBeEmpty();
        (await Send(admin.Id, user.Id)).Error.ShouldBe(AdministrationErrors.UserNotFound);
        (await Send(admin.Id, admin.Id)).Error.ShouldBe(AdministrationErrors.NotYourself);
    }

    private Task<Result<Nothing>> Send(UserId by, UserId user) => new DeleteUserHandler(_areas.Removal).Handle(new DeleteUserCommand(by, user), CancellationToken.None);
}
