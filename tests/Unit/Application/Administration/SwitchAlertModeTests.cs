using Backend.Application.Administration;
using Backend.Application.Alerts;
using Backend.Domain.Accounts;
using Backend.Domain.Alerts;
using Backend.Domain.Common;
using Backend.Unit.Support;

namespace Backend.Unit.Application.Administration;

public sealed class SwitchAlertModeTests
{
    private readonly Areas _areas = new();

    [Fact]
    public async Task The_mode_is_switched_and_the_maps_are_counted_again()
    {
        var user = await _areas.AddUserAsync();
        var alert = await _areas.AddAlertAsync(user.Id);
        await _areas.Alerts.TryPutOffCountAsync((await _areas.Alerts.TryClaimCountAsync(CancellationToken.None))!, null, CancellationToken.None);

        var switched = (await Send(user.Id, "inaccurate")).Value;

        switched.ShouldBe(new SwitchedAlert(user, alert with { CountState = MapCountState.Failed }, AlertMode.Inaccurate));
        (await _areas.Alerts.TryClaimCountAsync(CancellationToken.None))!.Alert.Mode.ShouldBe(AlertMode.Inaccurate);
    }

    [Fact]
    public async Task Who_is_unknown_or_has_no_alert_has_his_error()
    {
        (await Send(new UserId(99), "accurate")).Error.ShouldBe(AdministrationErrors.UserNotFound);
        (await Send((await _areas.AddUserAsync()).Id, "accurate")).Error.ShouldBe(AlertErrors.UserHasNone);
    }

    [Theory]
    [InlineData(null, "accurate", "user_id")]
    [InlineData(1L, null, "alert_type")]
    [InlineData(1L, "none", "alert_type")]
    public void Both_fields_are_checked(long? user, string? mode, string field) =>
        new SwitchAlertModeValidator().Validate(new SwitchAlertModeCommand(user is { } id ? new UserId(id) : null, mode)).Errors.ShouldHaveSingleItem().PropertyName.ShouldBe(field);

    private Task<Result<SwitchedAlert>> Send(UserId user, string mode) =>
        new SwitchAlertModeHandler(_areas.Users, _areas.Alerts).Handle(new SwitchAlertModeCommand(user, mode), CancellationToken.None);
}
