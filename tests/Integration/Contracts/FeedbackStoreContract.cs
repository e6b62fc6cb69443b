using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.Feedback;

namespace Backend.Integration.Contracts;

/// <summary>What every <see cref="IFeedbackStore"/> does.</summary>
public abstract class FeedbackStoreContract
{
    protected abstract Task<(IFeedbackStore Feedback, IUserStore Users)> CreateAsync();

    [Fact]
    public async Task Feedback_comes_back_exactly_as_added()
    {
        var (feedback, users) = await CreateAsync();
        var user = await users.AddAsync();
        const string Message = " O'Reilly -- <b>;select &amp; \r\n\t🏁 Ünï ";

        var outcome = await feedback.AddAsync(new NewFeedback(user.Id, Message, "idea <1>", TestUsers.CreatedAt), CancellationToken.None);

        outcome.Status.ShouldBe(AddFeedbackStatus.Added);
        var expected = new FeedbackEntry(outcome.Id!.Value, user.Id, user.Name, Message, "idea <1>", TestUsers.CreatedAt, ReadAt: null);
        (await feedback.ListAsync(100, CancellationToken.None)).ShouldBe([expected]);
        (await feedback.ListOfAsync(user.Id, CancellationToken.None)).ShouldBe([expected]);
    }

    [Fact]
    public async Task What_is_unknown_is_absent_everywhere()
    {
        var (feedback, _) = await CreateAsync();
        var unknown = new FeedbackId(long.MaxValue);

        (await feedback.MarkReadAsync(unknown, TestUsers.CreatedAt, CancellationToken.None)).ShouldBeFalse();
        (await feedback.RemoveAsync(unknown, CancellationToken.None)).ShouldBeFalse();
        (await feedback.ListAsync(100, CancellationToken.None)).ShouldBeEmpty();
        (await feedback.ListOfAsync(new UserId(long.MaxValue), CancellationToken.None)).ShouldBeEmpty();
        (await feedback.AddAsync(New(new UserId(long.MaxValue)), CancellationToken.None)).ShouldBe(new AddFeedbackOutcome(AddFeedbackStatus.NoSuchUser));
    }

    [Fact]
    public async Task It_is_listed_newest_first_up_to_the_limit()
    {
        var (feedback, users) = await CreateAsync();
        var (user, other) = (await users.AddAsync(), await users.AddAsync());
        var ids = new List<FeedbackId>();
        foreach (var (who, minutes) in new[] { (user, 1), (other, 2), (user, 2), (user, 0) })
        {
            ids.Add((await feedback.AddAsync(New(who.Id) with { CreatedAt = TestUsers.CreatedAt.AddMinutes(minutes) }, CancellationToken.None)).Id!.Value);
        }

        (await feedback.ListAsync(3, CancellationToken.None)).Select(f => f.Id).ShouldBe([ids[2], ids[1], ids[0]]);
        (await feedback.ListOfAsync(user.Id, CancellationToken.None)).Select(f => f.Id).ShouldBe([ids[2], ids[0], ids[3]]);
    }

    [Fact]
    public async Task The_first_reading_is_kept_and_removal_is_final()
    {
        var (feedback, users) = await CreateAsync();
        var id = (await feedback.AddAsync(New((await users.AddAsync()).Id), CancellationToken.None)).Id!.Value;
        var readAt = TestUsers.CreatedAt.AddHours(1);

        (await feedback.MarkReadAsync(id, readAt, CancellationToken.None)).ShouldBeTrue();
        (await feedback.MarkReadAsync(id, readAt.AddHours(1), CancellationToken.None)).ShouldBeTrue();

        (await feedback.ListAsync(1, CancellationToken.None)).ShouldHaveSingleItem().ReadAt.ShouldBe(readAt);
        (await feedback.RemoveAsync(id, CancellationToken.None)).ShouldBeTrue();
        (await feedback.RemoveAsync(id, CancellationToken.None)).ShouldBeFalse();
        (await feedback.ListAsync(1, CancellationToken.None)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Unread_feedback_is_limited_for_each_user_and_for_all_and_the_reasons_have_an_order()
    {
        var (feedback, users) = await CreateAsync();
        var many = new List<User>();
        for (var i = 0; i < (FeedbackEntry.MaxUnread / FeedbackEntry.MaxUnreadPerUser) + 1; i++)
        {
            many.Add(await users.AddAsync());
        }

        var first = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Task.Run(() => feedback.AddAsync(New(many[0].Id), CancellationToken.None))));
        first.Count(o => o.Status == AddFeedbackStatus.Added).ShouldBe(FeedbackEntry.MaxUnreadPerUser);
        first.Count(o => o.Status == AddFeedbackStatus.UserBacklog).ShouldBe(50 - FeedbackEntry.MaxUnreadPerUser);

        var others = await Task.WhenAll(many.Skip(1).SelectMany(u => Enumerable.Range(0, FeedbackEntry.MaxUnreadPerUser).Select(_ => Task.Run(() => feedback.AddAsync(New(u.Id), CancellationToken.None)))));
        others.Count(o => o.Status == AddFeedbackStatus.Added).ShouldBe(FeedbackEntry.MaxUnread - FeedbackEntry.MaxUnreadPerUser);
        others.Count(o => o.Status == AddFeedbackStatus.Backlog).ShouldBe(FeedbackEntry.MaxUnreadPerUser);
        (await feedback.AddAsync(New(many[0].Id), CancellationToken.None)).Status.ShouldBe(AddFeedbackStatus.Backlog);

        var own = (await feedback.ListOfAsync(many[0].Id, CancellationToken.None))[0];
        await feedback.MarkReadAsync(own.Id, TestUsers.CreatedAt, CancellationToken.None);
        (await feedback.AddAsync(New(many[0].Id), CancellationToken.None)).Status.ShouldBe(AddFeedbackStatus.Added);
    }

    [Fact]
    public async Task It_goes_with_its_user()
    {
        var (feedback, users) = await CreateAsync();
        var user = await users.AddAsync();
        await feedback.AddAsync(New(user.Id), CancellationToken.None);

        await users.RemoveAsync(user.Id, CancellationToken.None);

        (await feedback.ListAsync(100, CancellationToken.None)).ShouldBeEmpty();
        (await feedback.AddAsync(New(user.Id), CancellationToken.None)).Status.ShouldBe(AddFeedbackStatus.NoSuchUser);
    }

    private static NewFeedback New(UserId userId) => new(userId, "Please update the drop-down.", FeedbackEntry.DefaultType, TestUsers.CreatedAt);
}
