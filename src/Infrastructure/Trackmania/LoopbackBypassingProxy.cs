using System.Net;

namespace Backend.Infrastructure.Trackmania;

/// <summary>The machine's proxy, except for the machine itself: the environment variables that name a proxy rarely make an exception for it, and the sandbox is there.</summary>
internal sealed class LoopbackBypassingProxy(IWebProxy machine) : IWebProxy
{
    public ICredentials? Credentials
    {
        get => machine.Credentials;
        set => machine.Credentials = value;
    }

    public Uri? GetProxy(Uri destination) => destination.IsLoopback ? null : machine.GetProxy(destination);

    public bool IsBypassed(Uri host) => host.IsLoopback || machine.IsBypassed(host);
}
