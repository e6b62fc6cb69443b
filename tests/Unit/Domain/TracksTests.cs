using Backend.Domain.Tracks;

namespace Backend.Unit.Domain;

public sealed class TracksTests
{
    [Theory]
    [InlineData("Dk2bQqfBiKSvCQiAVEpaHLJmGu7")]
    [InlineData("a")]
    [InlineData("_-_-")]
    [InlineData("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx")]
    public void A_map_UID_is_kept_exactly(string text)
    {
        MapUid.TryCreate(text, out var uid).ShouldBeTrue();

        uid.Value.ShouldBe(text);
        uid.ToString().ShouldBe(text);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("with space")]
    [InlineData("trailing ")]
    [InlineData("../../tokens")]
    [InlineData("a/b")]
    [InlineData("a?b=c")]
    [InlineData("a#b")]
    [InlineData("a%2Fb")]
    [InlineData("a&b")]
    [InlineData("a,b")]
    [InlineData("a.b")]
    [InlineData("ümlaut")]
    [InlineData("١٢٣")]
    [InlineData("nul\0")]
    [InlineData("line\n")]
    [InlineData("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx")]
    public void What_could_change_the_meaning_of_a_URL_is_no_map_UID(string? text)
    {
        MapUid.TryCreate(text, out var uid).ShouldBeFalse();

        uid.ShouldBe(default);
    }

    [Fact]
    public void Map_UIDs_are_case_sensitive() => Support.Make.Uid("abc").ShouldNotBe(Support.Make.Uid("ABC"));

    [Theory]
    [InlineData(-1)]
    [InlineData(4294967295)]
    [InlineData(long.MinValue)]
    public void Every_mark_of_a_secret_time_is_the_same_secret_time(long mark)
    {
        var time = RecordTime.FromUpstream(mark);

        time.ShouldBe(RecordTime.Secret);
        time.IsSecret.ShouldBeTrue();
        time.OnTheWire.ShouldBe(-1);
        Should.Throw<InvalidOperationException>(() => time.Milliseconds);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(43_210)]
    [InlineData(4294967294)]
    [InlineData(4294967296)]
    [InlineData(long.MaxValue)]
    public void Every_other_number_is_a_time(long milliseconds)
    {
        var time = RecordTime.FromUpstream(milliseconds);

        time.IsSecret.ShouldBeFalse();
        time.Milliseconds.ShouldBe(milliseconds);
        time.OnTheWire.ShouldBe(milliseconds);
        time.ShouldBe(RecordTime.FromMilliseconds(milliseconds));
        time.ShouldNotBe(RecordTime.Secret);
    }

    [Fact]
    public void A_secret_time_equals_no_real_one_and_cannot_be_ordered()
    {
        RecordTime.Secret.ShouldNotBe(RecordTime.FromMilliseconds(0));
        RecordTime.Secret.ShouldNotBe(default);
        typeof(RecordTime).GetInterfaces().ShouldNotContain(i => i.Name.StartsWith("IComparable", StringComparison.Ordinal));
        typeof(RecordTime).GetMethods().Select(m => m.Name).ShouldNotContain(n => n == "op_LessThan" || n == "op_GreaterThan" || n == "op_Implicit");
    }

    [Fact]
    public void A_negative_time_cannot_be_made() => Should.Throw<ArgumentOutOfRangeException>(() => RecordTime.FromMilliseconds(-1));

    [Fact]
    public void Records_with_a_secret_time_can_be_printed()
    {
        RecordTime.Secret.ToString().ShouldBe("secret");
        RecordTime.FromMilliseconds(43_210).ToString().ShouldContain("43210");
        new LeaderboardEntry(Support.Make.Account(1), "z", "World", 1, RecordTime.Secret, null).ToString().ShouldContain("secret");
    }

    [Fact]
    public void Account_ids_are_written_as_lower_case_UUIDs() =>
        new AccountId(new Guid("ABCDEF01-2345-4678-9ABC-DEF012345678")).ToString().ShouldBe("abcdef01-2345-4678-9abc-def012345678");
}
