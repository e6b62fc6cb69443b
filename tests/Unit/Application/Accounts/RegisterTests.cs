using Backend.Application.Accounts;
using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.Common;
using Backend.Infrastructure.InMemory;
using Backend.Infrastructure.Security;
using Backend.Unit.Support;
using NSubstitute;

namespace Backend.Unit.Application.Accounts;

public sealed class RegisterTests
{
    private readonly InMemoryUserStore _users = new();
    private readonly IPasswordHasher _passwords = Substitute.For<IPasswordHasher>();
    private readonly IRateLimiter _limiter = Substitute.For<IRateLimiter>();

    public RegisterTests()
    {
        _passwords.HashAsync(null!, CancellationToken.None).ReturnsForAnyArgs(Make.Success(new Secret("hash")));
        _limiter.TryTakeAsync(default, "", CancellationToken.None).ReturnsForAnyArgs(new RateLimitVerdict(true, TimeSpan.Zero));
    }

    [Theory]
    [InlineData("Boss", "boss", Role.Admin)]
    [InlineData("Boss", "somebody", Role.User)]
    [InlineData(null, "boss", Role.User)]
    [InlineData("", "boss", Role.User)]
    public async Task Only_the_named_user_becomes_administrator(string? initialAdmin, string name, Role expected)
    {
        var id = (await HandleAsync(Command(name: name), new AccountOptions { InitialAdmin = initialAdmin })).Value;

        var user = (await _users.FindAsync(id, CancellationToken.None))!;
        user.Role.ShouldBe(expected);
        user.PasswordHash.Reveal().ShouldBe("hash");
        user.CreatedAt.ShouldBe(Make.Start);
    }

    [Fact]
    public async Task What_the_store_refuses_is_told()
    {
        await HandleAsync(Command());

        (await HandleAsync(Command(email: "other@example.org"))).Error.ShouldBe(AccountErrors.UserNameTaken);
        (await HandleAsync(Command(name: "other"))).Error.ShouldBe(AccountErrors.EmailTaken);
        (await HandleAsync(Command(name: "third", email: "third@example.org"), new AccountOptions { MaxUsers = 1 })).Error.ShouldBe(AccountErrors.RegistrationClosed);
    }

    [Fact]
    public async Task An_address_above_its_limit_is_refused_before_any_hashing()
    {
        _limiter.TryTakeAsync(RateLimit.Register, "192.0.2.1", Arg.Any<CancellationToken>()).Returns(new RateLimitVerdict(false, TimeSpan.FromSeconds(7)));

        (await HandleAsync(Command())).Error!.RetryAfter.ShouldBe(TimeSpan.FromSeconds(7));

        _passwords.ReceivedCalls().ShouldBeEmpty();
    }

    [Fact]
    public async Task A_full_pool_registers_nobody()
    {
        _passwords.HashAsync(null!, CancellationToken.None).ReturnsForAnyArgs(Make.Failed<Secret>(new Error(ErrorKind.Unavailable, "password.busy", "busy")));

        (await HandleAsync(Command())).Error!.Kind.ShouldBe(ErrorKind.Unavailable);

        (await _users.FindByLoginAsync("somebody", CancellationToken.None)).ShouldBeNull();
    }

    [Theory]
    [InlineData("", "at least 8|give a password")]
    [InlineData("short12", "at least 8")]
    [InlineData("password", "most common")]
    [InlineData("PassWord", "most common")]
    [InlineData("0123456789012345678901234567890123456789012345678901234567890123456789012", "too long")]
    [InlineData("with a \0 inside", "NUL")]
    public void A_password_that_breaks_a_rule_is_told_which(string password, string expected) =>
        Validate(Command(password: password)).Single(e => e.Field == "password").Message.ShouldMatch(expected);

    [Fact]
    public void A_request_with_nothing_is_told_everything() =>
        Validate(new RegisterCommand(null, null, null, "")).Select(e => e.Field).ShouldBe(["email", "password", "username"]);

    [Fact]
    public void A_good_request_passes() => Validate(Command(password: "012345678901234567890123456789012345678901234567890123456789012345678901")).ShouldBeEmpty();

    private static RegisterCommand Command(string email = "somebody@example.org", string name = "somebody", string password = "correct horse battery") =>
        new(email, new Secret(password), name, "192.0.2.1");

    private static List<(string Field, string Message)> Validate(RegisterCommand command) =>
        [.. new RegisterValidator(new CommonPasswords()).Validate(command).Errors.Select(e => (e.PropertyName, e.ErrorMessage))];

    private Task<Result<UserId>> HandleAsync(RegisterCommand command, AccountOptions? options = null) =>
        new RegisterHandler(_users, _passwords, _limiter, options ?? new AccountOptions(), Make.Clock()).Handle(command, CancellationToken.None);
}
