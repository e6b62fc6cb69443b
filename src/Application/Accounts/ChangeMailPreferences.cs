using Backend.Application.Common.Messaging;
using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.Common;
using FluentValidation;

namespace Backend.Application.Accounts;

/// <summary>Changes what the user is told by mail, and answers what that is now.</summary>
public sealed record ChangeMailPreferencesCommand(UserId UserId, MailPreferencesChange Change) : ICommand<MailPreferences>;

internal sealed class ChangeMailPreferencesValidator : AbstractValidator<ChangeMailPreferencesCommand>
{
    public ChangeMailPreferencesValidator() =>
        When(c => c.Change.TimeZone is not null, () => RuleFor(c => c.Change.TimeZone).MustBeTimeZone().OverridePropertyName("timeZone"));
}

internal sealed class ChangeMailPreferencesHandler(IUserStore users) : ICommandHandler<ChangeMailPreferencesCommand, MailPreferences>
{
    public async Task<Result<MailPreferences>> Handle(ChangeMailPreferencesCommand command, CancellationToken cancellationToken) =>
        await users.ChangeMailPreferencesAsync(command.UserId, command.Change, cancellationToken) is { } preferences ? preferences : AccountErrors.NotFound;
}
