using Backend.Domain.Alerts;
using FluentValidation;

namespace Backend.Application.Alerts;

internal static class RecordFilterRule
{
    public static IRuleBuilderOptions<T, string?> MustBeRecordFilter<T>(this IRuleBuilderInitial<T, string?> rule) => rule
        .Must(f => f is null || AlertWords.TryReadFilter(f, out _))
        .WithMessage($"The record filter must be one of {string.Join(", ", AlertWords.Filters)}.")
        .OverridePropertyName("record_filter");
}
