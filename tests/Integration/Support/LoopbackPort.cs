using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Backend.Integration.Support;

/// <summary>For servers that must be told their port, and are to come back on it.</summary>
internal static class LoopbackPort
{
    /// <summary>One that is free, though somebody may be faster. Below those that the system gives to outgoing connections, so that none takes it while the server is stopped.</summary>
    public static int Find()
    {
        while (true)
        {
            var port = RandomNumberGenerator.GetInt32(20000, 32000);
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
                return port;
            }
            catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse)
            {
            }
        }
    }
}
