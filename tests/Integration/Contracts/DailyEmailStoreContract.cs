using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.DailyEmails;
using Backend.Domain.History;
using Microsoft.Extensions.Time.Testing;

namespace Backend.Integration.Contracts;

/// <summary>What every <see cref="IDailyEmailStore"/> does.</summary>
public abstract class DailyEmailStoreContract
{
    private static readonly DateOnly s_day = new(2026, 11, 20);
    private static readonly DateTimeOffset s_now = new(2026, 11, 21, 4, 0, 0, 250, TimeSpan.Zero);
    private static readonly EmailContent s_content = new("Sübject", "Téxt\nline", "<p>Html 🏁</p>");

    protected FakeTimeProvider Time { get; } = new(TestUsers.CreatedAt);

    protected abstract Task<DailyStores> CreateAsync();

    /// <summary>Lets time pass on the clock that measures claims.</summary>
    protected abstract Task PassAsync(TimeSpan duration);

    [Fact]
    public async Task A_mail_is_claimed_as_it_was_made_for_the_address_that_its_user_has()
    {
        var stores = await CreateAsync();
        var user = await AddMailAsync(stores);

        var ticket = (await stores.Emails.TryClaimAsync(CancellationToken.None)).ShouldNotBeNull();

        ticket.ShouldBe(new DailyEmailTicket(
            new DailyEmailKey(s_day, user), (await stores.Users.FindAsync(user, CancellationToken.None))!.Email, s_content, Maps: 3, Changes: 2, s_now, Attempt: 1, IsWanted: true, WasInterrupted: false, ticket.Fence));
        (await stores.Emails.TryClaimAsync(CancellationToken.None)).ShouldBeNull();
    }

