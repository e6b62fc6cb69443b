using Backend.Application.Feedback;
using Backend.Domain.Feedback;
using Backend.Unit.Support;

namespace Backend.Unit.Application.Feedback;

public sealed class DeleteFeedbackTests
{
    [Fact]
    public async Task It_is_deleted_once()
    {
        var areas = new Areas();
        var id = (await areas.Feedback.AddAsync(new NewFeedback((await areas.AddUserAsync()).Id, "message", "bug", Make.Start), CancellationToken.None)).Id!.Value;
        var handler = new DeleteFeedbackHandler(areas.Feedback);

        (await handler.Handle(new DeleteFeedbackCommand(id), CancellationToken.None)).IsSuccess.ShouldBeTrue();
        (await handler.Handle(new DeleteFeedbackCommand(id), CancellationToken.None)).Error.ShouldBe(FeedbackErrors.NotFound);
    }
}
