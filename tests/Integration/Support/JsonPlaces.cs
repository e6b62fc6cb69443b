using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Backend.Integration.Support;

/// <summary>Values by their paths (<c>$.items[0].id</c>), and where they stand in raw JSON.</summary>
internal static partial class JsonPlaces
{
    public static JsonNode? Find(JsonNode node, string path)
    {
        JsonNode? found = node;
        foreach (Match part in PathParts().Matches(path))
        {
            found = part.Groups["index"].Success ? found![int.Parse(part.Groups["index"].Value, CultureInfo.InvariantCulture)] : found![part.Groups["name"].Value];
        }

        return found;
    }

    /// <summary>Where the value stands among the bytes, so that nothing but it is changed. It has to be there.</summary>
    public static Range PlaceOf(byte[] json, string path)
    {
        var reader = new Utf8JsonReader(json);
        reader.Read();
        foreach (Match part in PathParts().Matches(path))
        {
            reader.Read();
            if (part.Groups["index"].Success)
            {
                for (var left = int.Parse(part.Groups["index"].Value, CultureInfo.InvariantCulture); left > 0; left--)
                {
                    reader.Skip();
                    reader.Read();
                }

                continue;
            }

            while (!reader.ValueTextEquals(part.Groups["name"].Value))
            {
                reader.Read();
                reader.Skip();
                reader.Read();
            }

            reader.Read();
        }

        return (int)reader.TokenStartIndex..(int)reader.BytesConsumed;
    }

    /// <summary>The text with other words at these places; all other bytes are as they were.</summary>
    public static string Replace(byte[] json, IEnumerable<(Range Place, string Text)> words)
    {
        foreach (var (place, text) in words.OrderByDescending(word => word.Place.Start.Value))
        {
            json = [.. json[..place.Start], .. Encoding.UTF8.GetBytes(text), .. json[place.End..]];
        }

        return Encoding.UTF8.GetString(json);
    }

    [GeneratedRegex(@"\.(?<name>\w+)|\[(?<index>\d+)\]", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex PathParts();
}
