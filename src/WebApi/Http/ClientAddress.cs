using System.Net;
using Microsoft.AspNetCore.HttpOverrides;

namespace Backend.WebApi.Http;

/// <summary>
/// Where a request comes from: the peer, or, when the peer is one of <c>Http:TrustedProxies</c>, the last entry of
/// X-Forwarded-For that no trusted proxy wrote about itself.
/// </summary>
internal static class ClientAddress
{
    public const string Setting = "Http:TrustedProxies";

    public static string Of(HttpContext context)
    {
        var address = context.Connection.RemoteIpAddress;
        return address is null ? string.Empty : (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString();
    }

    /// <param name="errors">Gets one sentence for each entry that is neither an address nor a network.</param>
    public static ForwardedHeadersOptions? ReadOptions(IConfiguration configuration, ICollection<string> errors)
    {
        var entries = configuration.GetSection(Setting).GetChildren().Select(c => c.Value)
            .Append(configuration[Setting])
            .SelectMany(v => (v ?? string.Empty).Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            .ToList();
        if (entries.Count == 0)
        {
            return null;
        }

        var options = new ForwardedHeadersOptions { ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto, ForwardLimit = null };
        options.KnownProxies.Clear();
        options.KnownIPNetworks.Clear();
        foreach (var entry in entries)
        {
            if (IsPlain(entry) && IPAddress.TryParse(entry, out var address))
            {
                options.KnownProxies.Add(address);
            }
            else if (IsPlain(entry) && System.Net.IPNetwork.TryParse(entry, out var network))
            {
                options.KnownIPNetworks.Add(network);
            }
            else
            {
                errors.Add($"{Setting} holds '{entry}', which is neither an IP address nor a network such as 10.0.0.0/8.");
            }
        }

        return options;
    }

    /// <summary>Parsers read 10.1 as 10.0.0.1 and 010.0.0.1 as 8.0.0.1; trust must not hang on knowing that.</summary>
    private static bool IsPlain(string entry)
    {
        var address = entry.Split('/')[0];
        return address.Contains(':', StringComparison.Ordinal) || (IPAddress.TryParse(address, out var parsed) && parsed.ToString() == address);
    }
}
