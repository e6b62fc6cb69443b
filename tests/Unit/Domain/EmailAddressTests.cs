using Backend.Domain.Accounts;
using CsCheck;

namespace Backend.Unit.Domain;

public sealed class EmailAddressTests
{
    [Theory]
    [InlineData("demo@example.com")]
    [InlineData("Demo.Mapper+maps@Sub.Example.co.uk")]
    [InlineData("o'reilly@example.ie")]
    [InlineData("jörg@müller.example")]
    [InlineData("1@2.3")]
    public void An_address_is_kept_exactly_as_typed(string text)
    {
        EmailAddress.TryCreate($" {text}\t", out var address).ShouldBeTrue();

        address!.Value.ShouldBe(text);
        address.ToString().ShouldBe(text);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("demo")]
    [InlineData("@example.com")]
    [InlineData("demo@")]
    [InlineData("demo@localhost")]
    [InlineData("demo@.com")]
    [InlineData("demo@example.")]
    [InlineData("demo@example..com")]
    [InlineData("de@mo@example.com")]
    [InlineData("de mo@example.com")]
    [InlineData("demo@exam\u00A0ple.com")]
    [InlineData("demo@example.com\r\nBcc: all@example.com")]
    [InlineData("de\0mo@example.com")]
    [InlineData("de\u0007mo@example.com")]
    public void What_has_not_the_shape_of_an_address_is_refused(string? text)
    {
        EmailAddress.TryCreate(text, out var address).ShouldBeFalse();

        address.ShouldBeNull();
    }

    [Fact]
    public void Half_a_surrogate_pair_is_refused() => EmailAddress.TryCreate("\uD83C@example.com", out _).ShouldBeFalse();

    [Fact]
    public void The_length_limit_is_that_of_the_mail_protocol()
    {
        var host = "@example.com";
        EmailAddress.TryCreate(new string('x', EmailAddress.MaxLength - host.Length) + host, out _).ShouldBeTrue();
        EmailAddress.TryCreate(new string('x', EmailAddress.MaxLength - host.Length + 1) + host, out _).ShouldBeFalse();
    }

    [Fact]
    public void Case_does_not_matter_to_the_comparison()
    {
        var (a, b) = (Support.Make.Email("Jörg@Example.com"), Support.Make.Email("JÖRG@eXAMPLE.COM"));

        a.ShouldBe(b);
        a.GetHashCode().ShouldBe(b.GetHashCode());
        a.ShouldNotBe(Support.Make.Email("jorg@example.com"));
        a.Equals(null).ShouldBeFalse();
    }

    [Fact]
    public void Nothing_is_a_user_name_and_an_address_at_once() =>
        Gen.String[Gen.Char["ab@. \u0000\uD83C"], 0, 12].Sample(text =>
            (EmailAddress.TryCreate(text, out _) && UserName.TryCreate(text, out _)).ShouldBeFalse());
}
