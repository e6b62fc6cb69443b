using Backend.Application.Common.Messaging;
using Backend.Application.Ports;
using Backend.Domain.Common;
using Backend.Domain.Feedback;

namespace Backend.Application.Feedback;

/// <summary>The newest feedback of all users.</summary>
public sealed record ListFeedbackQuery() : IQuery<IReadOnlyList<FeedbackEntry>>;

internal sealed class ListFeedbackHandler(IFeedbackStore feedback) : IQueryHandler<ListFeedbackQuery, IReadOnlyList<FeedbackEntry>>
{
    public const int Limit = 100;

    public async Task<Result<IReadOnlyList<FeedbackEntry>>> Handle(ListFeedbackQuery query, CancellationToken cancellationToken) =>
        Result<IReadOnlyList<FeedbackEntry>>.Success(await feedback.ListAsync(Limit, cancellationToken));
}
