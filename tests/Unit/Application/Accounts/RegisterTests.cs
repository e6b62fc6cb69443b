using Backend.Application.Accounts;
using Backend.Application.Administration;
using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.Administration;
using Backend.Domain.Common;
using Backend.Infrastructure.InMemory;
using Backend.Unit.Support;
using NSubstitute;

namespace Backend.Unit.Application.Accounts;

public sealed class RegisterTests
{
    private const string GoodPassword = "correct horse battery";

    private readonly IUserStore _users = Substitute.For<IUserStore>();
    private readonly IPasswordHasher _passwords = Substitute.For<IPasswordHasher>();
    private readonly IRateLimiter _limiter = Substitute.For<IRateLimiter>();
    private readonly InMemorySiteSettingStore _settings = new();
    private readonly ICommonPasswords _common = Substitute.For<ICommonPasswords>();
    private readonly List<NewUser> _added = [];

    public RegisterTests()
    {
        _limiter.TryTakeAsync(default, "", default).ReturnsForAnyArgs(new RateLimitVerdict(IsAllowed: true, TimeSpan.Zero));
        _passwords.HashAsync(null!, default).ReturnsForAnyArgs(call => Make.Success(new Secret($"hash of {call.Arg<Secret>()?.Reveal()}")));
        Outcome(new AddUserOutcome(AddUserStatus.Added, Make.User()));
    }

    [Fact]
    public async Task A_user_is_stored_exactly_as_typed_with_a_hash_for_the_password()
    {
        var result = await Send(email: " Demo@Example.com ", name: " O'Reilly -- <b>;select ");

        result.Value.ShouldBe(Make.UserId);
        var user = _added.ShouldHaveSingleItem();
        user.Name.Value.ShouldBe("O'Reilly -- <b>;select");
        user.Email.Value.ShouldBe("Demo@Example.com");
        user.PasswordHash.Reveal().ShouldBe($"hash of {GoodPassword}");
        user.Role.ShouldBe(Role.User);
        user.CreatedAt.ShouldBe(Make.Start);
        await _limiter.Received(1).TryTakeAsync(RateLimit.Register, "192.0.2.1", Arg.Any<CancellationToken>());
        await _users.Received(1).AddAsync(Arg.Any<NewUser>(), 200, Arg.Any<CancellationToken>());
    }

    [Fact]
    public async Task The_number_that_an_administrator_has_set_is_in_force()
    {
        await _settings.SetAsync(SiteSetting.MaxUsers, 3, Make.Start, CancellationToken.None);

        await Send();

        await _users.Received(1).AddAsync(Arg.Any<NewUser>(), 3, Arg.Any<CancellationToken>());
    }

    [Theory]
    [InlineData(AddUserStatus.NameTaken, "account.user_name_taken", ErrorKind.Conflict)]
    [InlineData(AddUserStatus.EmailTaken, "account.email_taken", ErrorKind.Conflict)]
    [InlineData(AddUserStatus.Full, "account.registration_closed", ErrorKind.Forbidden)]
    public async Task Every_refusal_of_the_store_has_its_error(AddUserStatus status, string code, ErrorKind kind)
    {
        Outcome(new AddUserOutcome(status));

        (await Send()).Error!.ShouldSatisfyAllConditions(e => e.Code.ShouldBe(code), e => e.Kind.ShouldBe(kind));
    }

    [Fact]
    public async Task Every_outcome_of_the_store_is_known()
    {
        foreach (var status in Enum.GetValues<AddUserStatus>())
        {
            Outcome(new AddUserOutcome(status, Make.User()));
            (await Send()).IsSuccess.ShouldBe(status == AddUserStatus.Added);
        }

        Outcome(new AddUserOutcome((AddUserStatus)99));
        await Should.ThrowAsync<InvalidOperationException>(() => Send());
    }

    [Theory]
    [InlineData("Chief", "Chief", Role.Admin)]
    [InlineData("Chief", "cHIEF", Role.Admin)]
    [InlineData(" Chïef ", "CHÏEF", Role.Admin)]
    [InlineData("Chief", "Chief2", Role.User)]
    [InlineData("Chief", "Chi ef", Role.User)]
    [InlineData("", "Chief", Role.User)]
    [InlineData(null, "Chief", Role.User)]
    [InlineData("chief@example.com", "Chief", Role.User)]
    public async Task Only_the_initial_admin_becomes_one(string? initialAdmin, string name, Role role)
    {
        await Send(name: name, options: new AccountOptions { InitialAdmin = initialAdmin });

        _added.ShouldHaveSingleItem().Role.ShouldBe(role);
    }

    [Fact]
    public async Task The_configured_number_of_users_is_the_limit()
    {
        await Send(options: new AccountOptions { MaxUsers = 3 });

        await _users.Received(1).AddAsync(Arg.Any<NewUser>(), 3, Arg.Any<CancellationToken>());
    }

