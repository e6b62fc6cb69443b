using Backend.Domain.Accounts;
using Backend.Infrastructure.Security;

namespace Backend.Unit.Security;

public sealed class CommonPasswordsTests
{
    private readonly CommonPasswords _passwords = new();

    [Theory]
    [InlineData("password")]
    [InlineData("12345678")]
    [InlineData("qwertyuiop")]
    [InlineData("PassWord")]
    [InlineData("PASSWORD1")]
    public void The_most_common_passwords_are_known_in_any_case(string password) => _passwords.Contains(password).ShouldBeTrue();

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("\n")]
    [InlineData("password\n")]
    [InlineData("password\r")]
    [InlineData(" password")]
    [InlineData("correct horse battery staple")]
    public void Anything_else_is_not(string password) => _passwords.Contains(password).ShouldBeFalse();

    [Fact]
    public void The_list_holds_thousands_of_passwords_that_the_other_rules_would_let_through()
    {
        using var stream = typeof(CommonPasswords).Assembly.GetManifestResourceStream("common-passwords.txt")!;
        using var reader = new StreamReader(stream);
        var lines = reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);

        lines.Length.ShouldBeGreaterThan(1_000);
        lines.ShouldAllBe(line => line.Trim() == line && PasswordRules.IsLongEnough(line) && PasswordRules.FitsHash(line));
        lines.ShouldAllBe(line => _passwords.Contains(line));
    }
}
