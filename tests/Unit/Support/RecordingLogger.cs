using Microsoft.Extensions.Logging;

namespace Backend.Unit.Support;

/// <summary>Keeps every entry with all of its values, as a structured sink would see it.</summary>
internal sealed class RecordingLogger<T>(LogLevel least = LogLevel.Trace) : ILogger<T>
{
    private readonly Lock _lock = new();
    private readonly List<LogEntry> _entries = [];

    public IReadOnlyList<LogEntry> Entries
    {
        get
        {
            lock (_lock)
            {
                return [.. _entries];
            }
        }
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= least;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (!IsEnabled(logLevel))
        {
            return;
        }

        var values = state is IEnumerable<KeyValuePair<string, object?>> pairs ? string.Join("; ", pairs.Select(p => $"{p.Key}={p.Value}")) : string.Empty;
        lock (_lock)
        {
            _entries.Add(new LogEntry(logLevel, formatter(state, exception), $"{formatter(state, exception)} | {values} | {exception}"));
        }
    }
}

internal sealed record LogEntry(LogLevel Level, string Message, string Everything);
