namespace Backend.Infrastructure.Selection;

/// <summary>The service cannot start as it is configured. The message holds every problem that was found, one sentence a line, and no secret.</summary>
public sealed class ConfigurationException(IReadOnlyCollection<string> errors)
    : Exception($"The service cannot start:{Environment.NewLine}{string.Join(Environment.NewLine, errors.Select(e => $"- {e}"))}")
{
    public IReadOnlyCollection<string> Errors { get; } = errors;
}
