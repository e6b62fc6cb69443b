using System.Globalization;
using Backend.Infrastructure.Trackmania;
using Backend.TrackmaniaSandbox;

namespace Backend.WebApi.Workers;

/// <summary>
/// The Trackmania sandbox in this process, on a free loopback port, started before anything that might ask it.
/// <c>Trackmania:Sandbox</c> names it; without that setting it serves Development when no credentials are configured.
/// </summary>
internal sealed class EmbeddedSandbox(SandboxOptions options, TrackmaniaAddresses addresses, TimeProvider clock) : IHostedLifecycleService, IAsyncDisposable
{
    public const string Setting = "Trackmania:Sandbox";
    public const string SeedSetting = "Trackmania:SandboxSeed";

    /// <summary>Null until it runs.</summary>
    public SandboxServer? Server { get; private set; }

    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        Server = await SandboxServer.StartAsync(options, clock, cancellationToken);
        addresses.Publish(Server.CoreUrl, Server.LiveUrl, Server.OAuthUrl, Server.TmxUrl);
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>After everything else has stopped, so that the last calls still find it.</summary>
    public async Task StoppedAsync(CancellationToken cancellationToken) => await DisposeAsync();

    public async ValueTask DisposeAsync()
    {
        if (Server is { } server)
        {
            Server = null;
            await server.DisposeAsync();
        }
    }

    /// <summary>Whether to start it; when so, its credentials become those of the clients.</summary>
    public static bool TryChoose(IConfigurationManager configuration, bool isDevelopment, bool lacksCredentials, ICollection<string> errors, out SandboxOptions options)
    {
        options = new SandboxOptions();
        var named = configuration[Setting];
        if (!string.IsNullOrEmpty(named) && !bool.TryParse(named, out _))
        {
            errors.Add($"{Setting} is '{named}', but must be true or false.");
            return false;
        }

        var chosen = string.IsNullOrEmpty(named) ? isDevelopment && lacksCredentials : bool.Parse(named);
        if (!chosen)
        {
            return false;
        }

        if (configuration[SeedSetting] is { Length: > 0 } text)
        {
            if (!int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seed))
            {
                errors.Add($"{SeedSetting} is '{text}', but must be a whole number.");
                return false;
            }

            options = options with { Seed = seed };
        }

        var credentials = SandboxCredentials.FromSeed(options.Seed);
        configuration.AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["Trackmania:ServerLogin"] = credentials.ServerLogin,
            ["Trackmania:ServerPassword"] = credentials.ServerPassword,
            ["Trackmania:OAuthClientId"] = credentials.OAuthClientId,
            ["Trackmania:OAuthClientSecret"] = credentials.OAuthClientSecret,
            ["Trackmania:UserAgent"] = new[] { configuration["Trackmania:UserAgent"], configuration["USER_AGENT"] }.FirstOrDefault(agent => !string.IsNullOrWhiteSpace(agent))
                ?? "trackmania-backend/1.0 (talking to its own sandbox)",
        });
        return true;
    }
}
