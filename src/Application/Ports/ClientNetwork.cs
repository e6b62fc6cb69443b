using System.Net;
using System.Net.Sockets;

namespace Backend.Application.Ports;

/// <summary>What a client's address is counted by.</summary>
public static class ClientNetwork
{
    private const int NetworkBytes = 8;

    /// <summary>An IPv4 address as it is; of an IPv6 address its /64, since whoever has one address there has them all.</summary>
    /// <param name="address">As seen by the server; anything that is no address counts as itself.</param>
    public static string KeyOf(string address)
    {
        if (!IPAddress.TryParse(address, out var parsed) || parsed.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return address;
        }

        var bytes = parsed.GetAddressBytes();
        bytes.AsSpan(NetworkBytes).Clear();
        return $"{new IPAddress(bytes)}/64";
    }
}
