using Backend.Application.Common.Messaging;
using Backend.Application.Ports;
using Backend.Domain.Common;
using Backend.Domain.Feedback;

namespace Backend.Application.Feedback;

public sealed record MarkFeedbackReadCommand(FeedbackId Id) : ICommand<Nothing>;

internal sealed class MarkFeedbackReadHandler(IFeedbackStore feedback, TimeProvider clock) : ICommandHandler<MarkFeedbackReadCommand, Nothing>
{
    public async Task<Result<Nothing>> Handle(MarkFeedbackReadCommand command, CancellationToken cancellationToken) =>
        await feedback.MarkReadAsync(command.Id, clock.GetUtcNow(), cancellationToken) ? default(Nothing) : FeedbackErrors.NotFound;
}
