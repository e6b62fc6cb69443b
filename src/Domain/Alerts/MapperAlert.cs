using Backend.Domain.Accounts;

namespace Backend.Domain.Alerts;

/// <summary>Identity of a mapper alert; positive, never given again.</summary>
public readonly record struct AlertId(long Value)
{
    public override string ToString() => Value.ToString();
}

/// <summary>A mapper's wish to be told of new records on his maps; every user has one at most.</summary>
/// <param name="MapCount">Maps of the mapper on Trackmania Exchange when they were last counted; 0 before.</param>
/// <param name="WatchedMaps">Of them, those that the alert looks at: the newest, as far as the site's limit allows.</param>
public sealed record MapperAlert(
    AlertId Id, UserId UserId, AlertMode Mode, RecordFilter Filter, int MapCount, int WatchedMaps, MapCountState CountState, DateTimeOffset CreatedAt)
{
    /// <summary>An alert with more maps is <see cref="AlertMode.Inaccurate"/>.</summary>
    public const int MaxAccurateMaps = 100;

    /// <summary>When the maps were last counted; null before.</summary>
    public DateTimeOffset? CountedAt { get; init; }

    /// <summary>Records on a map that was not looked at yet are news from then on.</summary>
    public DateTimeOffset NewsSince { get; init; } = CreatedAt - MapWatch.FirstLook;

    /// <summary>
    /// How an alert goes on after a count. Only a count that crosses the limit changes the mode, in either direction, so
    /// that a mode that somebody chose stays.
    /// </summary>
    public static AlertMode ModeAfterCount(AlertMode mode, int before, int after) => (before > MaxAccurateMaps, after > MaxAccurateMaps) switch
    {
        (false, true) => AlertMode.Inaccurate,
        (true, false) => AlertMode.Accurate,
        _ => mode,
    };
}

/// <summary>An alert that is about to be stored; the store gives the id, and its maps are yet to be counted.</summary>
public sealed record NewAlert(UserId UserId, AlertMode Mode, RecordFilter Filter, DateTimeOffset CreatedAt);

/// <summary>How an alert finds new records.</summary>
public enum AlertMode
{
    /// <summary>Every board is read.</summary>
    Accurate,

    /// <summary>Boards are read where a cheaper question shows a change.</summary>
    Inaccurate,
}

/// <summary>Which new records an alert tells of.</summary>
public enum RecordFilter
{
    /// <summary>Those among the first five.</summary>
    Top5,

    /// <summary>World records.</summary>
    WorldRecord,

    /// <summary>All on the board.</summary>
    All,
}

/// <summary>How far the count of an alert's maps is.</summary>
public enum MapCountState
{
    /// <summary>It is due, or under way, or will be repeated after a failure.</summary>
    Counting,

    Counted,

    /// <summary>Given up after several attempts; what was counted before still holds.</summary>
    Failed,
}