    [Fact]
    public async Task Of_concurrent_claims_each_mail_goes_to_one()
    {
        var stores = await CreateAsync();
        await AddMailsAsync(stores, 8);

        var claims = (await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() => stores.Emails.TryClaimAsync(CancellationToken.None))))).OfType<DailyEmailTicket>().ToList();
        while (await stores.Emails.TryClaimAsync(CancellationToken.None) is { } late)
        {
            claims.Add(late);
        }

        claims.Count.ShouldBe(8);
        claims.Select(c => c.Key).Distinct().Count().ShouldBe(8);
    }

    [Theory]
    [InlineData(DailyEmailState.Sent)]
    [InlineData(DailyEmailState.Failed)]
    [InlineData(DailyEmailState.Uncertain)]
    public async Task A_mail_whose_end_is_known_is_not_claimed_again_and_the_history_tells_of_it(DailyEmailState state)
    {
        var stores = await CreateAsync();
        var user = await AddMailAsync(stores);
        var ticket = (await stores.Emails.TryClaimAsync(CancellationToken.None)).ShouldNotBeNull();
        var entry = new HistoryEntry(user, NotificationKind.MapperAlert, s_day, NotificationOutcome.Sent, "Sént", 3, s_now.AddSeconds(5));

        (await stores.Emails.TryEndAsync(ticket, state, "reason", [entry], s_now.AddSeconds(5), CancellationToken.None)).ShouldBeTrue();

        (await stores.Emails.TryEndAsync(ticket, DailyEmailState.Sent, null, [entry], s_now, CancellationToken.None)).ShouldBeFalse();
        (await stores.Emails.TryPutOffAsync(ticket, TimeSpan.Zero, TimeSpan.Zero, isCounted: true, "again", CancellationToken.None)).ShouldBeFalse();
        await PassAsync(TimeSpan.FromDays(10));
        (await stores.Emails.TryClaimAsync(CancellationToken.None)).ShouldBeNull();
        (await stores.History.ListAsync(user, DateOnly.MinValue, CancellationToken.None)).ShouldBe([entry]);
        var counts = (await stores.Runs.FindAsync(s_day, CancellationToken.None)).ShouldNotBeNull().Counts;
        (counts.EmailsPending, counts.EmailsSent, counts.EmailsFailed, counts.EmailsUncertain).ShouldBe(
            (0, state == DailyEmailState.Sent ? 1 : 0, state == DailyEmailState.Failed ? 1 : 0, state == DailyEmailState.Uncertain ? 1 : 0));
        var name = (await stores.Users.FindAsync(user, CancellationToken.None))!.Name;
        (await stores.Emails.ListUnsentAsync(s_day, 10, CancellationToken.None)).ShouldBe(
            state == DailyEmailState.Sent ? [] : [new UnsentEmail(new DailyEmailKey(s_day, user), name, state, 1, "reason", s_now.AddSeconds(5))]);
        (await stores.Emails.ListUnsentAsync(s_day.AddDays(1), 10, CancellationToken.None)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_mail_that_was_put_off_comes_after_its_pause_as_a_further_attempt()
    {
        var stores = await CreateAsync();
        await AddMailAsync(stores);
        var ticket = (await stores.Emails.TryClaimAsync(CancellationToken.None)).ShouldNotBeNull();

        (await stores.Emails.TryPutOffAsync(ticket, TimeSpan.FromHours(2), TimeSpan.Zero, isCounted: true, "busy", CancellationToken.None)).ShouldBeTrue();

        await PassAsync(TimeSpan.FromHours(1));
        (await stores.Emails.TryClaimAsync(CancellationToken.None)).ShouldBeNull();
        (await stores.Emails.ListUnsentAsync(s_day, 10, CancellationToken.None)).Single().ShouldSatisfyAllConditions(e => e.State.ShouldBe(DailyEmailState.Pending), e => e.Reason.ShouldBe("busy"));
        await PassAsync(TimeSpan.FromHours(2));
        var again = (await stores.Emails.TryClaimAsync(CancellationToken.None)).ShouldNotBeNull();
        (again.Attempt, again.WasInterrupted).ShouldBe((2, false));
        (await stores.Emails.TryEndAsync(ticket, DailyEmailState.Sent, null, [], s_now, CancellationToken.None)).ShouldBeFalse();
        (await stores.Emails.TryEndAsync(again, DailyEmailState.Sent, null, [], s_now, CancellationToken.None)).ShouldBeTrue();
    }

    [Fact]
    public async Task While_nobody_takes_mails_none_is_claimed_and_no_attempt_is_counted()
    {
        var stores = await CreateAsync();
        await AddMailsAsync(stores, 4);
        var (tried, late, sending) = ((await ClaimAsync())!, (await ClaimAsync())!, (await ClaimAsync())!);
        await stores.Emails.TryPutOffAsync(late, TimeSpan.FromHours(2), TimeSpan.Zero, isCounted: true, "busy", CancellationToken.None);

        (await RestAsync(tried, TimeSpan.FromMinutes(10))).ShouldBeTrue();

        (await RestAsync(tried, TimeSpan.FromMinutes(10))).ShouldBeFalse();
        (await stores.Emails.ListUnsentAsync(s_day, 10, CancellationToken.None)).Single(e => e.Key == tried.Key).ShouldSatisfyAllConditions(
            e => e.State.ShouldBe(DailyEmailState.Pending), e => e.Reason.ShouldBe("away"), e => e.Attempts.ShouldBe(0));
        (await ClaimAsync()).ShouldBeNull("the fourth rests, too");
        await PassAsync(TimeSpan.FromMinutes(9));
        (await ClaimAsync()).ShouldBeNull();
        await PassAsync(TimeSpan.FromMinutes(1));
        var next = new[] { await ClaimAsync(), await ClaimAsync() };
        next.ShouldAllBe(ticket => ticket != null && ticket.Attempt == 1 && !ticket.WasInterrupted);
        next[0]!.Key.ShouldNotBeOneOf(tried.Key, late.Key, sending.Key);
        next[1]!.Key.ShouldBe(tried.Key, "whoever has found out comes last");
        (await ClaimAsync()).ShouldBeNull("one is put off for longer, and one is being sent");
        (await stores.Emails.TryEndAsync(tried, DailyEmailState.Sent, null, [], s_now, CancellationToken.None)).ShouldBeFalse();
        (await stores.Emails.TryEndAsync(sending, DailyEmailState.Sent, null, [], s_now, CancellationToken.None)).ShouldBeTrue();

        Task<DailyEmailTicket?> ClaimAsync() => stores.Emails.TryClaimAsync(CancellationToken.None);

        Task<bool> RestAsync(DailyEmailTicket ticket, TimeSpan pause) => stores.Emails.TryPutOffAsync(ticket, pause, pause, isCounted: false, "away", CancellationToken.None);
    }

    [Fact]
    public async Task A_mail_that_is_put_off_for_long_may_hold_up_the_others_for_less()
    {
        var stores = await CreateAsync();
        await AddMailsAsync(stores, 2);
        var tried = (await stores.Emails.TryClaimAsync(CancellationToken.None)).ShouldNotBeNull();

        await stores.Emails.TryPutOffAsync(tried, TimeSpan.FromHours(2), TimeSpan.FromMinutes(5), isCounted: true, "away", CancellationToken.None);

        (await stores.Emails.TryClaimAsync(CancellationToken.None)).ShouldBeNull();
        await PassAsync(TimeSpan.FromMinutes(5));
        var other = (await stores.Emails.TryClaimAsync(CancellationToken.None)).ShouldNotBeNull();
        other.Key.ShouldNotBe(tried.Key);
        (await stores.Emails.TryEndAsync(other, DailyEmailState.Sent, null, [], s_now, CancellationToken.None)).ShouldBeTrue();
        await PassAsync(TimeSpan.FromHours(2));
        (await stores.Emails.TryClaimAsync(CancellationToken.None)).ShouldNotBeNull().ShouldSatisfyAllConditions(t => t.Key.ShouldBe(tried.Key), t => t.Attempt.ShouldBe(2));
    }

    [Fact]
    public async Task A_mail_that_others_wait_for_holds_up_nobody_when_it_goes_with_its_user()
    {
        var stores = await CreateAsync();
        await AddMailsAsync(stores, 2);
        var tried = (await stores.Emails.TryClaimAsync(CancellationToken.None)).ShouldNotBeNull();
        await stores.Emails.TryPutOffAsync(tried, TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(10), isCounted: false, "away", CancellationToken.None);

        await stores.Users.RemoveAsync(tried.Key.UserId, CancellationToken.None);

        (await stores.Emails.TryClaimAsync(CancellationToken.None)).ShouldNotBeNull();
    }

    [Fact]
    public async Task A_mail_whose_sender_gave_no_sign_of_life_is_claimed_as_interrupted()
    {
        var stores = await CreateAsync();
        await AddMailAsync(stores);
        var dead = (await stores.Emails.TryClaimAsync(CancellationToken.None)).ShouldNotBeNull();

        await PassAsync(IDailyEmailStore.Lease * 0.9);
        (await stores.Emails.TryClaimAsync(CancellationToken.None)).ShouldBeNull();
        await PassAsync(IDailyEmailStore.Lease);

        var next = (await stores.Emails.TryClaimAsync(CancellationToken.None)).ShouldNotBeNull();
        (next.WasInterrupted, next.Attempt).ShouldBe((true, 2));
        (await stores.Emails.TryEndAsync(dead, DailyEmailState.Sent, null, [], s_now, CancellationToken.None)).ShouldBeFalse();
        (await stores.Emails.TryEndAsync(next, DailyEmailState.Uncertain, "reason", [], s_now, CancellationToken.None)).ShouldBeTrue();
    }

    [Fact]
    public async Task A_mail_to_somebody_who_wants_none_any_more_says_so()
    {
        var stores = await CreateAsync();
        var user = await AddMailAsync(stores);
        await stores.Users.ChangeMailPreferencesAsync(user, MailPreferencesChange.Nothing, CancellationToken.None);

        (await stores.Emails.TryClaimAsync(CancellationToken.None)).ShouldNotBeNull().IsWanted.ShouldBeFalse();
    }

    [Fact]
    public async Task A_mail_goes_with_its_user()
    {
        var stores = await CreateAsync();
        var user = await AddMailAsync(stores);
        var ticket = (await stores.Emails.TryClaimAsync(CancellationToken.None)).ShouldNotBeNull();

        await stores.Users.RemoveAsync(user, CancellationToken.None);

        (await stores.Emails.TryEndAsync(
            ticket, DailyEmailState.Sent, null, [new HistoryEntry(user, NotificationKind.MapperAlert, s_day, NotificationOutcome.Sent, null, 3, s_now)], s_now, CancellationToken.None)).ShouldBeFalse();
        (await stores.History.ListAllAsync(DateOnly.MinValue, CancellationToken.None)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_cancelled_call_is_not_made()
    {
        var stores = await CreateAsync();
        await AddMailAsync(stores);

        await Should.ThrowAsync<OperationCanceledException>(() => stores.Emails.TryClaimAsync(new CancellationToken(canceled: true)));

        (await stores.Emails.TryClaimAsync(CancellationToken.None)).ShouldNotBeNull().Attempt.ShouldBe(1);
    }

    private static async Task<UserId> AddMailAsync(DailyStores stores) => (await AddMailsAsync(stores, 1)).Single();

    private static async Task<List<UserId>> AddMailsAsync(DailyStores stores, int count)
    {
        var users = new List<UserId>();
        for (var i = 0; i < count; i++)
        {
            users.Add(await stores.AddUserAsync(maps: true));
        }

        await stores.Runs.StartAsync(s_day, "test", s_now, CancellationToken.None);
        while (await stores.Runs.TryClaimAsync(CancellationToken.None) is { } check)
        {
            (await stores.Runs.TryCompleteAsync(check, new NewDailyEmail(s_content, Maps: 3, Changes: 2), [], s_now, CancellationToken.None)).ShouldBeTrue();
        }

        return users;
    }
}
