using System.Globalization;
using System.IO.Compression;
using Amazon.DynamoDBv2.Model;

namespace Backend.Infrastructure.Aws;

/// <summary>Values as DynamoDB takes them, and items as it gives them.</summary>
internal static class DynamoItem
{
    public static AttributeValue Text(string value) => new() { S = value };

    public static AttributeValue Number(long value) => new() { N = value.ToString(CultureInfo.InvariantCulture) };

    /// <summary>An instant in Unix milliseconds.</summary>
    public static AttributeValue Instant(DateTimeOffset value) => Number(value.ToUnixTimeMilliseconds());

    /// <summary>A moment for DynamoDB's own deletion, in Unix seconds.</summary>
    public static AttributeValue Deletion(DateTimeOffset value) => Number(value.ToUnixTimeSeconds() + 1);

    public static AttributeValue Bytes(ReadOnlyMemory<byte> value) => new() { B = new MemoryStream(value.ToArray(), writable: false) };

    /// <summary>Documents are written compressed: what is read and written is paid for by the kilobyte, and they shrink to a third.</summary>
    public static AttributeValue Packed(ReadOnlySpan<byte> document)
    {
        using var packed = new MemoryStream();
        using (var brotli = new BrotliStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            brotli.Write(document);
        }

        packed.Position = 0;
        return new AttributeValue { B = new MemoryStream(packed.ToArray(), writable: false) };
    }

    public static string Text(this Dictionary<string, AttributeValue> item, string name) => item[name].S;

    public static string? TextOrNull(this Dictionary<string, AttributeValue> item, string name) => item.TryGetValue(name, out var value) ? value.S : null;

    public static long Number(this Dictionary<string, AttributeValue> item, string name) => Number(item[name]);

    public static long? NumberOrNull(this Dictionary<string, AttributeValue> item, string name) => item.TryGetValue(name, out var value) ? Number(value) : null;

    public static long Number(AttributeValue value) => long.Parse(value.N, CultureInfo.InvariantCulture);

    public static DateTimeOffset Instant(this Dictionary<string, AttributeValue> item, string name) => DateTimeOffset.FromUnixTimeMilliseconds(item.Number(name));

    public static DateTimeOffset? InstantOrNull(this Dictionary<string, AttributeValue> item, string name) =>
        item.NumberOrNull(name) is { } milliseconds ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds) : null;

    public static byte[] Bytes(this Dictionary<string, AttributeValue> item, string name) => item[name].B.ToArray();

    /// <summary>What <see cref="Packed"/> has packed.</summary>
    public static byte[] Unpacked(this Dictionary<string, AttributeValue> item, string name)
    {
        using var document = new MemoryStream();
        using (var brotli = new BrotliStream(item[name].B, CompressionMode.Decompress))
        {
            brotli.CopyTo(document);
        }

        return document.ToArray();
    }
}

/// <summary>Attributes of an item to be written, or values of an expression.</summary>
internal sealed class Values() : Dictionary<string, AttributeValue>(StringComparer.Ordinal)
{
    public Values With(string name, AttributeValue value)
    {
        this[name] = value;
        return this;
    }

    public static Values Of(IEnumerable<KeyValuePair<string, AttributeValue>> pairs)
    {
        var values = new Values();
        foreach (var (name, value) in pairs)
        {
            values[name] = value;
        }

        return values;
    }
}

/// <summary>Attribute names that an expression cannot write out, because they are words of DynamoDB's.</summary>
internal sealed class Names() : Dictionary<string, string>(StringComparer.Ordinal);
