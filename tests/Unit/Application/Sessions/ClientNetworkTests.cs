using Backend.Application.Ports;

namespace Backend.Unit.Application.Sessions;

public sealed class ClientNetworkTests
{
    [Theory]
    [InlineData("192.0.2.1", "192.0.2.1")]
    [InlineData("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64")]
    [InlineData("2001:db8:1:2::ffff", "2001:db8:1:2::/64")]
    [InlineData("fe80::1%3", "fe80::/64")]
    [InlineData("", "")]
    [InlineData("unix socket", "unix socket")]
    public void An_address_is_counted_by_its_network(string address, string key) => ClientNetwork.KeyOf(address).ShouldBe(key);
}
