using Backend.Infrastructure;
using Backend.Infrastructure.Trackmania;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace Backend.WebApi.Workers;

/// <summary>Says in a few lines, once the service listens, what was chosen and where things are.</summary>
internal sealed partial class StartupLog(
    InfrastructureSummary infrastructure, TrackmaniaAddresses trackmania, IServer server, IEnumerable<EmbeddedSandbox> sandbox, ILogger<StartupLog> logger) : IHostedLifecycleService
{
    public Task StartedAsync(CancellationToken cancellationToken)
    {
        LogReason(infrastructure.Reason);
        foreach (var (port, adapter) in infrastructure.Adapters)
        {
            LogAdapter(port, adapter);
        }

        if (sandbox.FirstOrDefault()?.Server is { } running)
        {
            LogSandbox(running.BaseUrl);
        }
        else
        {
            LogTrackmania(trackmania.Live.Host, trackmania.Tmx.Host);
        }

        if (infrastructure.SecretInvented)
        {
            LogSecretInvented();
        }

        if (infrastructure.IsVolatile)
        {
            LogVolatile();
        }

        foreach (var address in server.Features.Get<IServerAddressesFeature>()?.Addresses ?? [])
        {
            LogListening(address);
        }

        return Task.CompletedTask;
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(LogLevel.Information, "Adapters, because {Reason}:")]
    private partial void LogReason(string reason);

    [LoggerMessage(LogLevel.Information, "  {Port}: {Adapter}")]
    private partial void LogAdapter(string port, string adapter);

    [LoggerMessage(LogLevel.Information, "Trackmania: the sandbox in this process, at {Url}")]
    private partial void LogSandbox(Uri url);

    [LoggerMessage(LogLevel.Information, "Trackmania: {Live}, {Tmx}")]
    private partial void LogTrackmania(string live, string tmx);

    [LoggerMessage(LogLevel.Warning, "JWT_SECRET is not set: a random one was made, and every token ends with this process")]
    private partial void LogSecretInvented();

    [LoggerMessage(LogLevel.Warning, "Adapters marked InMemory lose their data when this process exits")]
    private partial void LogVolatile();

    [LoggerMessage(LogLevel.Information, "Listening on {Address}, API reference at {Address}/docs")]
    private partial void LogListening(string address);
}
