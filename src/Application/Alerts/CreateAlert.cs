using Backend.Application.Accounts;
using Backend.Application.Common.Messaging;
using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.Alerts;
using Backend.Domain.Common;
using FluentValidation;

namespace Backend.Application.Alerts;

/// <param name="Mode">Word for an <see cref="AlertMode"/>; none means accurate.</param>
/// <param name="Filter">Word for a <see cref="RecordFilter"/>; none means the first five.</param>
public sealed record CreateAlertCommand(UserId UserId, string? Mode, string? Filter) : ICommand<MapperAlert>;

internal sealed class CreateAlertValidator : AbstractValidator<CreateAlertCommand>
{
    public CreateAlertValidator()
    {
        RuleFor(c => c.Mode).Must(m => m is null || AlertWords.TryReadMode(m, out _))
            .OverridePropertyName("alert_type").WithMessage($"The alert type must be one of {string.Join(", ", AlertWords.Modes)}.");
        RuleFor(c => c.Filter).MustBeRecordFilter();
    }
}

internal sealed class CreateAlertHandler(IAlertStore alerts, IRateLimiter limiter, TimeProvider clock) : ICommandHandler<CreateAlertCommand, MapperAlert>
{
    public async Task<Result<MapperAlert>> Handle(CreateAlertCommand command, CancellationToken cancellationToken)
    {
        if ((await limiter.TryTakeAsync(RateLimit.CreateAlert, command.UserId.ToString(), cancellationToken)).Refusal is { } refusal)
        {
            return refusal;
        }

        // Both words are known or absent, and the first one of each kind is what an absent one means.
        AlertWords.TryReadMode(command.Mode, out var mode);
        AlertWords.TryReadFilter(command.Filter, out var filter);
        var outcome = await alerts.AddAsync(new NewAlert(command.UserId, mode, filter, clock.GetUtcNow()), cancellationToken);
        return outcome.Status switch
        {
            AddAlertStatus.Added => outcome.Alert!,
            AddAlertStatus.Exists => AlertErrors.Exists,
            AddAlertStatus.NoSuchUser => AccountErrors.NotFound,
            _ => throw new InvalidOperationException($"Unknown outcome {outcome.Status}."),
        };
    }
}
