using Backend.Domain.Accounts;
using Backend.Infrastructure.Security;

namespace Backend.Unit.Security;

public sealed class CommonPasswordsTests
{
    private readonly CommonPasswords _passwords = new();

    [Theory]
    [InlineData("password")]
    [InlineData("PASSWORD")]
    [InlineData("pAssWoRd1")]
    [InlineData("12345678")]
    [InlineData("qwertyuiop")]
    [InlineData("Trustno1")]
    public void Common_passwords_are_known_in_any_case(string password) => _passwords.Contains(password).ShouldBeTrue();

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("\r")]
    [InlineData("\n")]
    [InlineData("password\r")]
    [InlineData(" password")]
    [InlineData("password\npassword")]
    [InlineData("Kz7#long and unlikely")]
    public void Other_texts_are_not(string password) => _passwords.Contains(password).ShouldBeFalse();

    [Fact]
    public void The_list_holds_only_passwords_that_could_be_registered_otherwise_one_a_line()
    {
        using var reader = new StreamReader(typeof(CommonPasswords).Assembly.GetManifestResourceStream("common-passwords.txt").ShouldNotBeNull());
        var lines = reader.ReadToEnd().TrimEnd('\n').Split('\n');

        lines.Length.ShouldBeGreaterThan(3000, "OWASP ASVS 5.0, 6.2.4 asks for at least that many");
        lines.ShouldAllBe(line => line.Length >= PasswordRules.MinLength && line == line.Trim());
        lines.ShouldAllBe(line => _passwords.Contains(line));
        lines.Distinct(StringComparer.OrdinalIgnoreCase).Count().ShouldBe(lines.Length);
    }
}
