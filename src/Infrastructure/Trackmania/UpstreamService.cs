using Backend.Application.Ports;

namespace Backend.Infrastructure.Trackmania;

/// <summary>A service of somebody else, as pacing, errors and logs name it.</summary>
/// <param name="Host">What it is paced with.</param>
/// <param name="Code">Its part of an error code.</param>
/// <param name="Name">What people call it; fits the start of a sentence.</param>
internal sealed record UpstreamService(UpstreamHost Host, string Code, string Name)
{
    public static readonly UpstreamService Nadeo = new(UpstreamHost.Nadeo, "nadeo", "Trackmania's game service");

    public static readonly UpstreamService Tmx = new(UpstreamHost.Tmx, "tmx", "Trackmania Exchange");

    public static readonly UpstreamService OAuth = new(UpstreamHost.OAuth, "oauth", "Trackmania's player name service");
}
