using Backend.Domain.Accounts;
using Backend.Domain.Common;

namespace Backend.Unit.Domain;

public sealed class SecretTests
{
    private const string Content = "correct horse battery staple";

    [Fact]
    public void Only_revealing_gives_the_content()
    {
        new Secret(Content).Reveal().ShouldBe(Content);
        new Secret(Content).IsEmpty.ShouldBeFalse();
        new Secret("").IsEmpty.ShouldBeTrue();
        new Secret(" ").IsEmpty.ShouldBeFalse();
    }

    [Fact]
    public void No_text_form_shows_the_content()
    {
        var secret = new Secret(Content);

        $"{secret}".ShouldBe("[secret]");
        ("" + secret).ShouldNotContain(Content);
        string.Format("{0,40}", secret).ShouldNotContain(Content);
        string.Join(",", [secret]).ShouldNotContain(Content);
        new Holder("visible", secret).ToString().ShouldSatisfyAllConditions(
            text => text.ShouldContain("visible"),
            text => text.ShouldNotContain(Content));
        Support.Make.User(hash: Content).ToString().ShouldNotContain(Content);
        new NewUser(Support.Make.Name("n"), Support.Make.Email("e@example.com"), secret, Role.User, Support.Make.Start).ToString().ShouldNotContain(Content);
    }

    [Fact]
    public void No_public_property_or_field_leads_to_the_content()
    {
        typeof(Secret).GetProperties().Select(p => p.Name).ShouldBe([nameof(Secret.IsEmpty)]);
        typeof(Secret).GetFields().ShouldBeEmpty();
        System.Text.Json.JsonSerializer.Serialize(new Secret(Content)).ShouldNotContain(Content);
    }

    [Fact]
    public void Secrets_of_the_same_content_are_equal_and_no_others()
    {
        var secret = new Secret(Content);

        secret.Equals(new Secret(new string(Content.AsSpan()))).ShouldBeTrue();
        secret.Equals((object)new Secret(Content)).ShouldBeTrue();
        secret.GetHashCode().ShouldBe(new Secret(Content).GetHashCode());
        foreach (var other in new[] { "", Content[..^1], Content + " ", Content.ToUpperInvariant(), "C" + Content[1..], Content[..^1] + "E" })
        {
            secret.Equals(new Secret(other)).ShouldBeFalse(other);
        }

        secret.Equals(null).ShouldBeFalse();
        secret.Equals((object)Content).ShouldBeFalse();
        new Holder("one", secret).ShouldBe(new Holder("one", new Secret(Content)));
    }

    private sealed record Holder(string Name, Secret Secret);
}
