using Backend.Domain.Accounts;
using Backend.Domain.Tracks;

namespace Backend.Domain.DriverNotifications;

/// <summary>Identity of a driver notification; positive, never given again.</summary>
public readonly record struct DriverNotificationId(long Value)
{
    public override string ToString() => Value.ToString();
}

/// <summary>A driver's wish to be told when his record on a map is beaten; one for each user and map.</summary>
/// <param name="AccountId">Whose record it is: the account that was linked when the notification was made. Null on those of an earlier system whose user had none.</param>
/// <param name="MapName">As the user gave it.</param>
/// <param name="Position">On the world leaderboard, from 1, when it was last looked at.</param>
/// <param name="PersonalBest">The record of that moment.</param>
/// <param name="LastCheckedAt">Null: never since it was made.</param>
public sealed record DriverNotification(
    DriverNotificationId Id,
    UserId UserId,
    AccountId? AccountId,
    MapUid MapUid,
    string MapName,
    int Position,
    RecordTime PersonalBest,
    DriverNotificationStatus Status,
    DateTimeOffset CreatedAt,
    DateTimeOffset? LastCheckedAt)
{
    /// <summary>Only a record among so many can be watched.</summary>
    public const int WorstPosition = 5;

    /// <summary>Stands for the position of a record that is not on the board, which has the first 100.</summary>
    public const int OffTheBoard = 101;

    /// <summary>In UTF-16 code units.</summary>
    public const int MaxMapNameLength = 500;
}

/// <summary>A notification that is about to be stored; the store gives the id.</summary>
public sealed record NewDriverNotification(
    UserId UserId, AccountId AccountId, MapUid MapUid, string MapName, int Position, RecordTime PersonalBest, DateTimeOffset CreatedAt);

public enum DriverNotificationStatus
{
    /// <summary>The record is among the first five.</summary>
    Active,

    /// <summary>It is not any more.</summary>
    Inactive,
}

public static class DriverNotificationWords
{
    /// <summary>The words for <see cref="DriverNotificationStatus"/>, as clients and stores know them.</summary>
    public static IReadOnlyList<string> Statuses { get; } = ["active", "inactive"];

    public static string ToWord(this DriverNotificationStatus status) => Statuses[(int)status];
}
