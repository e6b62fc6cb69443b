using Backend.Application.Feedback;
using Backend.Domain.Feedback;
using Backend.Unit.Support;

namespace Backend.Unit.Application.Feedback;

public sealed class MarkFeedbackReadTests
{
    [Fact]
    public async Task The_first_reading_is_noted()
    {
        var areas = new Areas();
        var id = (await areas.Feedback.AddAsync(new NewFeedback((await areas.AddUserAsync()).Id, "message", "bug", Make.Start), CancellationToken.None)).Id!.Value;
        var handler = new MarkFeedbackReadHandler(areas.Feedback, areas.Clock);

        (await handler.Handle(new MarkFeedbackReadCommand(id), CancellationToken.None)).IsSuccess.ShouldBeTrue();
        areas.Clock.Advance(TimeSpan.FromHours(1));
        (await handler.Handle(new MarkFeedbackReadCommand(id), CancellationToken.None)).IsSuccess.ShouldBeTrue();

        (await areas.Feedback.ListAsync(1, CancellationToken.None)).ShouldHaveSingleItem().ReadAt.ShouldBe(Make.Start);
        (await handler.Handle(new MarkFeedbackReadCommand(new FeedbackId(99)), CancellationToken.None)).Error.ShouldBe(FeedbackErrors.NotFound);
    }
}
