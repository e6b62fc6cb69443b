using Backend.Domain.Accounts;
using CsCheck;

namespace Backend.Unit.Domain;

public sealed class UserNameTests
{
    [Theory]
    [InlineData("O'Reilly -- <b>;select")]
    [InlineData("Ünï Cödé.Mapper-42")]
    [InlineData("select * from users; drop table users --")]
    [InlineData("a")]
    [InlineData("two  spaces")]
    [InlineData("Ник 名前 🏁")]
    [InlineData("100% \\ \" & &amp;")]
    [InlineData("name@")]
    [InlineData("@name")]
    [InlineData("me@home")]
    public void A_name_is_kept_exactly_as_typed(string text)
    {
        UserName.TryCreate(text, out var name).ShouldBeTrue();

        name!.Value.ShouldBe(text);
        name.ToString().ShouldBe(text);
    }

    [Fact]
    public void Only_outer_white_space_is_dropped()
    {
        UserName.TryCreate(" \t Demo  Mapper \u00A0\r\n", out var name).ShouldBeTrue();

        name!.Value.ShouldBe("Demo  Mapper");
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("\u00A0\u2003")]
    [InlineData("with\0nul")]
    [InlineData("bell\u0007")]
    [InlineData("line\nbreak")]
    [InlineData("c1\u0085control")]
    [InlineData("delete\u007F")]
    [InlineData("replaced \uFFFD letter")]
    [InlineData("somebody@example.com")]
    [InlineData("  somebody@example.com ")]
    [InlineData("SOMEBODY@EXAMPLE.CO.UK")]
    public void What_is_empty_unreadable_or_an_address_is_no_name(string? text)
    {
        UserName.TryCreate(text, out var name).ShouldBeFalse();

        name.ShouldBeNull();
    }

    [Fact]
    public void Half_a_surrogate_pair_is_no_letter()
    {
        UserName.TryCreate("high \uD83C", out _).ShouldBeFalse();
        UserName.TryCreate("\uDFC1 low", out _).ShouldBeFalse();
        UserName.TryCreate("swapped \uDFC1\uD83C", out _).ShouldBeFalse();
        UserName.TryCreate("whole \uD83C\uDFC1", out _).ShouldBeTrue();
    }

    [Fact]
    public void The_length_is_counted_without_outer_white_space()
    {
        UserName.TryCreate(new string('x', UserName.MaxLength), out _).ShouldBeTrue();
        UserName.TryCreate($"  {new string('x', UserName.MaxLength)}  ", out _).ShouldBeTrue();
        UserName.TryCreate(new string('x', UserName.MaxLength + 1), out _).ShouldBeFalse();
    }

    [Theory]
    [InlineData("Demo Mapper", "dEMO mAPPER")]
    [InlineData("Ünï Cödé.Mapper-42", "üNÏ cÖDÉ.mAPPER-42")]
    [InlineData("НИК", "ник")]
    public void Names_that_differ_in_case_are_the_same_name(string one, string other)
    {
        var (a, b) = (Support.Make.Name(one), Support.Make.Name(other));

        a.ShouldBe(b);
        a.GetHashCode().ShouldBe(b.GetHashCode());
        a.Key.ShouldBe(b.Key);
        (a == b).ShouldBeTrue();
        a.Value.ShouldNotBe(b.Value);
    }

    [Theory]
    [InlineData("Demo Mapper", "DemoMapper")]
    [InlineData("Demo Mapper", "Demo  Mapper")]
    [InlineData("Uni", "Ünï")]
    [InlineData("a.b", "ab")]
    public void Other_differences_make_other_names(string one, string other)
    {
        Support.Make.Name(one).ShouldNotBe(Support.Make.Name(other));
        Support.Make.Name(one).Equals(null).ShouldBeFalse();
    }

    [Fact]
    public void No_text_whatever_breaks_it() =>
        Gen.OneOf(Gen.String, Gen.String[Gen.Char, 0, 120]).Sample(text =>
        {
            if (UserName.TryCreate(text, out var name))
            {
                name.Value.ShouldBe(text.Trim());
                name.Value.Length.ShouldBeInRange(1, UserName.MaxLength);
                Support.Make.Name(name.Value).ShouldBe(name);
                Support.Make.Name(name.Key).Key.ShouldBe(name.Key);
            }
        });
}
