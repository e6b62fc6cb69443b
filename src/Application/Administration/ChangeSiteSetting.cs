using System.Globalization;
using Backend.Application.Common.Messaging;
using Backend.Application.Ports;
using Backend.Domain.Administration;
using Backend.Domain.Common;
using FluentValidation;

namespace Backend.Application.Administration;

/// <param name="Value">A whole number as text.</param>
public sealed record ChangeSiteSettingCommand(string? Key, string? Value) : ICommand<SiteSettingInForce>;

internal sealed class ChangeSiteSettingValidator : AbstractValidator<ChangeSiteSettingCommand>
{
    public ChangeSiteSettingValidator()
    {
        RuleFor(c => c.Key).Must(k => SiteSetting.TryFind(k, out _))
            .OverridePropertyName("config_key").WithMessage($"The key must be one of {string.Join(", ", SiteSetting.All.Select(s => s.Key))}.");
        RuleFor(c => c.Value).Must((command, value) => !SiteSetting.TryFind(command.Key, out var setting) || TryRead(value, setting, out _))
            .OverridePropertyName("config_value")
            .WithMessage(command => SiteSetting.TryFind(command.Key, out var setting) ? $"The value must be a whole number from {setting.Min} to {setting.Max}." : string.Empty);
    }

    public static bool TryRead(string? text, SiteSetting setting, out int value) =>
        int.TryParse(text?.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out value) && setting.Allows(value);
}

internal sealed class ChangeSiteSettingHandler(ISiteSettingStore settings, TimeProvider clock) : ICommandHandler<ChangeSiteSettingCommand, SiteSettingInForce>
{
    public async Task<Result<SiteSettingInForce>> Handle(ChangeSiteSettingCommand command, CancellationToken cancellationToken)
    {
        if (!SiteSetting.TryFind(command.Key, out var setting) || !ChangeSiteSettingValidator.TryRead(command.Value, setting, out var value))
        {
            throw new InvalidOperationException("The validator lets no such request through.");
        }

        var now = clock.GetUtcNow().ToWholeMilliseconds();
        await settings.SetAsync(setting, value, now, cancellationToken);
        return new SiteSettingInForce(setting, value, now);
    }
}
