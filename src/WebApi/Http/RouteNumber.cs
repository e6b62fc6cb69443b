using System.Globalization;

namespace Backend.WebApi.Http;

/// <summary>Ids in addresses: what is no number names nothing, and is not found like any unknown one.</summary>
internal static class RouteNumber
{
    public static bool TryRead(string text, out long number) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number > 0;
}
