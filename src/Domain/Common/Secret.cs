namespace Backend.Domain.Common;

/// <summary>
/// Text that must never reach a log, a trace or an error body. Every text form is redacted;
/// <see cref="Reveal"/> is the only way to the content, so its uses can be found by name.
/// </summary>
public sealed class Secret(string content)
{
    private readonly string _content = content;

    public bool IsEmpty => _content.Length == 0;

    public string Reveal() => _content;

    public override string ToString() => "[secret]";
}
