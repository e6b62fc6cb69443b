using Backend.Domain.Accounts;
using Backend.Domain.Common;
using Backend.Unit.Support;

namespace Backend.Unit.Domain;

public sealed class PasswordResetTests
{
    [Fact]
    public void A_wish_names_its_mail() => new PasswordResetId(Make.SomeId).MessageIdLeft(2).ShouldBe("password.aaaaaaaabbbb4ccc8dddeeeeeeeeeeee.2");

    [Fact]
    public void A_hash_is_that_of_the_token_and_shows_nothing_of_it()
    {
        ResetTokenHash.Of(new Secret("abc")).Value.ShouldBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        ResetTokenHash.Of(new Secret("abc")).ShouldBe(ResetTokenHash.Of(new Secret("abc")));
        ResetTokenHash.Of(new Secret("\uD800\0")).Value.ShouldMatch("^[0-9a-f]{64}$");
    }
}
