using Backend.Application.Accounts;
using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.Common;
using Backend.Domain.Sessions;
using Backend.Unit.Support;
using NSubstitute;

namespace Backend.Unit.Application.Accounts;

public sealed class ChangePasswordTests
{
    private readonly Areas _areas = new(("RateLimits:ConfirmPassword", "1/900"));

    [Fact]
    public async Task The_new_password_holds_and_only_the_session_that_asked_goes_on()
    {
        var user = await _areas.AddUserAsync();
        var own = Make.Session() with { UserId = user.Id };
        await _areas.Sessions.AddAsync(own, CancellationToken.None);
        await _areas.Sessions.AddAsync(own with { Id = new SessionId(Make.SomeId) }, CancellationToken.None);

        (await Send(user.Id)).IsSuccess.ShouldBeTrue();

        (await _areas.Users.FindAsync(user.Id, CancellationToken.None))!.PasswordHash.Reveal().ShouldBe("hash of a new password");
        (await _areas.Sessions.ListAsync(user.Id, CancellationToken.None)).ShouldBe([own]);
    }

    [Fact]
    public async Task Links_for_a_new_password_are_void_from_then_on()
    {
        var user = await _areas.AddUserAsync();
        var token = ResetTokenHash.Of(new Secret("token"));
        await _areas.PasswordResets.NoteAsync(user.Email, new PasswordResetId(Make.SomeId), CancellationToken.None);
        var ticket = (await _areas.PasswordResets.TryClaimAsync(CancellationToken.None)).ShouldNotBeNull();
        await _areas.PasswordResets.TryArmAsync(ticket, token, TimeSpan.FromMinutes(10), CancellationToken.None);

        (await Send(user.Id)).IsSuccess.ShouldBeTrue();

        (await _areas.PasswordResets.FindAsync(token, CancellationToken.None)).ShouldBeNull();
    }

    [Fact]
    public async Task A_wrong_password_changes_nothing()
    {
        var user = await _areas.AddUserAsync();

        (await Send(user.Id, "bad password")).Error.ShouldBe(AccountErrors.WrongPassword);

        (await _areas.Users.FindAsync(user.Id, CancellationToken.None)).ShouldBe(user);
    }

    [Fact]
    public async Task A_hash_that_a_sign_in_has_renewed_meanwhile_is_no_obstacle()
    {
        var user = await _areas.AddUserAsync();
        _areas.Passwords.HashAsync(null!, default).ReturnsForAnyArgs(async _ =>
        {
            await _areas.Users.TryReplacePasswordHashAsync(user.Id, user.PasswordHash, new Secret("renewed hash"), CancellationToken.None);
            return Make.Success(new Secret("hash of a new password"));
        });
        _areas.Passwords.VerifyAsync(null!, null, default).ReturnsForAnyArgs(Make.Success(new PasswordVerdict(IsMatch: true, NeedsRehash: false)));

        (await Send(user.Id)).IsSuccess.ShouldBeTrue();

        (await _areas.Users.FindAsync(user.Id, CancellationToken.None))!.PasswordHash.Reveal().ShouldBe("hash of a new password");
    }

    [Fact]
    public async Task An_unknown_user_and_too_many_attempts_have_their_errors()
    {
        (await Send(new UserId(99))).Error.ShouldBe(AccountErrors.NotFound);
        await Areas.ShouldRefuseAboveLimitAsync(() => Send(new UserId(98)));
    }

    [Theory]
    [InlineData(null, "a new password", "currentPassword")]
    [InlineData("good password", null, "newPassword")]
    [InlineData("good password", "short", "newPassword")]
    [InlineData("good password", "password", "newPassword")]
    public void Both_passwords_are_checked(string? current, string? next, string field)
    {
        var common = Substitute.For<ICommonPasswords>();
        common.Contains("password").Returns(true);

        new ChangePasswordValidator(common).Validate(Command(Make.UserId, current, next)).Errors.ShouldHaveSingleItem().PropertyName.ShouldBe(field);
    }

    private Task<Result<Nothing>> Send(UserId user, string current = "good password") =>
        new ChangePasswordHandler(_areas.Users, _areas.Sessions, _areas.PasswordResets, _areas.Passwords, _areas.Confirmation).Handle(Command(user, current, "a new password"), CancellationToken.None);

    private static ChangePasswordCommand Command(UserId user, string? current, string? next) =>
        new(user, Make.SessionId, current is null ? null : new Secret(current), next is null ? null : new Secret(next));
}
