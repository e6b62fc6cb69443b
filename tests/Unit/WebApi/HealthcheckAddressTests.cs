using Backend.Unit.Selection;
using Backend.WebApi.Commands;

namespace Backend.Unit.WebApi;

/// <summary>Where <c>healthcheck</c> asks is where the service listens, as it is configured.</summary>
public sealed class HealthcheckAddressTests
{
    [Theory]
    [InlineData(null, null, null, "http://127.0.0.1:3000/")]
    [InlineData(null, "", "8080", "http://127.0.0.1:8080/")]
    [InlineData(null, "8081;8082", "8080", "http://127.0.0.1:8081/")]
    [InlineData("", "", "8080", "http://127.0.0.1:8080/")]
    [InlineData("http://*:8083", "8081", "8080", "http://127.0.0.1:8083/")]
    [InlineData("http://+:8083", null, null, "http://127.0.0.1:8083/")]
    [InlineData("http://0.0.0.0:8083", null, null, "http://127.0.0.1:8083/")]
    [InlineData("http://[::]:8083", null, null, "http://[::1]:8083/")]
    [InlineData("http://localhost:8083/", null, null, "http://localhost:8083/")]
    [InlineData("http://10.1.2.3:8083", null, null, "http://10.1.2.3:8083/")]
    [InlineData("http://*", null, null, "http://127.0.0.1/")]
    [InlineData("https://*:8443; http://*:8083", null, null, "http://127.0.0.1:8083/")]
    public void The_settings_that_win_for_the_service_win_here(string? urls, string? ports, string? port, string expected) =>
        HealthcheckCommand.FindAddress(Settings.Of(("urls", urls), ("HTTP_PORTS", ports), ("PORT", port)))!.ToString().ShouldBe(expected);

    [Theory]
    [InlineData("https://*:8443", null)]
    [InlineData("http://127.0.0.1:0", null)]
    [InlineData("http://unix:/run/backend.sock", null)]
    [InlineData("nonsense", null)]
    [InlineData(null, "0")]
    [InlineData(null, "nonsense")]
    [InlineData(null, "70000")]
    public void Where_nobody_can_know_the_address_there_is_none(string? urls, string? port) =>
        HealthcheckCommand.FindAddress(Settings.Of(("urls", urls), ("PORT", port))).ShouldBeNull();
}
