using Amazon.CDK;
using Backend.Deploy;

var app = new App();
_ = new BackendStack(app, "Backend", new BackendStackProps
{
    Repository = Context("repository") ?? "backend",
    Tag = Context("tag") ?? throw new InvalidOperationException("Say which image is to run: -c tag=…"),
    Prefix = Context("prefix") ?? "backend-",
    AllowedOrigins = Context("allowedOrigins"),
});
app.Synth();

string? Context(string key) => app.Node.TryGetContext(key) as string;

/// <summary>Said, or the web framework would make it public, and tests could not tell it from that of the service.</summary>
internal sealed partial class Program;
