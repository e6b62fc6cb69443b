using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.Common;
using Backend.Domain.Feedback;

namespace Backend.Infrastructure.InMemory;

internal sealed class InMemoryFeedbackStore(InMemoryRelations relations) : IFeedbackStore
{
    public Task<AddFeedbackOutcome> AddAsync(NewFeedback feedback, CancellationToken cancellationToken) => relations.StepAsync(
        tables =>
        {
            var unread = tables.Feedback.Where(f => f.ReadAt is null).ToList();
            if (unread.Count >= FeedbackEntry.MaxUnread)
            {
                return new AddFeedbackOutcome(AddFeedbackStatus.Backlog);
            }

            if (unread.Count(f => f.UserId == feedback.UserId) >= FeedbackEntry.MaxUnreadPerUser)
            {
                return new AddFeedbackOutcome(AddFeedbackStatus.UserBacklog);
            }

            if (!tables.Users.ContainsKey(feedback.UserId))
            {
                return new AddFeedbackOutcome(AddFeedbackStatus.NoSuchUser);
            }

            var row = new InMemoryRelations.FeedbackRow(
                new FeedbackId(relations.NextId()), feedback.UserId, feedback.Message, feedback.Type, feedback.CreatedAt.ToWholeMilliseconds(), ReadAt: null);
            tables.Feedback.Add(row);
            return new AddFeedbackOutcome(AddFeedbackStatus.Added, row.Id);
        },
        cancellationToken);

    public Task<IReadOnlyList<FeedbackEntry>> ListAsync(int limit, CancellationToken cancellationToken) => ListAsync(static _ => true, limit, cancellationToken);

    public Task<IReadOnlyList<FeedbackEntry>> ListOfAsync(UserId userId, CancellationToken cancellationToken) => ListAsync(row => row.UserId == userId, int.MaxValue, cancellationToken);

    public Task<bool> MarkReadAsync(FeedbackId id, DateTimeOffset readAt, CancellationToken cancellationToken) => relations.StepAsync(
        tables =>
        {
            var at = tables.Feedback.FindIndex(f => f.Id == id);
            if (at >= 0 && tables.Feedback[at].ReadAt is null)
            {
                tables.Feedback[at] = tables.Feedback[at] with { ReadAt = readAt.ToWholeMilliseconds() };
            }

            return at >= 0;
        },
        cancellationToken);

    public Task<bool> RemoveAsync(FeedbackId id, CancellationToken cancellationToken) =>
        relations.StepAsync(tables => tables.Feedback.RemoveAll(f => f.Id == id) > 0, cancellationToken);

    private Task<IReadOnlyList<FeedbackEntry>> ListAsync(Func<InMemoryRelations.FeedbackRow, bool> isWanted, int limit, CancellationToken cancellationToken) => relations.StepAsync(
        tables => (IReadOnlyList<FeedbackEntry>)
        [
            .. tables.Feedback.Where(isWanted).OrderByDescending(f => f.CreatedAt).ThenByDescending(f => f.Id.Value).Take(limit)
                .Select(f => new FeedbackEntry(f.Id, f.UserId, tables.Users[f.UserId].Name, f.Message, f.Type, f.CreatedAt, f.ReadAt)),
        ],
        cancellationToken);
}
