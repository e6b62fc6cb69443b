using Backend.Application.PasswordResets;
using Backend.Application.Ports;
using Backend.Domain.Common;
using Backend.Domain.Sessions;
using Backend.Unit.Support;
using NSubstitute;

namespace Backend.Unit.Application.PasswordResets;

public sealed class ConfirmPasswordResetTests
{
    private readonly ResetMails _mails = new();

    [Fact]
    public async Task The_password_is_changed_once_and_every_session_ended()
    {
        var user = await _mails.MailedAsync();
        var other = await _mails.Areas.AddUserAsync("other");
        await _mails.Areas.Sessions.AddAsync(Make.Session() with { UserId = user.Id }, CancellationToken.None);
        await _mails.Areas.Sessions.AddAsync(Make.Session() with { UserId = other.Id }, CancellationToken.None);

        (await ConfirmAsync("token 1")).IsSuccess.ShouldBeTrue();
        (await ConfirmAsync("token 1", "yet another")).Error.ShouldBe(PasswordResetErrors.Unknown);

        (await _mails.Areas.Users.FindAsync(user.Id, CancellationToken.None))!.PasswordHash.Reveal().ShouldBe("hash of a new password");
        (await _mails.Areas.Sessions.ListAsync(user.Id, CancellationToken.None)).ShouldBeEmpty();
        (await _mails.Areas.Users.FindAsync(other.Id, CancellationToken.None)).ShouldBe(other);
        (await _mails.Areas.Sessions.ListAsync(other.Id, CancellationToken.None)).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Unknown_and_expired_tokens_have_one_error_and_cost_no_hash()
    {
        var user = await _mails.MailedAsync();

        (await ConfirmAsync("token 2")).Error.ShouldBe(PasswordResetErrors.Unknown);
        _mails.Areas.Clock.Advance(SendPasswordResetsHandler.Validity);
        (await ConfirmAsync("token 1")).Error.ShouldBe(PasswordResetErrors.Unknown);

        await _mails.Areas.Passwords.DidNotReceiveWithAnyArgs().HashAsync(null!, default);
        (await _mails.Areas.Users.FindAsync(user.Id, CancellationToken.None)).ShouldBe(user);
    }

    [Fact]
    public async Task A_token_that_somebody_else_used_meanwhile_is_no_good_and_ends_no_session()
    {
        var user = await _mails.MailedAsync();
        await _mails.Areas.Sessions.AddAsync(Make.Session() with { UserId = user.Id }, CancellationToken.None);
        _mails.Areas.Passwords.HashAsync(null!, default).ReturnsForAnyArgs(async _ =>
        {
            await _mails.Areas.PasswordResets.ForgetAsync(user.Id, CancellationToken.None);
            return Make.Success(new Secret("late"));
        });

        (await ConfirmAsync("token 1")).Error.ShouldBe(PasswordResetErrors.Unknown);

        (await _mails.Areas.Users.FindAsync(user.Id, CancellationToken.None)).ShouldBe(user);
        (await _mails.Areas.Sessions.ListAsync(user.Id, CancellationToken.None)).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task While_the_store_of_sessions_is_away_the_token_stays_good()
    {
        var user = await _mails.MailedAsync();
        var away = Substitute.For<ISessionStore>();
        away.ListAsync(default, default).ReturnsForAnyArgs(Task.FromException<IReadOnlyList<Session>>(new StoreUnavailableException("away", new TimeoutException())));
        away.RemoveAllAsync(default, default).ReturnsForAnyArgs(Task.FromException<int>(new StoreUnavailableException("away", new TimeoutException())));

        await Should.ThrowAsync<StoreUnavailableException>(() => ConfirmAsync("token 1", sessions: away));

        (await _mails.OwnerOfAsync("token 1")).ShouldBe(user.Id);
        (await _mails.Areas.Users.FindAsync(user.Id, CancellationToken.None)).ShouldBe(user);
    }

    [Fact]
    public async Task While_passwords_cannot_be_hashed_the_token_stays_good()
    {
        var user = await _mails.MailedAsync();
        var full = new Error(ErrorKind.Unavailable, "password.busy", "Too many sign-ins at once.");
        _mails.Areas.Passwords.HashAsync(null!, default).ReturnsForAnyArgs(Make.Failed<Secret>(full));

        (await ConfirmAsync("token 1")).Error.ShouldBe(full);

        (await _mails.OwnerOfAsync("token 1")).ShouldBe(user.Id);
    }

    [Fact]
    public async Task An_address_may_try_only_so_often()
    {
        for (var i = 0; i < 4; i++)
        {
            (await ConfirmAsync("junk")).Error.ShouldBe(PasswordResetErrors.Unknown);
        }

        (await ConfirmAsync("junk")).Error!.Kind.ShouldBe(ErrorKind.TooManyRequests);
    }

    [Theory]
    [InlineData(null, "a new password", "token")]
    [InlineData("", "a new password", "token")]
    [InlineData("token", null, "newPassword")]
    [InlineData("token", "short", "newPassword")]
    [InlineData("token", "password", "newPassword")]
    [InlineData("token", "a password\0", "newPassword")]
    public void Token_and_password_are_checked(string? token, string? password, string field)
    {
        var common = Substitute.For<ICommonPasswords>();
        common.Contains("password").Returns(true);

        new ConfirmPasswordResetValidator(common).Validate(Command(token, password)).Errors.ShouldHaveSingleItem().PropertyName.ShouldBe(field);
    }

    private Task<Result<Nothing>> ConfirmAsync(string token, string password = "a new password", ISessionStore? sessions = null) =>
        new ConfirmPasswordResetHandler(_mails.Areas.PasswordResets, sessions ?? _mails.Areas.Sessions, _mails.Areas.Passwords, _mails.Areas.Limiter).Handle(Command(token, password), CancellationToken.None);

    private static ConfirmPasswordResetCommand Command(string? token, string? password) =>
        new(token is null ? null : new Secret(token), password is null ? null : new Secret(password), ResetMails.Client);
}
