using System.Globalization;
using DbUp.Engine.Output;
using Microsoft.Extensions.Logging;

namespace Backend.Infrastructure.Postgres.Schema;

/// <summary>What the upgrade engine does, for those who look closely. It reports one error many times over; the outcome says it once.</summary>
internal sealed partial class UpgradeLog(ILogger logger) : IUpgradeLog
{
    public void LogTrace(string format, params object[] args) => Log(format, args);

    public void LogDebug(string format, params object[] args) => Log(format, args);

    public void LogInformation(string format, params object[] args) => Log(format, args);

    public void LogWarning(string format, params object[] args) => Log(format, args);

    public void LogError(string format, params object[] args) => Log(format, args);

    public void LogError(Exception ex, string format, params object[] args) => Log(format, args);

    private void Log(string format, object[] args)
    {
        if (logger.IsEnabled(LogLevel.Debug))
        {
            LogLine(args.Length > 0 ? string.Format(CultureInfo.InvariantCulture, format, args) : format);
        }
    }

    [LoggerMessage(LogLevel.Debug, "{Line}")]
    private partial void LogLine(string line);
}
