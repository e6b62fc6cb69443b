using Backend.Domain.Accounts;

namespace Backend.Unit.Domain;

public sealed class PasswordRulesTests
{
    [Fact]
    public void Eight_characters_are_long_enough()
    {
        PasswordRules.IsLongEnough("1234567").ShouldBeFalse();
        PasswordRules.IsLongEnough("12345678").ShouldBeTrue();
        PasswordRules.IsLongEnough(string.Empty).ShouldBeFalse();
    }

    [Fact]
    public void Exactly_72_bytes_fit_the_hash_and_73_do_not()
    {
        PasswordRules.FitsHash(new string('x', 72)).ShouldBeTrue();
        PasswordRules.FitsHash(new string('x', 73)).ShouldBeFalse();
    }

    [Theory]
    [InlineData("ü", 2)]
    [InlineData("名", 3)]
    [InlineData("🏁", 4)]
    public void Bytes_count_and_not_letters(string letter, int bytes)
    {
        var full = string.Concat(Enumerable.Repeat(letter, 72 / bytes));

        PasswordRules.FitsHash(full).ShouldBeTrue();
        PasswordRules.FitsHash(full + "x").ShouldBeFalse();
    }

    [Fact]
    public void A_NUL_is_found_anywhere()
    {
        PasswordRules.HasNul("\0password").ShouldBeTrue();
        PasswordRules.HasNul("pass\0word").ShouldBeTrue();
        PasswordRules.HasNul("password\0").ShouldBeTrue();
        PasswordRules.HasNul("password").ShouldBeFalse();
    }
}
