using Backend.Application.Ports;
using Backend.Domain.Common;

namespace Backend.Infrastructure.Trackmania;

/// <summary>Settings of the clients of the Trackmania services (configuration section <c>Trackmania</c>). Only addresses and credentials differ between the sandbox and the real services.</summary>
internal sealed record TrackmaniaOptions
{
    public const string Section = "Trackmania";

    /// <summary>Nadeo's core services, where tokens come from. Default: the real host.</summary>
    public Uri CoreUrl { get; init; } = new("https://prod.trackmania.core.nadeo.online");

    /// <summary>Nadeo's live services, where leaderboards come from. Default: the real host.</summary>
    public Uri LiveUrl { get; init; } = new("https://live-services.trackmania.nadeo.live");

    /// <summary>Trackmania's OAuth API, where display names come from. Default: the real host.</summary>
    public Uri OAuthUrl { get; init; } = new("https://api.trackmania.com");

    /// <summary>Trackmania Exchange, where the maps of a mapper come from. Default: the real host.</summary>
    public Uri TmxUrl { get; init; } = new("https://trackmania.exchange");

    /// <summary>Dedicated server account as base64 of <c>login:password</c>. Default: none.</summary>
    public Secret ServerAuthorization { get; init; } = new("");

    /// <summary>Identifier of the OAuth application. Default: none.</summary>
    public string OAuthClientId { get; init; } = "";

    /// <summary>Secret of the OAuth application. Default: none.</summary>
    public Secret OAuthClientSecret { get; init; } = new("");

    /// <summary>Sent with every request; names the project and how to reach its operator. Free text. Default: a text without a contact, which only the sandbox may see.</summary>
    public string UserAgent { get; init; } = "TrackmaniaRecordSearch/1.0 (no contact configured)";

    /// <summary>Requests per second to all Nadeo hosts together. Default 2.</summary>
    public double NadeoRate { get; init; } = 2;

    /// <summary>Requests per second to Trackmania Exchange. Default 1.</summary>
    public double TmxRate { get; init; } = 1;

    /// <summary>Requests per second to the OAuth host. Default 2.</summary>
    public double OAuthRate { get; init; } = 2;

    /// <summary>How long one attempt at a Nadeo host may take, body included, waiting for its slot excluded. Default 30 s.</summary>
    public TimeSpan NadeoTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The same for Trackmania Exchange, whose searches are slow at times. Default 60 s.</summary>
    public TimeSpan TmxTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The same for the OAuth host. Default 30 s.</summary>
    public TimeSpan OAuthTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Largest accepted answer of a Nadeo host, after decompression. Default 1 MiB; a full leaderboard is about 25 KB.</summary>
    public long NadeoMaxBodyBytes { get; init; } = 1 << 20;

    /// <summary>Largest accepted answer of Trackmania Exchange. Default 16 MiB; a full page is about 300 KB.</summary>
    public long TmxMaxBodyBytes { get; init; } = 16 << 20;

    /// <summary>Largest accepted answer of the OAuth host. Default 1 MiB.</summary>
    public long OAuthMaxBodyBytes { get; init; } = 1 << 20;

    /// <summary>Attempts after the first one, when it timed out, met a 429 or 5xx, lost its connection or was cut short. Default 3.</summary>
    public int MaxRetries { get; init; } = 3;

    /// <summary>Pause before the first repetition; doubles with each, with jitter, up to 15 s. <c>Retry-After</c> takes precedence. Default 1 s.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Requests per second to what is paced together.</summary>
    public double RateOf(UpstreamHost host) => host switch
    {
        UpstreamHost.Nadeo => NadeoRate,
        UpstreamHost.Tmx => TmxRate,
        UpstreamHost.OAuth => OAuthRate,
        _ => throw new ArgumentOutOfRangeException(nameof(host), host, message: null),
    };

    /// <summary>Least time between two slots.</summary>
    public TimeSpan SpacingOf(UpstreamHost host) => TimeSpan.FromSeconds(1 / RateOf(host));
}
