using Backend.TrackmaniaSandbox;
using Backend.WebApi.Workers;
using Microsoft.Extensions.Configuration;

namespace Backend.Unit.WebApi;

public sealed class EmbeddedSandboxTests : IDisposable
{
    private readonly ConfigurationManager _configuration = new();
    private readonly List<string> _errors = [];

    public void Dispose() => _configuration.Dispose();

    [Theory]
    [InlineData(true, null, true, true)]
    [InlineData(true, null, false, false)]
    [InlineData(false, null, true, false)]
    [InlineData(false, null, false, false)]
    [InlineData(true, "", true, true)]
    [InlineData(false, "", true, false)]
    [InlineData(true, "true", true, true)]
    [InlineData(true, "true", false, true)]
    [InlineData(false, "true", true, true)]
    [InlineData(false, "True", false, true)]
    [InlineData(true, "false", true, false)]
    [InlineData(true, "false", false, false)]
    [InlineData(false, "false", true, false)]
    [InlineData(false, "FALSE", false, false)]
    public void The_setting_decides_and_without_it_development_without_credentials(bool isDevelopment, string? named, bool lacksCredentials, bool expected)
    {
        _configuration["Trackmania:Sandbox"] = named;

        Choose(isDevelopment, lacksCredentials).Chosen.ShouldBe(expected);
        _errors.ShouldBeEmpty();
        (_configuration["Trackmania:ServerLogin"] is not null).ShouldBe(expected);
    }

    [Theory]
    [InlineData("yes")]
    [InlineData("1")]
    [InlineData(" ")]
    public void Any_other_value_is_an_error_everywhere(string named)
    {
        _configuration["Trackmania:Sandbox"] = named;
        foreach (var isDevelopment in new[] { true, false })
        {
            foreach (var lacksCredentials in new[] { true, false })
            {
                _errors.Clear();
                Choose(isDevelopment, lacksCredentials).Chosen.ShouldBeFalse();
                _errors.ShouldHaveSingleItem().ShouldBe($"Trackmania:Sandbox is '{named}', but must be true or false.");
            }
        }
    }

    [Fact]
    public void The_credentials_of_the_chosen_seed_replace_those_that_are_configured()
    {
        _configuration["Trackmania:Sandbox"] = "true";
        _configuration["Trackmania:SandboxSeed"] = "-7";
        _configuration["Trackmania:ServerLogin"] = "real login";
        _configuration["Trackmania:OAuthClientSecret"] = "real secret";

        Choose(isDevelopment: false, lacksCredentials: false).Options.Seed.ShouldBe(-7);
        var credentials = SandboxCredentials.FromSeed(-7);
        _configuration["Trackmania:ServerLogin"].ShouldBe(credentials.ServerLogin);
        _configuration["Trackmania:ServerPassword"].ShouldBe(credentials.ServerPassword);
        _configuration["Trackmania:OAuthClientId"].ShouldBe(credentials.OAuthClientId);
        _configuration["Trackmania:OAuthClientSecret"].ShouldBe(credentials.OAuthClientSecret);
    }

    [Theory]
    [InlineData("x")]
    [InlineData("1.5")]
    [InlineData("2147483648")]
    public void A_seed_that_is_no_number_is_an_error(string seed)
    {
        _configuration["Trackmania:Sandbox"] = "true";
        _configuration["Trackmania:SandboxSeed"] = seed;

        Choose(isDevelopment: true, lacksCredentials: true).Chosen.ShouldBeFalse();
        _errors.ShouldHaveSingleItem().ShouldBe($"Trackmania:SandboxSeed is '{seed}', but must be a whole number.");
    }

    [Theory]
    [InlineData("mine", "flat", "mine")]
    [InlineData(null, "flat", "flat")]
    [InlineData("", "flat", "flat")]
    [InlineData(" ", "flat", "flat")]
    [InlineData(null, null, "trackmania-backend/1.0 (talking to its own sandbox)")]
    [InlineData("", "", "trackmania-backend/1.0 (talking to its own sandbox)")]
    public void A_configured_agent_stays_and_an_empty_one_is_none(string? agent, string? flat, string expected)
    {
        _configuration["Trackmania:UserAgent"] = agent;
        _configuration["USER_AGENT"] = flat;

        Choose(isDevelopment: true, lacksCredentials: true).Chosen.ShouldBeTrue();
        _configuration["Trackmania:UserAgent"].ShouldBe(expected);
    }

    private (bool Chosen, SandboxOptions Options) Choose(bool isDevelopment, bool lacksCredentials) =>
        (EmbeddedSandbox.TryChoose(_configuration, isDevelopment, lacksCredentials, _errors, out var options), options);
}
