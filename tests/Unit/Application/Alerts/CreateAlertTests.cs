using Backend.Application.Accounts;
using Backend.Application.Alerts;
using Backend.Domain.Accounts;
using Backend.Domain.Alerts;
using Backend.Domain.Common;
using Backend.Unit.Support;

namespace Backend.Unit.Application.Alerts;

public sealed class CreateAlertTests
{
    private readonly Areas _areas = new(("RateLimits:CreateAlert", "2/300"));

    [Theory]
    [InlineData(null, null, AlertMode.Accurate, RecordFilter.Top5)]
    [InlineData("accurate", "top5", AlertMode.Accurate, RecordFilter.Top5)]
    [InlineData(" Inaccurate ", " WR ", AlertMode.Inaccurate, RecordFilter.WorldRecord)]
    [InlineData(null, "all", AlertMode.Accurate, RecordFilter.All)]
    public async Task An_alert_is_stored_with_what_was_asked_for(string? mode, string? filter, AlertMode expectedMode, RecordFilter expectedFilter)
    {
        var user = await _areas.AddUserAsync();

        var alert = (await Send(user.Id, mode, filter)).Value;

        (alert.UserId, alert.Mode, alert.Filter, alert.CountState, alert.CreatedAt).ShouldBe((user.Id, expectedMode, expectedFilter, MapCountState.Counting, Make.Start));
        (await _areas.Alerts.FindAsync(user.Id, CancellationToken.None)).ShouldBe(alert);
    }

    [Fact]
    public async Task A_second_one_an_unknown_user_and_too_many_attempts_have_their_errors()
    {
        var user = await _areas.AddUserAsync();
        await Send(user.Id);

        (await Send(user.Id)).Error.ShouldBe(AlertErrors.Exists);
        (await Send(user.Id)).Error!.Kind.ShouldBe(ErrorKind.TooManyRequests);
        (await Send(new UserId(99))).Error.ShouldBe(AccountErrors.NotFound);
    }

    [Theory]
    [InlineData("exact", null, "alert_type")]
    [InlineData("", null, "alert_type")]
    [InlineData("0", null, "alert_type")]
    [InlineData(null, "top10", "record_filter")]
    public void Unknown_words_are_refused(string? mode, string? filter, string field) =>
        new CreateAlertValidator().Validate(new CreateAlertCommand(Make.UserId, mode, filter)).Errors.ShouldHaveSingleItem().PropertyName.ShouldBe(field);

    private Task<Result<MapperAlert>> Send(UserId user, string? mode = null, string? filter = null) =>
        new CreateAlertHandler(_areas.Alerts, _areas.Limiter, _areas.Clock).Handle(new CreateAlertCommand(user, mode, filter), CancellationToken.None);
}
