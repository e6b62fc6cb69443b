using Backend.Infrastructure.Selection;
using Backend.Unit.Selection;
using Backend.WebApi;
using Backend.WebApi.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.Extensions.Configuration;

namespace Backend.Unit.WebApi;

public sealed class CrossOriginTests
{
    private readonly List<string> _errors = [];

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" , ")]
    public void Without_origins_nobody_else_is_allowed(string? text)
    {
        Read(text).ShouldBeEmpty();
        _errors.ShouldBeEmpty();
    }

    [Fact]
    public void Origins_are_taken_from_a_list()
    {
        Read("https://app.example.org, http://localhost:5173 ,http://127.0.0.1:3000,http://[::1]:8080,https://ünï.example").ShouldBe(
            ["https://app.example.org", "http://localhost:5173", "http://127.0.0.1:3000", "http://[::1]:8080", "https://ünï.example"]);
        _errors.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("*")]
    [InlineData("null")]
    [InlineData("app.example.org")]
    [InlineData("localhost:5173")]
    [InlineData("//app.example.org")]
    [InlineData("https://")]
    [InlineData("https://app.example.org/")]
    [InlineData("https://app.example.org/path")]
    [InlineData("https://app.example.org?a=b")]
    [InlineData("https://app.example.org#a")]
    [InlineData("https://app.example.org:443")]
    [InlineData("https://app.example.org:")]
    [InlineData("https://app.example.org:99999")]
    [InlineData("https://user@app.example.org")]
    [InlineData("https://*.example.org")]
    [InlineData("https://app.example.org;https://b.example.org")]
    [InlineData("https://app.example.org https://b.example.org")]
    [InlineData("https:app.example.org")]
    [InlineData("https://10.1")]
    [InlineData("ftp://app.example.org")]
    [InlineData("file:///etc/hosts")]
    public void Anything_else_is_an_error(string text)
    {
        Read($"https://good.example.org,{text}").ShouldBe(["https://good.example.org"]);

        _errors.ShouldHaveSingleItem().ShouldBe(
            $"ALLOWED_ORIGIN holds '{text}', which is no origin such as https://app.example.org: scheme, host and, unless it is the usual one, port, with nothing behind them.");
    }

    [Fact]
    public void A_bad_origin_stops_the_start_and_is_reported_with_whatever_else_is_wrong()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection([.. AddInfrastructureTests.Complete.Select(s => KeyValuePair.Create(s.Key, s.Value)), new("ALLOWED_ORIGIN", "*, here"), new("RateLimits:Login", "often")]);

        var errors = Should.Throw<ConfigurationException>(() => builder.AddBackend([])).Errors;

        errors.Select(e => e.Split(' ')[0]).Order(StringComparer.Ordinal).ShouldBe(["ALLOWED_ORIGIN", "ALLOWED_ORIGIN", "RateLimits:Login"]);
    }

    [Fact]
    public void Origins_are_compared_as_browsers_send_them_and_get_no_credentials()
    {
        var builder = new CorsPolicyBuilder();
        CrossOrigin.Allow(builder, ["https://APP.example.org"]);
        var policy = builder.Build();

        policy.IsOriginAllowed("https://app.example.org").ShouldBeTrue();
        policy.IsOriginAllowed("https://app.example.org.evil.example").ShouldBeFalse();
        policy.IsOriginAllowed("https://app.example.org:8443").ShouldBeFalse();
        policy.IsOriginAllowed("http://app.example.org").ShouldBeFalse();
        policy.IsOriginAllowed("null").ShouldBeFalse();
        policy.SupportsCredentials.ShouldBeFalse();
        (policy.AllowAnyOrigin, policy.AllowAnyMethod, policy.AllowAnyHeader).ShouldBe((false, false, false));
    }

    private IReadOnlyList<string> Read(string? text) => CrossOrigin.ReadOrigins(Settings.Of(("ALLOWED_ORIGIN", text)), _errors);
}
