using Backend.Application.Accounts;
using Backend.Application.Common.Messaging;
using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.Common;
using Backend.Domain.Feedback;
using FluentValidation;

namespace Backend.Application.Feedback;

/// <param name="Type">None means <see cref="FeedbackEntry.DefaultType"/>.</param>
public sealed record SubmitFeedbackCommand(UserId UserId, string? Message, string? Type) : ICommand<FeedbackId>;

internal sealed class SubmitFeedbackValidator : AbstractValidator<SubmitFeedbackCommand>
{
    public SubmitFeedbackValidator()
    {
        RuleFor(c => c.Message).Cascade(CascadeMode.Stop)
            .Must(m => !string.IsNullOrWhiteSpace(m)).WithMessage("Please give a message.")
            .Must(m => m!.Length <= FeedbackEntry.MaxMessageLength).WithMessage($"The message must have at most {FeedbackEntry.MaxMessageLength} characters.")
            .Must(m => IsText(m!)).WithMessage("The message holds characters that cannot be kept.")
            .OverridePropertyName("message");
        RuleFor(c => c.Type).Cascade(CascadeMode.Stop)
            .Must(t => t is null || t.Length <= FeedbackEntry.MaxTypeLength).WithMessage($"The type must have at most {FeedbackEntry.MaxTypeLength} characters.")
            .Must(t => t is null || TextKey.IsWellFormed(t)).WithMessage("The type holds characters that cannot be kept.")
            .OverridePropertyName("type");
    }

    /// <summary>As a name, but in lines.</summary>
    private static bool IsText(string message) => TextKey.IsWellFormed(message.ReplaceLineEndings(" ").Replace('\t', ' '));
}

internal sealed class SubmitFeedbackHandler(IFeedbackStore feedback, IRateLimiter limiter, TimeProvider clock) : ICommandHandler<SubmitFeedbackCommand, FeedbackId>
{
    public async Task<Result<FeedbackId>> Handle(SubmitFeedbackCommand command, CancellationToken cancellationToken)
    {
        if ((await limiter.TryTakeAsync(RateLimit.Feedback, command.UserId.ToString(), cancellationToken)).Refusal is { } refusal)
        {
            return refusal;
        }

        var type = string.IsNullOrWhiteSpace(command.Type) ? FeedbackEntry.DefaultType : command.Type;
        var outcome = await feedback.AddAsync(new NewFeedback(command.UserId, command.Message!, type, clock.GetUtcNow()), cancellationToken);
        return outcome.Status switch
        {
            AddFeedbackStatus.Added => outcome.Id!.Value,
            AddFeedbackStatus.Backlog => FeedbackErrors.Backlog,
            AddFeedbackStatus.UserBacklog => FeedbackErrors.UserBacklog,
            AddFeedbackStatus.NoSuchUser => AccountErrors.NotFound,
            _ => throw new InvalidOperationException($"Unknown outcome {outcome.Status}."),
        };
    }
}
