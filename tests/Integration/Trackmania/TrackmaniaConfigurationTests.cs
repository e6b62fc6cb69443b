using System.Text;
using Backend.Infrastructure.Trackmania;
using Microsoft.Extensions.Configuration;

namespace Backend.Integration.Trackmania;

public sealed class TrackmaniaConfigurationTests
{
    private static readonly string s_basic = Convert.ToBase64String(Encoding.UTF8.GetBytes("löginä:pass:word"));

    [Fact]
    public void Without_any_setting_the_real_hosts_and_the_default_rates_apply_and_no_credentials_are_there()
    {
        var read = Read();

        read.Credentials.ShouldBe(TrackmaniaCredentials.None);
        read.Errors.ShouldBeEmpty();
        read.MissingCredentials.Count.ShouldBe(4);
        read.Options.CoreUrl.Host.ShouldBe("prod.trackmania.core.nadeo.online");
        read.Options.LiveUrl.Host.ShouldBe("live-services.trackmania.nadeo.live");
        read.Options.OAuthUrl.Host.ShouldBe("api.trackmania.com");
        read.Options.TmxUrl.Host.ShouldBe("trackmania.exchange");
        (read.Options.NadeoRate, read.Options.TmxRate, read.Options.OAuthRate).ShouldBe((2, 1, 2));
        (read.Options.NadeoTimeout, read.Options.TmxTimeout).ShouldBe((TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(60)));
        read.Options.MaxRetries.ShouldBe(3);
    }

    [Theory]
    [InlineData("")]
    [InlineData("Basic ")]
    [InlineData("basic  ")]
    public void The_flat_environment_names_are_read(string scheme)
    {
        var read = Read(
            ("LEAD_API", "https://live.example/"),
            ("AUTH_API_URL", "https://core.example/proxy/v2/authentication/token/basic"),
            ("AUTHORIZATION", scheme + s_basic),
            ("USER_AGENT", "My tracker / contact me: ops@example.org (24/7)"),
            ("OCLIENT_ID", "client"),
            ("OCLIENT_SECRET", "sesame"));

        read.Errors.ShouldBeEmpty();
        read.Credentials.ShouldBe(TrackmaniaCredentials.Complete);
        read.MissingCredentials.ShouldBeEmpty();
        read.Options.LiveUrl.ShouldBe(new Uri("https://live.example/"));
        read.Options.CoreUrl.ShouldBe(new Uri("https://core.example/proxy"));
        read.Options.ServerAuthorization.Reveal().ShouldBe(s_basic);
        read.Options.OAuthClientId.ShouldBe("client");
        read.Options.OAuthClientSecret.Reveal().ShouldBe("sesame");
        read.Options.UserAgent.ShouldBe("My tracker / contact me: ops@example.org (24/7)");
    }

    [Fact]
    public void The_section_wins_over_the_flat_names()
    {
        var read = Read(
            ("Trackmania:LiveUrl", "http://127.0.0.1:5000/live"),
            ("Trackmania:CoreUrl", "http://127.0.0.1:5000/core"),
            ("Trackmania:ServerLogin", "löginä"),
            ("Trackmania:ServerPassword", "pass:word"),
            ("LEAD_API", "https://live.example"),
            ("AUTH_API_URL", "junk"),
            ("AUTHORIZATION", "junk"));

        read.Options.LiveUrl.Port.ShouldBe(5000);
        read.Options.CoreUrl.AbsolutePath.ShouldBe("/core");
        read.Options.ServerAuthorization.Reveal().ShouldBe(s_basic);
    }

    [Fact]
    public void Credentials_that_are_there_only_in_part_are_an_error_for_each_missing_one()
    {
        var read = Read(("OCLIENT_ID", "client"));

        read.Credentials.ShouldBe(TrackmaniaCredentials.Partial);
        read.Errors.ShouldBe(read.MissingCredentials);
        read.Errors.Count.ShouldBe(3);
        read.Errors.ShouldContain(error => error.Contains("AUTHORIZATION", StringComparison.Ordinal));
        read.Errors.ShouldContain(error => error.Contains("OCLIENT_SECRET", StringComparison.Ordinal));
        read.Errors.ShouldContain(error => error.Contains("USER_AGENT", StringComparison.Ordinal));
    }

    [Fact]
    public void All_errors_are_collected_and_each_names_its_key()
    {
        (string Key, string Value)[] wrong =
        [
            ("Trackmania:NadeoRate", "0"),
            ("Trackmania:TmxRate", "-1"),
            ("Trackmania:OAuthRate", "fast"),
            ("Trackmania:NadeoTimeout", "0"),
            ("Trackmania:TmxTimeout", "25:00:00"),
            ("Trackmania:OAuthTimeout", "soon"),
            ("Trackmania:NadeoMaxBodyBytes", "0"),
            ("Trackmania:TmxMaxBodyBytes", "1.5"),
            ("Trackmania:OAuthMaxBodyBytes", "99999999999"),
            ("Trackmania:MaxRetries", "11"),
            ("Trackmania:RetryDelay", "-00:00:01"),
            ("Trackmania:TmxUrl", "ftp://example.org"),
            ("Trackmania:OAuthUrl", "/relative"),
            ("LEAD_API", "https://live.example/?query"),
            ("AUTH_API_URL", "https://core.example/login"),
            ("AUTHORIZATION", "not base64!"),
            ("USER_AGENT", "line one\nline two"),
        ];

        var read = Read(wrong);

        foreach (var (key, _) in wrong)
        {
            read.Errors.ShouldContain(error => error.Contains(key, StringComparison.Ordinal), $"{key} has no error");
        }
    }

    [Theory]
    [InlineData("45", 45)]
    [InlineData("0.5", 0.5)]
    [InlineData("00:01:30", 90)]
    public void Durations_are_seconds_or_clock_times(string text, double seconds) =>
        Read(("Trackmania:NadeoTimeout", text)).Options.NadeoTimeout.ShouldBe(TimeSpan.FromSeconds(seconds));

    [Fact]
    public void Secrets_do_not_show_in_the_text_of_the_options()
    {
        var read = Read(("AUTHORIZATION", s_basic), ("OCLIENT_SECRET", "sesame"));

        read.ToString().ShouldNotContain(s_basic);
        read.ToString().ShouldNotContain("sesame");
    }

    private static TrackmaniaConfiguration Read(params (string Key, string Value)[] settings) => TrackmaniaConfiguration.Read(
        new ConfigurationBuilder().AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Key, (string?)setting.Value))).Build());
}
