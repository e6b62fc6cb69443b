using Backend.Application.DailyRuns;
using Backend.Application.Ports;
using Backend.Domain.DailyRuns;
using Backend.Unit.Support;

namespace Backend.Unit.Application.DailyRuns;

public sealed class FailDailyCheckTests
{
    private readonly DailyChecks _checks = new();

    [Fact]
    public async Task A_part_is_tried_again_a_few_times_and_then_given_up()
    {
        await _checks.Areas.AddAlertAsync((await _checks.Areas.AddUserAsync()).Id);
        var check = await _checks.ClaimAsync();
        for (var i = 0; i < 3; i++)
        {
            (await FailAsync(check, DailyPart.Mapper)).ShouldBe(new DailyPartOutcome(DailyPartStatus.PutOff, TimeSpan.FromMinutes(1 << i)));
            _checks.Areas.Clock.Advance(TimeSpan.FromMinutes(1 << i));
            check = (await _checks.Areas.Runs.TryClaimAsync(CancellationToken.None)).ShouldNotBeNull();
            check.Mapper.ShouldBe(DailyPartState.Due);
        }

        (await FailAsync(check, DailyPart.Mapper)).ShouldBe(new DailyPartOutcome(DailyPartStatus.PutOff, TimeSpan.Zero));

        var next = (await _checks.Areas.Runs.TryClaimAsync(CancellationToken.None)).ShouldNotBeNull();
        (next.Mapper, next.Retries).ShouldBe((DailyPartState.Failed, 0));
        (await _checks.Areas.Runs.ReadNewsAsync(check.Key, CancellationToken.None)).Mapper.ShouldNotBeNull().IsBroken.ShouldBeTrue();
    }

    [Fact]
    public async Task A_mail_is_tried_for_ever()
    {
        await _checks.Areas.AddAlertAsync((await _checks.Areas.AddUserAsync()).Id);
        var check = await _checks.ClaimAsync();
        for (var i = 0; i < 20; i++)
        {
            var outcome = await FailAsync(check, part: null);
            outcome.Status.ShouldBe(DailyPartStatus.PutOff);
            outcome.Again!.Value.ShouldBeLessThan(TimeSpan.FromHours(5));
            _checks.Areas.Clock.Advance(outcome.Again.Value);
            check = (await _checks.Areas.Runs.TryClaimAsync(CancellationToken.None)).ShouldNotBeNull();
        }
    }

    [Fact]
    public async Task A_check_that_is_somebody_elses_by_now_is_left_alone()
    {
        await _checks.Areas.AddAlertAsync((await _checks.Areas.AddUserAsync()).Id);
        var dead = await _checks.ClaimAsync();
        _checks.Areas.Clock.Advance(IDailyRunStore.Lease);
        (await _checks.Areas.Runs.TryClaimAsync(CancellationToken.None)).ShouldNotBeNull();

        (await FailAsync(dead, DailyPart.Mapper)).ShouldBe(DailyPartOutcome.Lost);
        (await FailAsync(dead with { Retries = 3 }, DailyPart.Mapper)).ShouldBe(DailyPartOutcome.Lost);
    }

    private async Task<DailyPartOutcome> FailAsync(DailyCheck check, DailyPart? part) =>
        (await new FailDailyCheckHandler(_checks.Areas.Runs, _checks.Options).Handle(new FailDailyCheckCommand(check, part), CancellationToken.None)).Value;
}
