using Backend.Domain.Common;
using Backend.Infrastructure.Email;

namespace Backend.Unit.Email;

public sealed class SesPasswordTests
{
    /// <summary>Computed with another implementation of what AWS documents.</summary>
    [Theory]
    [InlineData("eu-central-1", "BOuMHda1bXHUBUUpIs3nWYwa84WURWPv/ThymmRccMde")]
    [InlineData("us-east-1", "BCSIMrdbq4rWoxl3zfLEuFLHLqEnLv9oBBZyJEG22gWR")]
    public void The_password_is_made_of_key_and_region(string region, string expected) =>
        SesPassword.Of(new Secret("made-up/Key+for/Tests0123456789ABCDEFGHI"), region).Reveal().ShouldBe(expected);
}
