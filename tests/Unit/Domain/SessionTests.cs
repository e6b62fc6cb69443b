using Backend.Domain.Accounts;
using Backend.Domain.Sessions;
using Backend.Unit.Support;
using CsCheck;

namespace Backend.Unit.Domain;

public sealed class SessionTests
{
    private static readonly DateTimeOffset Now = Make.Start;
    private static readonly TimeSpan Tick = TimeSpan.FromTicks(1);

    [Fact]
    public void The_limits_are_those_that_were_promised()
    {
        Session.AbsoluteLifetime.ShouldBe(TimeSpan.FromDays(7));
        Session.IdleLimit.ShouldBe(TimeSpan.FromHours(72));
        Session.ReuseGrace.ShouldBe(TimeSpan.FromSeconds(30));
        Session.MaxPerUser.ShouldBe(20);
        Session.MaxUserAgentLength.ShouldBe(256);
    }

    [Fact]
    public void A_new_session_starts_now_in_whole_milliseconds_with_counter_zero()
    {
        var session = Session.Start(Make.UserId, Make.SessionId, "browser", "192.0.2.1", Now + TimeSpan.FromTicks(12_345));

        session.ShouldBe(new Session(Make.UserId, Make.SessionId, Now.AddMilliseconds(1), Now.AddMilliseconds(1), 0, "browser", "192.0.2.1"));
    }

    [Fact]
    public void A_client_that_says_nothing_about_itself_gets_empty_texts()
    {
        var session = Session.Start(Make.UserId, Make.SessionId, null, null, Now);

        session.UserAgent.ShouldBe(string.Empty);
        session.IpAddress.ShouldBe(string.Empty);
    }

    [Fact]
    public void A_long_user_agent_is_cut()
    {
        StartWith(new string('x', 256)).UserAgent.ShouldBe(new string('x', 256));
        StartWith(new string('x', 257)).UserAgent.ShouldBe(new string('x', 256));
        StartWith(new string('x', 100_000)).UserAgent.Length.ShouldBe(256);
    }

    [Fact]
    public void Cutting_a_user_agent_leaves_no_half_of_a_letter()
    {
        var agent = StartWith(new string('x', 255) + "🏁🏁").UserAgent;

        TextKey.IsWellFormed(agent).ShouldBeTrue();
        agent.ShouldBe(new string('x', 255));
        StartWith(new string('x', 254) + "🏁🏁").UserAgent.ShouldBe(new string('x', 254) + "🏁");
    }

    [Fact]
    public void A_session_nobody_refreshes_ends_at_the_idle_limit_to_the_tick()
    {
        var session = Make.Session();

        session.ExpiresAt.ShouldBe(Now.AddHours(72));
        session.IsLive(Now).ShouldBeTrue();
        session.IsLive(Now.AddHours(72) - Tick).ShouldBeTrue();
        session.IsLive(Now.AddHours(72)).ShouldBeFalse();
    }

    [Fact]
    public void However_often_it_is_refreshed_a_session_ends_at_the_absolute_limit()
    {
        var session = Make.Session();
        for (var hour = 1; hour < 168; hour++)
        {
            session.IsLive(Now.AddHours(hour)).ShouldBeTrue();
            session = session.Rotate(Now.AddHours(hour));
        }

        session.CreatedAt.ShouldBe(Now);
        session.ExpiresAt.ShouldBe(Now.AddDays(7));
        session.IsLive(Now.AddDays(7) - Tick).ShouldBeTrue();
        session.IsLive(Now.AddDays(7)).ShouldBeFalse();
    }

    [Fact]
    public void The_idle_limit_counts_from_the_last_refresh_until_the_absolute_limit_is_nearer()
    {
        Make.Session().Rotate(Now.AddHours(10)).ExpiresAt.ShouldBe(Now.AddHours(82));
        Make.Session().Rotate(Now.AddHours(96)).ExpiresAt.ShouldBe(Now.AddHours(168));
        Make.Session().Rotate(Now.AddHours(97)).ExpiresAt.ShouldBe(Now.AddHours(168));
    }

    [Fact]
    public void A_rotation_counts_up_and_notes_its_time_and_changes_nothing_else()
    {
        var session = Make.Session(counter: 4);

        session.Rotate(Now.AddSeconds(5) + TimeSpan.FromTicks(9_999)).ShouldBe(session with { Counter = 5, RefreshedAt = Now.AddSeconds(5) });
    }

    [Theory]
    [InlineData(5, 0, RefreshVerdict.Current)]
    [InlineData(5, 1_000_000, RefreshVerdict.Current)]
    [InlineData(4, 0, RefreshVerdict.Superseded)]
    [InlineData(4, 29_999, RefreshVerdict.Superseded)]
    [InlineData(4, 30_000, RefreshVerdict.Superseded)]
    [InlineData(4, 30_001, RefreshVerdict.Reused)]
    [InlineData(4, 1_000_000, RefreshVerdict.Reused)]
    [InlineData(3, 0, RefreshVerdict.Reused)]
    [InlineData(0, 0, RefreshVerdict.Reused)]
    [InlineData(-1, 0, RefreshVerdict.Reused)]
    [InlineData(long.MinValue, 0, RefreshVerdict.Reused)]
    [InlineData(6, 0, RefreshVerdict.Unknown)]
    [InlineData(long.MaxValue, 0, RefreshVerdict.Unknown)]
    public void A_presented_token_is_judged_by_its_counter_and_the_time_of_the_rotation(long presented, int millisecondsLater, RefreshVerdict verdict) =>
        Make.Session(counter: 5, refreshedAt: Now).Judge(presented, Now.AddMilliseconds(millisecondsLater)).ShouldBe(verdict);

    [Fact]
    public void The_grace_ends_to_the_tick() =>
        Make.Session(counter: 5).Judge(4, Now + Session.ReuseGrace + Tick).ShouldBe(RefreshVerdict.Reused);

    [Fact]
    public void A_session_that_never_rotated_knows_no_previous_token() =>
        Make.Session(counter: 0).Judge(-1, Now.AddMinutes(1)).ShouldBe(RefreshVerdict.Reused);

    [Fact]
    public void Of_all_counters_exactly_one_is_current_and_at_most_one_is_superseded() =>
        Gen.Select(Gen.Long[0, 50], Gen.Int[0, 60_000]).Sample((counter, later) =>
        {
            var session = Make.Session(counter);
            var verdicts = Enumerable.Range(0, 60).ToDictionary(n => (long)n, n => session.Judge(n, Now.AddMilliseconds(later)));

            verdicts.Where(v => v.Value == RefreshVerdict.Current).Select(v => v.Key).ShouldBe([counter]);
            verdicts.Where(v => v.Value == RefreshVerdict.Superseded).Select(v => v.Key).ShouldBe(counter > 0 && later <= 30_000 ? [counter - 1] : []);
            verdicts.Where(v => v.Key > counter).ShouldAllBe(v => v.Value == RefreshVerdict.Unknown);
        });

    private static Session StartWith(string userAgent) => Session.Start(Make.UserId, Make.SessionId, userAgent, null, Now);
}
