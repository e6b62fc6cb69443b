using System.Buffers.Binary;
using System.Globalization;

namespace Backend.TrackmaniaSandbox;

/// <summary>
/// Every player account as a pure function of its number. The number can be read back out of the id, so no table of
/// 65,536 ids is needed to answer for one of them.
/// </summary>
internal sealed class Accounts
{
    public const int PlayerCount = 1 << 16;
    public const int FirstMapper = 1 << 17;
    public const int Server = (1 << 20) - 1;
    public const int FirstScenarioPlayer = 1 << 20;
    private const int IndexMask = (1 << 24) - 1;

    private static readonly string[] Prefixes =
    [
        "Swift", "Turbo", "Frosty", "Quiet", "Amber", "Cobalt", "Dizzy", "Eager", "Fuzzy", "Granite", "Hollow", "Icy",
        "Jolly", "Keen", "Lunar", "Mellow", "Noble", "Orbit", "Pixel", "Quartz", "Rapid", "Silent", "Tidal", "Urban",
        "Velvet", "Wild", "Xeno", "Yonder", "Zesty", "Brisk", "Copper", "Drift",
    ];

    private static readonly string[] Suffixes =
    [
        "Fox", "Otter", "Comet", "Raven", "Badger", "Falcon", "Gecko", "Heron", "Ibex", "Jackal", "Koala", "Lynx",
        "Marmot", "Newt", "Osprey", "Panda", "Quail", "Robin", "Stoat", "Tapir", "Urchin", "Viper", "Walrus", "Yak",
        "Zebra", "Beetle", "Crane", "Dingo", "Egret", "Finch", "Goose", "Hare",
    ];

    private static readonly long RenamePeriodSeconds = (long)TimeSpan.FromDays(45).TotalSeconds;

    private readonly int _seed;
    private readonly Lazy<Dictionary<string, int>> _playersByFirstName;

    public Accounts(int seed)
    {
        _seed = seed;
        _playersByFirstName = new Lazy<Dictionary<string, int>>(() =>
            Enumerable.Range(0, PlayerCount).ToDictionary(FirstName, i => i, StringComparer.OrdinalIgnoreCase));
    }

    public Guid IdOf(int account)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, Hash.Of(_seed, HashTag.AccountHigh, (ulong)account));
        BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], Hash.Of(_seed, HashTag.AccountLow, (ulong)account));
        bytes[6] = (byte)((bytes[6] & 0x0F) | 0x40);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        var hidden = account ^ ReadMask(bytes);
        bytes[13] = (byte)(hidden >> 16);
        bytes[14] = (byte)(hidden >> 8);
        bytes[15] = (byte)hidden;
        return new Guid(bytes, bigEndian: true);
    }

    /// <summary>The number inside an id, or -1 when the id was not made by this seed.</summary>
    public int IndexOf(Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        var account = ((bytes[13] << 16) | (bytes[14] << 8) | bytes[15]) ^ ReadMask(bytes);
        return IdOf(account) == id ? account : -1;
    }

    /// <summary>Display name of a player at a moment; null for the few accounts that have no name any more.</summary>
    public string? PlayerNameAt(int player, long unixSeconds)
    {
        if (Hash.Of(_seed, HashTag.AccountResolves, (ulong)player) % 97 == 0)
        {
            return null;
        }

        var name = FirstName(player);
        var renames = (unixSeconds - WorldTime.Epoch) / RenamePeriodSeconds;
        return IsRestless(player) && renames > 0
            ? name + "-r" + renames.ToString(CultureInfo.InvariantCulture)
            : name;
    }

    /// <summary>Number of the player who has this name at this moment, or -1.</summary>
    public int PlayerNamed(string name, long unixSeconds)
    {
        var first = name;
        var marker = name.LastIndexOf("-r", StringComparison.OrdinalIgnoreCase);
        if (marker > 0 && !_playersByFirstName.Value.ContainsKey(name))
        {
            first = name[..marker];
        }

        return _playersByFirstName.Value.TryGetValue(first, out var player)
            && string.Equals(PlayerNameAt(player, unixSeconds), name, StringComparison.OrdinalIgnoreCase)
                ? player
                : -1;
    }

    private static int ReadMask(ReadOnlySpan<byte> bytes) => ((bytes[0] << 16) | (bytes[1] << 8) | bytes[2]) & IndexMask;

    private bool IsRestless(int player) => Hash.Of(_seed, HashTag.AccountName, (ulong)player) % 61 == 0;

    private string FirstName(int player)
    {
        // An odd factor makes this a permutation, so two players never share a name.
        var mixed = (int)(((ulong)player * 40503 + Hash.Of(_seed, HashTag.AccountName, ulong.MaxValue)) & (PlayerCount - 1));
        var prefix = Prefixes[mixed & 31];
        var suffix = Suffixes[(mixed >> 5) & 31];
        var number = mixed >> 10;
        return number switch
        {
            0 => prefix + suffix,
            <= 20 => $"{prefix}{suffix}{number}",
            <= 40 => $"{prefix}.{suffix}{number}",
            _ => $"{prefix}_{suffix}-{number}",
        };
    }
}
