using System.Text;
using Backend.Domain.Common;
using Backend.Infrastructure.Security;
using Backend.Unit.Security;

namespace Backend.Unit.Selection;

public sealed class SecurityConfigurationTests
{
    private const string Secret = "JWT_SECRET";
    private const string Previous = "JWT_SECRET_PREVIOUS";

    private readonly List<string> _errors = [];

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public void A_missing_secret_is_an_error_that_says_how_to_make_one(string? text)
    {
        var (keys, invented) = SecurityConfiguration.ReadKeys(Settings.Of((Secret, text)), mayInvent: false, _errors);

        keys.ShouldBeNull();
        invented.ShouldBeFalse();
        _errors.ShouldHaveSingleItem().ShouldBe("JWT_SECRET is missing; set it to at least 32 random bytes, such as the output of 'openssl rand -base64 48'.");
    }

    [Fact]
    public void Where_it_is_allowed_a_missing_secret_is_invented_anew_each_time()
    {
        var first = SecurityConfiguration.ReadKeys(Settings.Of(), mayInvent: true, _errors);
        var second = SecurityConfiguration.ReadKeys(Settings.Of(), mayInvent: true, _errors);

        _errors.ShouldBeEmpty();
        first.Invented.ShouldBeTrue();
        first.Keys.ShouldNotBeNull().Previous.ShouldBeNull();
        first.Keys.Current.AccessToken.Length.ShouldBeGreaterThanOrEqualTo(32);
        first.Keys.Current.AccessToken.ShouldNotBe(second.Keys!.Current.AccessToken);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_configured_secret_is_never_replaced(bool mayInvent)
    {
        var (keys, invented) = SecurityConfiguration.ReadKeys(Settings.Of((Secret, Keys.FirstSecret), (Previous, Keys.SecondSecret)), mayInvent, _errors);

        _errors.ShouldBeEmpty();
        invented.ShouldBeFalse();
        Encoding.UTF8.GetString(keys.ShouldNotBeNull().Current.AccessToken).ShouldBe(Keys.FirstSecret);
        keys.Previous.ShouldNotBeNull().Id.ShouldBe(Keys.Second.Id);
        keys.All.Select(k => k.Id).ShouldBe([Keys.First.Id, Keys.Second.Id]);
    }

    [Theory]
    [InlineData("")]
    [InlineData(Keys.FirstSecret)]
    public void No_previous_secret_or_the_same_one_again_makes_one_key(string previous) =>
        SecurityConfiguration.ReadKeys(Settings.Of((Secret, Keys.FirstSecret), (Previous, previous)), mayInvent: false, _errors)
            .Keys.ShouldNotBeNull().All.ShouldHaveSingleItem();

    [Fact]
    public void Too_short_secrets_are_reported_together_and_never_shown()
    {
        const string Short = "hunter2-hunter2-hunter2-hunter2";
        Short.Length.ShouldBe(31);
        SecurityConfiguration.ReadKeys(Settings.Of((Secret, Short), (Previous, "hunter3")), mayInvent: true, _errors);

        _errors.ShouldBe([
            "JWT_SECRET is too short: it needs at least 32 bytes.",
            "JWT_SECRET_PREVIOUS is too short: it needs at least 32 bytes.",
        ]);
    }

    [Fact]
    public void Length_counts_in_bytes()
    {
        SecurityConfiguration.ReadKeys(Settings.Of((Secret, new string('ä', 16))), mayInvent: false, _errors);
        SecurityConfiguration.ReadKeys(Settings.Of((Secret, new string('a', 32))), mayInvent: false, _errors);

        _errors.ShouldBeEmpty();
    }

    [Fact]
    public void The_same_secret_gives_the_same_keys_on_every_machine()
    {
        var again = new SigningKeys(new Secret(Keys.FirstSecret));

        again.Id.ShouldBe(Keys.First.Id);
        again.RefreshToken.ShouldBe(Keys.First.RefreshToken);
    }

    [Fact]
    public void Bad_settings_of_passwords_are_reported_together()
    {
        var options = SecurityConfiguration.ReadPasswords(
            Settings.Of(("Passwords:Cost", "3"), ("Passwords:Workers", "0"), ("Passwords:Queue", "many")), _errors);

        _errors.ShouldBe([
            "Passwords:Cost is '3', but must be a whole number from 4 to 16.",
            "Passwords:Workers is '0', but must be a whole number from 1 to 256.",
            "Passwords:Queue is 'many', but must be a whole number from 0 to 10000.",
        ]);
        options.Cost.ShouldBe(11);
        options.Queue.ShouldBe(32);
        options.Workers.ShouldBe(Math.Max(1, Environment.ProcessorCount / 2));
    }

    [Fact]
    public void Settings_of_passwords_are_taken()
    {
        var options = SecurityConfiguration.ReadPasswords(
            Settings.Of(("Passwords:Cost", "4"), ("Passwords:Workers", "3"), ("Passwords:Queue", "0")), _errors);

        _errors.ShouldBeEmpty();
        (options.Cost, options.Workers, options.Queue).ShouldBe((4, 3, 0));
    }
}
