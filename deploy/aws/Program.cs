using System.Globalization;
using Amazon.CDK;
using Backend.Deploy;

var app = new App();
_ = new BackendStack(app, "Backend", new BackendStackProps
{
    Repository = Context("repository") ?? "backend",
    Tag = Context("tag") ?? throw new InvalidOperationException("Say which image is to run: -c tag=…"),
    Prefix = Context("prefix") ?? "backend-",
    AllowedOrigins = Context("allowedOrigins"),
    DailyHour = Context("dailyHour") is not { } text ? 4
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var hour) && hour <= 23 ? hour
        : throw new InvalidOperationException($"dailyHour is '{text}', but must be an hour from 0 to 23, in UTC."),
});
app.Synth();

string? Context(string key) => app.Node.TryGetContext(key) as string;

/// <summary>Said, or the web framework would make it public, and tests could not tell it from that of the service.</summary>
internal sealed partial class Program;
