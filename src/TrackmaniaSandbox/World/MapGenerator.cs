using System.Buffers.Binary;
using System.Globalization;

namespace Backend.TrackmaniaSandbox;

/// <summary>Makes every map of the world from the seed; about four thousand, in a few milliseconds.</summary>
internal static class MapGenerator
{
    private const string UidAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_";
    private const string ShortUidAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";

    private static readonly string[] FirstWords =
    [
        "Crystal", "Molten", "Hidden", "Endless", "Broken", "Golden", "Winter", "Neon", "Dusty", "Emerald", "Lost", "Floating",
        "Été", "Süd", "Midnight", "Painted",
    ];

    private static readonly string[] SecondWords =
    [
        "Canyon", "Harbour", "Ridge", "Loop", "Serpent", "Garden", "Fabrik", "Tempel", "Highway", "Øy", "Spiral", "Quarry",
        "Glacier", "Bastion", "Mirage", "Plaza",
    ];

    public static IEnumerable<SandboxMap> Create(int seed, IReadOnlyList<SandboxMapper> mappers)
    {
        var drafts = new List<(SandboxMapper Mapper, int Index, long UploadedMs)>();
        foreach (var mapper in mappers)
        {
            for (var i = 0; i < mapper.OwnMaps; i++)
            {
                drafts.Add((mapper, i, UploadMoment(seed, mapper, i)));
            }
        }

        drafts.Sort((a, b) => (a.UploadedMs, a.Mapper.Index, a.Index).CompareTo((b.UploadedMs, b.Mapper.Index, b.Index)));

        long mapId = 10_000;
        foreach (var (mapper, index, uploadedMs) in drafts)
        {
            mapId += Hash.Between(Hash.Of(seed, HashTag.Upload, KeyOf(mapper, index), 1), 1, 40);
            yield return Create(seed, mappers, mapper, index, mapId, DateTimeOffset.FromUnixTimeMilliseconds(uploadedMs));
        }
    }

    public static string Uid(int seed, ulong key)
    {
        var tail = Hash.Of(seed, HashTag.MapUidTail, key);
        var isShort = tail % 23 == 0;
        var length = isShort ? 22 : 26 + (int)(tail / 32 % 2);
        var alphabet = isShort ? ShortUidAlphabet : UidAlphabet;
        return string.Create(length, (seed, key, alphabet), static (chars, state) =>
        {
            ulong h = 0;
            for (var i = 0; i < chars.Length; i++)
            {
                h = i % 10 == 0 ? Hash.Of(state.seed, HashTag.MapUid, state.key, (ulong)i) : h / 64;
                chars[i] = state.alphabet[(int)(h % (ulong)state.alphabet.Length)];
            }
        });
    }

    public static Guid OnlineMapId(int seed, ulong key) =>
        MakeGuid(Hash.Of(seed, HashTag.OnlineMapId, key), Hash.Of(seed, HashTag.OnlineMapIdLow, key));

    public static Guid MakeGuid(ulong high, ulong low)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, high);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], low);
        bytes[6] = (byte)((bytes[6] & 0x0F) | 0x40);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return new Guid(bytes, bigEndian: true);
    }

    private static SandboxMap Create(
        int seed, IReadOnlyList<SandboxMapper> mappers, SandboxMapper mapper, int index, long mapId, DateTimeOffset uploadedAt)
    {
        var key = KeyOf(mapper, index);
        var details = Hash.Of(seed, HashTag.MapDetails, key);
        var authorTime = (int)Hash.Between(details, 24_000, 150_000);
        var authors = AuthorsOf(seed, mappers, mapper, index, key);
        var name = NameOf(seed, mapper, index, key);
        var isCrowd = mapper.Index > Cast.Huge;
        return new SandboxMap
        {
            MapId = mapId,
            Uid = isCrowd && details % 37 == 0 ? null : Uid(seed, key),
            OnlineMapId = OnlineMapId(seed, key),
            Name = name,
            FormattedName = Format(name, details),
            Uploader = authors[0],
            Authors = authors,
            UploadedAt = uploadedAt,
            UpdatedAt = details % 5 == 0 ? uploadedAt.AddMinutes(details / 8 % 9000) : uploadedAt,
            AuthorTime = authorTime,
            SecretUpTo = IsSecret(mapper, index, details) ? authorTime * 995 / 1000 : 0,
            Key = key,
            Activity = Activity.For(seed, mapper, index),
            Details = details,
        };
    }

    private static ulong KeyOf(SandboxMapper mapper, int index) => ((ulong)mapper.Index << 16) | (uint)index;

    private static long UploadMoment(int seed, SandboxMapper mapper, int index)
    {
        var h = Hash.Of(seed, HashTag.Upload, KeyOf(mapper, index));
        var milliseconds = (h % 4) switch
        {
            0 => 0L,
            1 => (long)(h / 16 % 10) * 100,
            2 => (long)(h / 16 % 100) * 10,
            _ => (long)(h / 16 % 1000),
        };
        return Hash.Between(h >> 16, WorldTime.FirstUpload, WorldTime.LastUpload) * 1000 + milliseconds;
    }

    private static bool IsSecret(SandboxMapper mapper, int index, ulong details) => mapper.Index switch
    {
        Cast.Demo => index is 5 or 16,
        Cast.Solo or Cast.Unicode or Cast.Huge => false,
        _ => details / 64 % 33 == 0,
    };

    // Co-authors come from the crowd only, so the fixed map counts of the named mappers stay exact.
    private static SandboxMapper[] AuthorsOf(int seed, IReadOnlyList<SandboxMapper> mappers, SandboxMapper mapper, int index, ulong key)
    {
        var h = Hash.Of(seed, HashTag.CoAuthor, key);
        var isShared = mapper.Index == Cast.Demo ? index is 2 or 9 : h % 12 == 0;
        if (!isShared || mapper.Index == Cast.Solo)
        {
            return [mapper];
        }

        var other = mappers[(int)Hash.Between(h >> 8, Cast.Huge + 1, mappers.Count - 1)];
        if (other.Index == mapper.Index)
        {
            return [mapper];
        }

        var otherUploads = mapper.Index == Cast.Demo ? index == 9 : h / 16 % 4 == 0;
        return otherUploads ? [other, mapper] : [mapper, other];
    }

    private static string NameOf(int seed, SandboxMapper mapper, int index, ulong key)
    {
        var h = Hash.Of(seed, HashTag.MapName, key);
        var words = FirstWords[(int)(h % 16)] + " " + SecondWords[(int)(h / 16 % 16)];
        return mapper.Index == Cast.Prolific || h / 256 % 5 == 0
            ? words + " #" + (index + 1).ToString(CultureInfo.InvariantCulture)
            : words;
    }

    private static string Format(string name, ulong details) => (details / 512 % 4) switch
    {
        0 => name,
        1 => "$o$0af" + name,
        2 => "$i$fff" + name.Replace(" ", " $z$f80", StringComparison.Ordinal),
        _ => "$s$<$d4f" + name + "$> $$",
    };
}
