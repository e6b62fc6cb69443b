using System.Net;
using Backend.Unit.Support;
using Backend.WebApi.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.HttpOverrides;

namespace Backend.Unit.WebApi;

public sealed class ClientAddressTests
{
    private readonly List<string> _errors = [];

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" , ,")]
    public void Without_trusted_proxies_no_header_is_believed(string? value)
    {
        Read(("Http:TrustedProxies", value)).ShouldBeNull();
        _errors.ShouldBeEmpty();
    }

    [Fact]
    public void Exactly_the_named_proxies_are_trusted()
    {
        var options = Read(("Http:TrustedProxies", "10.0.0.1, 192.168.0.0/16 ,2001:db8::/32,::1"))!;

        _errors.ShouldBeEmpty();
        options.KnownProxies.ShouldBe([IPAddress.Parse("10.0.0.1"), IPAddress.IPv6Loopback]);
        options.KnownIPNetworks.ShouldBe([System.Net.IPNetwork.Parse("192.168.0.0/16"), System.Net.IPNetwork.Parse("2001:db8::/32")]);
        options.ForwardLimit.ShouldBeNull();
        options.ForwardedHeaders.HasFlag(ForwardedHeaders.XForwardedFor).ShouldBeTrue();
        options.ForwardedHeaders.HasFlag(ForwardedHeaders.XForwardedHost).ShouldBeFalse();
    }

    [Fact]
    public void A_list_in_a_file_is_read_too() =>
        Read(("Http:TrustedProxies:0", "10.0.0.1"), ("Http:TrustedProxies:1", "10.0.0.2"))!.KnownProxies.Count.ShouldBe(2);

    [Theory]
    [InlineData("proxy.example.com")]
    [InlineData("10.0.0.0/33")]
    [InlineData("10.0.0.256")]
    [InlineData("*")]
    public void What_is_neither_an_address_nor_a_network_is_told(string entry)
    {
        Read(("Http:TrustedProxies", $"10.0.0.1,{entry}"));

        _errors.ShouldBe([$"Http:TrustedProxies holds '{entry}', which is neither an IP address nor a network such as 10.0.0.0/8."]);
    }

    [Theory]
    [InlineData("192.0.2.1", "192.0.2.1")]
    [InlineData("::ffff:192.0.2.1", "192.0.2.1")]
    [InlineData("2001:db8::1", "2001:db8::1")]
    public void One_client_has_one_address_however_it_connects(string peer, string address) =>
        ClientAddress.Of(new DefaultHttpContext { Connection = { RemoteIpAddress = IPAddress.Parse(peer) } }).ShouldBe(address);

    [Fact]
    public void A_client_without_an_address_has_an_empty_one() => ClientAddress.Of(new DefaultHttpContext()).ShouldBe(string.Empty);

    private ForwardedHeadersOptions? Read(params (string Key, string? Value)[] settings) => ClientAddress.ReadOptions(Make.Configuration(settings), _errors);
}
