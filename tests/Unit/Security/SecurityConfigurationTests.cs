using Backend.Infrastructure.Security;
using Backend.Unit.Support;

namespace Backend.Unit.Security;

public sealed class SecurityConfigurationTests
{
    private static readonly string Good = new('k', 32);

    private readonly List<string> _errors = [];

    [Fact]
    public void A_secret_of_32_bytes_is_enough()
    {
        var (keys, invented) = Read([("JWT_SECRET", Good)]);

        keys!.Current.Id.ShouldBe(new SigningKeys(new Backend.Domain.Common.Secret(Good)).Id);
        keys.Previous.ShouldBeNull();
        keys.All.Count().ShouldBe(1);
        invented.ShouldBeFalse();
        _errors.ShouldBeEmpty();
    }

    [Fact]
    public void Bytes_count_and_not_letters()
    {
        Read([("JWT_SECRET", new string('ü', 16))]);

        _errors.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_short_secret_is_told_without_being_shown_wherever_it_is(bool mayInvent)
    {
        var @short = "only-thirty-one-bytes-are-here!";
        @short.Length.ShouldBe(31);

        Read([("JWT_SECRET", @short), ("JWT_SECRET_PREVIOUS", @short)], mayInvent);

        _errors.ShouldBe(["JWT_SECRET is too short: it needs at least 32 bytes.", "JWT_SECRET_PREVIOUS is too short: it needs at least 32 bytes."]);
        _errors.ShouldAllBe(e => !e.Contains(@short, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public void A_missing_secret_is_told_with_how_to_make_one(string? secret)
    {
        Read([("JWT_SECRET", secret)]).Keys.ShouldBeNull();

        _errors.ShouldHaveSingleItem().ShouldSatisfyAllConditions(e => e.ShouldStartWith("JWT_SECRET is missing"), e => e.ShouldContain("openssl rand -base64 48"));
    }

    [Fact]
    public void An_invented_secret_is_another_one_each_time_and_is_said_so()
    {
        var (one, invented) = Read([], mayInvent: true);
        var (other, _) = Read([], mayInvent: true);

        invented.ShouldBeTrue();
        one!.Current.AccessToken.Length.ShouldBeGreaterThanOrEqualTo(32);
        one.Current.AccessToken.ShouldNotBe(other!.Current.AccessToken);
        _errors.ShouldBeEmpty();
    }

    [Fact]
    public void A_configured_secret_is_never_replaced_by_an_invented_one() => Read([("JWT_SECRET", Good)], mayInvent: true).Invented.ShouldBeFalse();

    [Fact]
    public void The_previous_secret_is_kept_beside_the_current_one_unless_it_is_the_same()
    {
        var previous = new string('p', 40);

        Read([("JWT_SECRET", Good), ("JWT_SECRET_PREVIOUS", previous)]).Keys!.All.Select(k => k.Id).ShouldBeUnique();
        Read([("JWT_SECRET", Good), ("JWT_SECRET_PREVIOUS", previous)]).Keys!.All.Count().ShouldBe(2);
        Read([("JWT_SECRET", Good), ("JWT_SECRET_PREVIOUS", Good)]).Keys!.Previous.ShouldBeNull();
        Read([("JWT_SECRET", Good), ("JWT_SECRET_PREVIOUS", "")]).Keys!.Previous.ShouldBeNull();
        _errors.ShouldBeEmpty();
    }

    [Fact]
    public void Password_settings_are_read_within_their_bounds()
    {
        var options = SecurityConfiguration.ReadPasswords(Make.Configuration(("Passwords:Cost", "12"), ("Passwords:Workers", "3"), ("Passwords:Queue", "0")), _errors);

        (options.Cost, options.Workers, options.Queue).ShouldBe((12, 3, 0));
        _errors.ShouldBeEmpty();
    }

    [Fact]
    public void Every_bad_password_setting_is_told()
    {
        SecurityConfiguration.ReadPasswords(Make.Configuration(("Passwords:Cost", "31"), ("Passwords:Workers", "0"), ("Passwords:Queue", "many")), _errors);

        _errors.ShouldBe(
        [
            "Passwords:Cost is '31', but must be a whole number from 4 to 16.",
            "Passwords:Workers is '0', but must be a whole number from 1 to 256.",
            "Passwords:Queue is 'many', but must be a whole number from 0 to 10000.",
        ]);
    }

    private (SigningKeyRing? Keys, bool Invented) Read((string Key, string? Value)[] settings, bool mayInvent = false) =>
        SecurityConfiguration.ReadKeys(Make.Configuration(settings), mayInvent, _errors);
}
