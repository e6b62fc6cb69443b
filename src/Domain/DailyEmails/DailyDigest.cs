using Backend.Domain.Accounts;
using Backend.Domain.Alerts;
using Backend.Domain.DriverNotifications;
using Backend.Domain.Tracks;

namespace Backend.Domain.DailyEmails;

/// <summary>What one user is told of one daily run, before it is put into words.</summary>
/// <param name="Mapper">Null when there is nothing to tell of his maps. It may consist of unread maps only.</param>
/// <param name="Driver">Null when there is nothing to tell of his records. It may consist of unread maps only.</param>
/// <param name="Players">Display names, as far as they could be had.</param>
/// <param name="TimeZone">In which moments are written.</param>
public sealed record DailyDigest(
    DateOnly RunDate, UserName Recipient, MapperDigest? Mapper, DriverDigest? Driver, IReadOnlyDictionary<AccountId, string> Players, TimeZoneInfo TimeZone)
{
    public bool IsEmpty => Mapper is null && Driver is null;
}

/// <param name="Maps">With the most new records first when there are more than <see cref="MaxDetailedMaps"/>, else in the order of the site.</param>
/// <param name="Unread">Maps whose board could not be read; they are caught up with the next run.</param>
/// <param name="Filter">Which records the alert tells of.</param>
/// <param name="IsProbing">Boards were read where a cheaper question showed a change; of slower records the next full read tells.</param>
public sealed record MapperDigest(IReadOnlyList<MapNews> Maps, IReadOnlyList<WatchedMap> Unread, RecordFilter Filter, bool IsProbing)
{
    /// <summary>More maps with news are told as a ranking, one line each.</summary>
    public const int MaxDetailedMaps = 100;

    public bool IsRanking => Maps.Count > MaxDetailedMaps;

    /// <summary>New records on all maps together.</summary>
    public int RecordCount => Maps.Sum(map => map.Count);

    /// <summary>An alert for everything that probes cannot see improvements below the fifth position until a board is read in full.</summary>
    public bool MayBeLate => IsProbing && Filter == RecordFilter.All;
}

/// <param name="Changes">Better ones first.</param>
/// <param name="Unread">Names of maps whose board could not be read; they are caught up with the next run.</param>
/// <param name="TmxIds">Numbers of the changed maps on Trackmania Exchange, as far as they could be had.</param>
public sealed record DriverDigest(IReadOnlyList<DriverChange> Changes, IReadOnlyList<string> Unread, IReadOnlyDictionary<MapUid, long> TmxIds);
