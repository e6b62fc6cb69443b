namespace Backend.Domain.Tracks;

/// <summary>A map as Trackmania Exchange lists it.</summary>
/// <param name="MapId">The site's own number, not Nadeo's map id.</param>
/// <param name="MapUid">Null on some old entries, and on entries whose UID is malformed; such a map has no leaderboard.</param>
public sealed record MapListing(long MapId, MapUid? MapUid, string Name);