    [Fact]
    public async Task An_address_above_its_limit_is_refused_before_any_work()
    {
        _limiter.TryTakeAsync(default, "", default).ReturnsForAnyArgs(new RateLimitVerdict(IsAllowed: false, TimeSpan.FromSeconds(9)));

        (await Send()).Error!.RetryAfter.ShouldBe(TimeSpan.FromSeconds(9));
        _passwords.ReceivedCalls().ShouldBeEmpty();
        _users.ReceivedCalls().ShouldBeEmpty();
    }

    [Fact]
    public async Task All_addresses_of_one_home_network_are_counted_as_one()
    {
        await Send(address: "2001:db8:1:2:aaaa::1");

        await _limiter.Received(1).TryTakeAsync(RateLimit.Register, "2001:db8:1:2::/64", Arg.Any<CancellationToken>());
    }

    [Fact]
    public async Task A_busy_hashing_pool_is_passed_on()
    {
        _passwords.HashAsync(null!, default).ReturnsForAnyArgs(Make.Failed<Secret>(Make.Trouble()));

        (await Send()).Error.ShouldBe(Make.Trouble());
        _users.ReceivedCalls().ShouldBeEmpty();
    }

    [Fact]
    public async Task A_request_that_no_validator_saw_is_a_bug_and_touches_nothing()
    {
        await Should.ThrowAsync<InvalidOperationException>(() => Send(email: "nonsense"));
        await Should.ThrowAsync<InvalidOperationException>(() => Send(name: ""));
        _limiter.ReceivedCalls().ShouldBeEmpty();
    }

    [Fact]
    public void A_good_request_is_valid()
    {
        Validate().ShouldBeEmpty();
        Validate(password: new string('x', 72)).ShouldBeEmpty();
        Validate(password: "12345678").ShouldBeEmpty();
        Validate(password: "        ").ShouldBeEmpty();
        Validate(name: "Ünï Cödé.Mapper-42").ShouldBeEmpty();
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("demo@localhost")]
    public void An_unreadable_address_is_named(string? email) => Validate(email: email).ShouldBe([("email", "Please give a valid e-mail address.")]);

    [Theory]
    [InlineData(null, "Please give a password.")]
    [InlineData("", "Please give a password.")]
    [InlineData("1234567", "The password must have at least 8 characters.")]
    [InlineData("pass\0word", "The password must not hold a NUL character.")]
    [InlineData("password1", "This password is among the most common ones and is the first to be guessed. Please choose another.")]
    public void A_bad_password_is_told_its_one_reason(string? password, string message)
    {
        _common.Contains("password1").Returns(true);

        Validate(password: password).ShouldBe([("password", message)]);
    }

    [Fact]
    public void A_password_over_72_bytes_is_refused_with_the_reason()
    {
        const string Message = "The password is too long: at most 72 bytes of UTF-8 can be kept safe, and letters outside ASCII take several.";

        Validate(password: new string('x', 73)).ShouldBe([("password", Message)]);
        Validate(password: string.Concat(Enumerable.Repeat("ü", 37))).ShouldBe([("password", Message)]);
        Validate(password: new string('x', 100_000)).ShouldBe([("password", Message)]);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("  ")]
    [InlineData("demo@example.com")]
    [InlineData("line\nbreak")]
    public void A_bad_name_is_named(string? name) =>
        Validate(name: name).ShouldBe([("username", "Please give a user name of 1 to 100 characters that is no e-mail address, best your exact name on Trackmania Exchange.")]);

    [Fact]
    public void Everything_wrong_is_told_at_once() => Validate(null, null, null).Select(e => e.Field).ShouldBe(["email", "password", "username"]);

    [Fact]
    public void No_message_repeats_what_was_typed() =>
        Validate("bad <script>", "1234", "bad\u0007<script>").ShouldAllBe(e => !e.Message.Contains("script", StringComparison.Ordinal) && !e.Message.Contains("1234", StringComparison.Ordinal));

    [Fact]
    public void Printing_the_request_does_not_show_the_password() =>
        new RegisterCommand("e", new Secret(GoodPassword), "n", "").ToString().ShouldNotContain(GoodPassword);

    private async Task<Result<UserId>> Send(string email = "demo@example.com", string name = "Demo Mapper", AccountOptions? options = null, string address = "192.0.2.1") =>
        await new RegisterHandler(_users, _passwords, _limiter, new SiteLimits(_settings, options ?? new AccountOptions()), options ?? new AccountOptions(), Make.Clock())
            .Handle(new RegisterCommand(email, new Secret(GoodPassword), name, address), CancellationToken.None);

    private void Outcome(AddUserOutcome outcome) => _users.AddAsync(null!, default, default).ReturnsForAnyArgs(call =>
    {
        _added.Add(call.Arg<NewUser>());
        return outcome;
    });

    private List<(string Field, string Message)> Validate(string? email = "demo@example.com", string? password = GoodPassword, string? name = "Demo Mapper") =>
        [.. new RegisterValidator(_common)
            .Validate(new RegisterCommand(email, password is null ? null : new Secret(password), name, "192.0.2.1"))
            .Errors.Select(e => (e.PropertyName, e.ErrorMessage))];
}
