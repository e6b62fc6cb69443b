using Backend.Application.Common.Messaging;
using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.Alerts;
using Backend.Domain.Common;
using FluentValidation;

namespace Backend.Application.Alerts;

/// <param name="Filter">Word for a <see cref="RecordFilter"/>; none means the first five.</param>
public sealed record ChangeAlertFilterCommand(UserId UserId, AlertId AlertId, string? Filter) : ICommand<RecordFilter>;

internal sealed class ChangeAlertFilterValidator : AbstractValidator<ChangeAlertFilterCommand>
{
    public ChangeAlertFilterValidator() => RuleFor(c => c.Filter).MustBeRecordFilter();
}

internal sealed class ChangeAlertFilterHandler(IAlertStore alerts) : ICommandHandler<ChangeAlertFilterCommand, RecordFilter>
{
    public async Task<Result<RecordFilter>> Handle(ChangeAlertFilterCommand command, CancellationToken cancellationToken)
    {
        AlertWords.TryReadFilter(command.Filter, out var filter);
        return await alerts.SetFilterAsync(command.UserId, command.AlertId, filter, cancellationToken) ? filter : AlertErrors.NotFound;
    }
}
