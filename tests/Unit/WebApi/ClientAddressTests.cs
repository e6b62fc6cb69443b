using System.Net;
using Backend.Unit.Selection;
using Backend.WebApi.Http;
using Microsoft.AspNetCore.Http;

namespace Backend.Unit.WebApi;

public sealed class ClientAddressTests
{
    private readonly List<string> _errors = [];

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" , ")]
    public void Without_proxies_nothing_is_forwarded(string? text)
    {
        ClientAddress.ReadOptions(Settings.Of(("Http:TrustedProxies", text)), _errors).ShouldBeNull();
        _errors.ShouldBeEmpty();
    }

    [Fact]
    public void Addresses_and_networks_are_taken_from_a_list_or_a_text_and_nobody_else_is_trusted()
    {
        foreach (var configuration in new[]
        {
            Settings.Of(("Http:TrustedProxies", "10.1.2.3, fd00::1,192.168.0.0/16 ,fd00::/8")),
            Settings.Of(("Http:TrustedProxies:0", "10.1.2.3"), ("Http:TrustedProxies:1", "fd00::1"), ("Http:TrustedProxies:2", "192.168.0.0/16"), ("Http:TrustedProxies:3", "fd00::/8")),
        })
        {
            var options = ClientAddress.ReadOptions(configuration, _errors).ShouldNotBeNull();

            options.KnownProxies.ShouldBe([IPAddress.Parse("10.1.2.3"), IPAddress.Parse("fd00::1")]);
            options.KnownIPNetworks.ShouldBe([System.Net.IPNetwork.Parse("192.168.0.0/16"), System.Net.IPNetwork.Parse("fd00::/8")]);
            options.ForwardLimit.ShouldBeNull();
        }

        _errors.ShouldBeEmpty();
    }

    /// <summary>Some of these parse, but to an address that their writer hardly meant.</summary>
    [Theory]
    [InlineData("localhost")]
    [InlineData("*")]
    [InlineData("1")]
    [InlineData("10.1")]
    [InlineData("010.0.0.1")]
    [InlineData("0x0a.0.0.1")]
    [InlineData("167772161")]
    [InlineData("010.0.0.0/8")]
    [InlineData("10.0.0/24")]
    [InlineData("10.0.0.0/33")]
    [InlineData("10.0.0.0/")]
    [InlineData("10.0.0.1:80")]
    public void Anything_else_is_an_error_and_is_not_trusted(string text)
    {
        var options = ClientAddress.ReadOptions(Settings.Of(("Http:TrustedProxies", text)), _errors).ShouldNotBeNull();

        options.KnownProxies.ShouldBeEmpty();
        options.KnownIPNetworks.ShouldBeEmpty();
        _errors.ShouldHaveSingleItem().ShouldBe($"Http:TrustedProxies holds '{text}', which is neither an IP address nor a network such as 10.0.0.0/8.");
    }

    [Theory]
    [InlineData("10.1.2.3", "10.1.2.3")]
    [InlineData("::ffff:10.1.2.3", "10.1.2.3")]
    [InlineData("fd00::1", "fd00::1")]
    [InlineData(null, "")]
    public void One_client_has_one_address(string? remote, string expected)
    {
        var context = new DefaultHttpContext();
        context.Connection.RemoteIpAddress = remote is null ? null : IPAddress.Parse(remote);

        ClientAddress.Of(context).ShouldBe(expected);
    }
}
