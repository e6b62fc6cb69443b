using System.Text.Json.Nodes;

namespace Backend.Integration.Support;

/// <summary>Reads a JWT as a client does, without checking it.</summary>
internal static class JwtParts
{
    public static JsonObject Header(string token) => Decode(token.Split('.')[0]);

    public static JsonObject Payload(string token) => Decode(token.Split('.')[1]);

    private static JsonObject Decode(string part)
    {
        var text = part.Replace('-', '+').Replace('_', '/');
        return JsonNode.Parse(Convert.FromBase64String(text.PadRight((text.Length + 3) / 4 * 4, '=')))!.AsObject();
    }
}
