using Backend.Application.Common.Messaging;
using Backend.Application.Ports;
using Backend.Domain.Common;
using Backend.Domain.Feedback;

namespace Backend.Application.Feedback;

public sealed record DeleteFeedbackCommand(FeedbackId Id) : ICommand<Nothing>;

internal sealed class DeleteFeedbackHandler(IFeedbackStore feedback) : ICommandHandler<DeleteFeedbackCommand, Nothing>
{
    public async Task<Result<Nothing>> Handle(DeleteFeedbackCommand command, CancellationToken cancellationToken) =>
        await feedback.RemoveAsync(command.Id, cancellationToken) ? default(Nothing) : FeedbackErrors.NotFound;
}
