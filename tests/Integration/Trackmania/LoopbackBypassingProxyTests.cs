using System.Net;
using Backend.Infrastructure.Trackmania;

namespace Backend.Integration.Trackmania;

public sealed class LoopbackBypassingProxyTests
{
    private readonly LoopbackBypassingProxy _proxy = new(new WebProxy("http://proxy.example:3128"));

    [Theory]
    [InlineData("http://127.0.0.1:5000/")]
    [InlineData("http://localhost/")]
    [InlineData("http://[::1]:5000/")]
    public void The_machine_itself_is_reached_directly(string address)
    {
        _proxy.IsBypassed(new Uri(address)).ShouldBeTrue();
        _proxy.GetProxy(new Uri(address)).ShouldBeNull();
    }

    [Fact]
    public void Others_are_reached_through_the_proxy() =>
        _proxy.GetProxy(new Uri("https://trackmania.exchange/")).ShouldBe(new Uri("http://proxy.example:3128"));
}
