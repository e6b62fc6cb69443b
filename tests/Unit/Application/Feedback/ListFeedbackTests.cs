using Backend.Application.Feedback;
using Backend.Domain.Feedback;
using Backend.Unit.Support;

namespace Backend.Unit.Application.Feedback;

public sealed class ListFeedbackTests
{
    [Fact]
    public async Task The_newest_come_first()
    {
        var areas = new Areas();
        var user = await areas.AddUserAsync();
        var first = (await areas.Feedback.AddAsync(new NewFeedback(user.Id, "first", "bug", Make.Start), CancellationToken.None)).Id;
        var second = (await areas.Feedback.AddAsync(new NewFeedback(user.Id, "second", "bug", Make.Start.AddMinutes(1)), CancellationToken.None)).Id;

        (await new ListFeedbackHandler(areas.Feedback).Handle(new ListFeedbackQuery(), CancellationToken.None)).Value.Select(f => (FeedbackId?)f.Id).ShouldBe([second, first]);
    }
}
