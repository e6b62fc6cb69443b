using Backend.Application.Administration;
using Backend.Application.Ports;
using Backend.Domain.DailyEmails;
using Backend.Unit.Support;

namespace Backend.Unit.Application.Administration;

public sealed class ListDailyRunsTests
{
    private readonly DailyChecks _checks = new();

    [Fact]
    public async Task Runs_come_newest_first_with_the_mails_that_were_not_sent()
    {
        (await ListAsync()).ShouldSatisfyAllConditions(o => o.Runs.ShouldBeEmpty(), o => o.Unsent.ShouldBeEmpty());
        var user = await _checks.Areas.AddUserAsync();
        await _checks.Areas.AddAlertAsync(user.Id);
        foreach (var (day, state) in new[] { (0, DailyEmailState.Sent), (1, DailyEmailState.Uncertain) })
        {
            var check = await _checks.ClaimAsync(day);
            await _checks.Areas.Runs.TryCompleteAsync(check, new NewDailyEmail(new EmailContent("s", "t", "h"), Maps: 1, Changes: null), [], Make.Start, CancellationToken.None);
            var ticket = (await _checks.Areas.Emails.TryClaimAsync(CancellationToken.None)).ShouldNotBeNull();
            await _checks.Areas.Emails.TryEndAsync(ticket, state, "connection lost", [], Make.Start, CancellationToken.None);
        }

        var overview = await ListAsync();

        overview.Runs.Select(r => (r.Date, r.Counts.EmailsSent, r.Counts.EmailsUncertain)).ShouldBe([(new DateOnly(2026, 3, 2), 0, 1), (new DateOnly(2026, 3, 1), 1, 0)]);
        overview.Unsent.ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            e => (e.Key.RunDate, e.UserName, e.State, e.Attempts, e.Reason).ShouldBe((new DateOnly(2026, 3, 2), user.Name, DailyEmailState.Uncertain, 1, "connection lost")));
    }

    private async Task<DailyRunOverview> ListAsync() =>
        (await new ListDailyRunsHandler(_checks.Areas.Runs, _checks.Areas.Emails).Handle(new ListDailyRunsQuery(), CancellationToken.None)).Value;
}
