using Backend.Application.Accounts;
using Backend.Domain.Accounts;
using Backend.Domain.Common;
using Backend.Domain.MapSearches;
using Backend.Unit.Support;

namespace Backend.Unit.Application.Accounts;

public sealed class DeleteAccountTests
{
    private readonly Areas _areas = new();

    [Fact]
    public async Task Everything_of_the_user_goes_with_him()
    {
        var (user, other) = (await _areas.AddUserAsync(), await _areas.AddUserAsync("other"));
        foreach (var id in new[] { user.Id, other.Id })
        {
            await _areas.AddAlertAsync(id);
            await _areas.Sessions.AddAsync(Make.Session() with { UserId = id }, CancellationToken.None);
            await _areas.Jobs.TryAddAsync(Make.Job() with { UserId = id }, 5, CancellationToken.None);
        }

        (await Send(user.Id, "good password")).IsSuccess.ShouldBeTrue();

        (await _areas.Users.FindAsync(user.Id, CancellationToken.None)).ShouldBeNull();
        (await _areas.Alerts.FindAsync(user.Id, CancellationToken.None)).ShouldBeNull();
        (await _areas.Sessions.ListAsync(user.Id, CancellationToken.None)).ShouldBeEmpty();
        (await _areas.Jobs.ListAsync(user.Id, 10, CancellationToken.None)).ShouldBeEmpty();
        (await _areas.Alerts.FindAsync(other.Id, CancellationToken.None)).ShouldNotBeNull();
        (await _areas.Sessions.ListAsync(other.Id, CancellationToken.None)).ShouldHaveSingleItem();
        (await _areas.Jobs.FindAsync(new MapSearchKey(other.Id, Make.Job().Id), CancellationToken.None)).ShouldNotBeNull();
    }

    [Fact]
    public async Task Without_the_password_nothing_happens()
    {
        var user = await _areas.AddUserAsync();

        (await Send(user.Id, "bad password")).Error.ShouldBe(AccountErrors.WrongPassword);
        (await Send(new UserId(99), "good password")).Error.ShouldBe(AccountErrors.NotFound);
        new DeleteAccountValidator().Validate(new DeleteAccountCommand(user.Id, null)).IsValid.ShouldBeFalse();

        (await _areas.Users.FindAsync(user.Id, CancellationToken.None)).ShouldBe(user);
    }

    private Task<Result<Nothing>> Send(UserId user, string password) =>
        new DeleteAccountHandler(_areas.Confirmation, _areas.Removal).Handle(new DeleteAccountCommand(user, new Secret(password)), CancellationToken.None);
}
