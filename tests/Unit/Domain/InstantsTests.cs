using Backend.Domain.Common;
using CsCheck;

namespace Backend.Unit.Domain;

public sealed class InstantsTests
{
    [Fact]
    public void An_instant_is_cut_to_whole_milliseconds_in_UTC() =>
        Gen.Long[DateTimeOffset.UnixEpoch.Ticks, DateTimeOffset.MaxValue.Ticks - TimeSpan.TicksPerDay].Sample(ticks =>
        {
            var instant = new DateTimeOffset(ticks, TimeSpan.Zero).ToOffset(TimeSpan.FromHours(2));
            var cut = instant.ToWholeMilliseconds();

            cut.Offset.ShouldBe(TimeSpan.Zero);
            (cut.Ticks % TimeSpan.TicksPerMillisecond).ShouldBe(0);
            (instant - cut).ShouldBeInRange(TimeSpan.Zero, TimeSpan.FromTicks(TimeSpan.TicksPerMillisecond - 1));
            cut.ToWholeMilliseconds().ShouldBe(cut);
            DateTimeOffset.FromUnixTimeMilliseconds(cut.ToUnixTimeMilliseconds()).ShouldBe(cut);
        });
}
