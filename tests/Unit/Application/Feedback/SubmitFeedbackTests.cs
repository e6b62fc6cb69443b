using Backend.Application.Accounts;
using Backend.Application.Feedback;
using Backend.Domain.Accounts;
using Backend.Domain.Common;
using Backend.Domain.Feedback;
using Backend.Unit.Support;

namespace Backend.Unit.Application.Feedback;

public sealed class SubmitFeedbackTests
{
    private readonly Areas _areas = new(("RateLimits:Feedback", "100/300"));

    [Theory]
    [InlineData(null, "general")]
    [InlineData(" ", "general")]
    [InlineData("bug", "bug")]
    public async Task A_message_is_kept_exactly(string? type, string expected)
    {
        var user = await _areas.AddUserAsync();

        var id = (await Send(user.Id, " O'Reilly -- <b>;select\n", type)).Value;

        (await _areas.Feedback.ListAsync(10, CancellationToken.None)).ShouldBe([new FeedbackEntry(id, user.Id, user.Name, " O'Reilly -- <b>;select\n", expected, Make.Start, null)]);
    }

    [Fact]
    public async Task Full_boxes_and_an_unknown_user_have_their_errors()
    {
        var user = await _areas.AddUserAsync();
        for (var i = 0; i < FeedbackEntry.MaxUnreadPerUser; i++)
        {
            (await Send(user.Id)).IsSuccess.ShouldBeTrue();
        }

        (await Send(user.Id)).Error.ShouldBe(FeedbackErrors.UserBacklog);
        (await Send(new UserId(99))).Error.ShouldBe(AccountErrors.NotFound);
        for (var other = 1; other < FeedbackEntry.MaxUnread / FeedbackEntry.MaxUnreadPerUser; other++)
        {
            var next = await _areas.AddUserAsync($"user {other}");
            for (var i = 0; i < FeedbackEntry.MaxUnreadPerUser; i++)
            {
                await Send(next.Id);
            }
        }

        (await Send(user.Id)).Error.ShouldBe(FeedbackErrors.Backlog);
    }

    [Theory]
    [InlineData(null, null, "message")]
    [InlineData("  ", null, "message")]
    [InlineData("a\u0000b", null, "message")]
    [InlineData("text", "a\nb", "type")]
    public void Texts_are_checked(string? message, string? type, string field) =>
        new SubmitFeedbackValidator().Validate(new SubmitFeedbackCommand(Make.UserId, message, type)).Errors.ShouldHaveSingleItem().PropertyName.ShouldBe(field);

    [Fact]
    public void Lengths_are_checked()
    {
        var validator = new SubmitFeedbackValidator();
        validator.Validate(new SubmitFeedbackCommand(Make.UserId, new string('x', 2000), new string('x', 50))).IsValid.ShouldBeTrue();
        validator.Validate(new SubmitFeedbackCommand(Make.UserId, new string('x', 2001), new string('x', 51))).Errors.Count.ShouldBe(2);
        validator.Validate(new SubmitFeedbackCommand(Make.UserId, "lines\r\nand\ttabs\n", null)).IsValid.ShouldBeTrue();
    }

    private Task<Result<FeedbackId>> Send(UserId user, string message = "message", string? type = null) =>
        new SubmitFeedbackHandler(_areas.Feedback, _areas.Limiter, _areas.Clock).Handle(new SubmitFeedbackCommand(user, message, type), CancellationToken.None);
}
