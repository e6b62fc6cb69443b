using Backend.Application.Alerts;
using Backend.Domain.Accounts;
using Backend.Domain.Alerts;
using Backend.Unit.Support;

namespace Backend.Unit.Application.Alerts;

public sealed class ChangeAlertFilterTests
{
    [Theory]
    [InlineData("wr", RecordFilter.WorldRecord)]
    [InlineData(" ALL ", RecordFilter.All)]
    [InlineData(null, RecordFilter.Top5)]
    public async Task The_owner_changes_the_filter(string? word, RecordFilter expected)
    {
        var areas = new Areas();
        var handler = new ChangeAlertFilterHandler(areas.Alerts);
        var alert = await areas.AddAlertAsync((await areas.AddUserAsync()).Id);

        (await handler.Handle(new ChangeAlertFilterCommand(alert.UserId, alert.Id, word), CancellationToken.None)).Value.ShouldBe(expected);

        (await areas.Alerts.FindAsync(alert.UserId, CancellationToken.None))!.Filter.ShouldBe(expected);
        (await handler.Handle(new ChangeAlertFilterCommand(new UserId(99), alert.Id, word), CancellationToken.None)).Error.ShouldBe(AlertErrors.NotFound);
    }

    [Fact]
    public void An_unknown_word_is_refused() =>
        new ChangeAlertFilterValidator().Validate(new ChangeAlertFilterCommand(Make.UserId, new AlertId(1), "worst")).Errors.ShouldHaveSingleItem().PropertyName.ShouldBe("record_filter");
}
