using Backend.Integration.Support;

namespace Backend.Integration.Email;

/// <summary>What a start makes of the settings of mails.</summary>
public sealed class MailStartTests
{
    [Fact]
    public async Task Outside_Development_nothing_is_assumed()
    {
        var (code, output, error) = await RefusedStart.RunAsync(Production());

        code.ShouldBe(1, output);
        RefusedStart.Sentences(error).ShouldBe(
        [
            "PublicBaseUrl is missing, which links in mails begin with; set PublicBaseUrl or PUBLIC_BASE_URL to where the service is reached from outside, such as https://records.example.org.",
            "Nothing says how mails are sent; set EMAIL_USER and EMAIL_PASS for a mail account, Email:SesAccessKeyId and Email:SesSecretAccessKey for Amazon SES, or Adapters:Email=Pickup and Email:PickupFolder for a folder.",
        ]);
        error.ShouldNotContain("   at ");
    }

    [Fact]
    public async Task Problems_are_told_and_passwords_are_not()
    {
        var (code, output, error) = await RefusedStart.RunAsync(Production(
            ("EMAIL_USER", "records"), ("EMAIL_PASS", "hunter2"), ("EMAIL_HOST", "mail.example.org"), ("Email:SmtpSecurity", "None"), ("PUBLIC_BASE_URL", "records.example.org")));

        code.ShouldBe(1, output);
        RefusedStart.Sentences(error).ShouldBe(
        [
            "PUBLIC_BASE_URL is 'records.example.org', but must be an absolute address with http or https, without a query, such as https://records.example.org.",
            "Email:SmtpSecurity is None, but the server mail.example.org is not on this machine, so anybody on the way could read the mails and the password.",
            "EMAIL_USER is no address, so Email:From must be an address that mails come from, such as records@example.org.",
        ]);
        (output + error).ShouldNotContain("hunter2");
    }

    [Theory]
    [InlineData("Smtp (server smtp.gmail.com:587)", "EMAIL_USER=records@example.org", "EMAIL_PASS=secret-of-mine", "PUBLIC_BASE_URL=https://records.example.org")]
    [InlineData("Ses (server email-smtp.eu-north-1.amazonaws.com:587)", "Email:SesAccessKeyId=AKIA", "Email:SesSecretAccessKey=secret-of-mine", "AWS_REGION=eu-north-1", "Email:From=records@example.org", "PublicBaseUrl=https://records.example.org/api/")]
    public async Task What_was_chosen_is_in_the_log_of_the_start(string expected, params string[] settings)
    {
        await using var service = await ServiceProcess.StartAsync("service", Production([.. settings.Select(s => s.Split('=')).Select(s => (s[0], s[1])), ("Adapters:Profile", "InMemory")]));
        await service.ListensAsync();

        service.Output.ShouldContain($"  Email: {expected}");
        service.Output.ShouldNotContain("secret-of-mine");
    }

    [Fact]
    public async Task In_Development_mails_are_put_into_a_folder_that_the_log_names()
    {
        await using var service = await ServiceProcess.StartAsync("service", new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Development",
            ["ASPNETCORE_URLS"] = "http://127.0.0.1:0",
            ["Adapters:Profile"] = "InMemory",
        });
        await service.ListensAsync();

        service.Output.ShouldContain($"  Email: Pickup (folder {Path.Combine(Path.GetDirectoryName(await PublishedService.ProgramAsync())!, "mail")})");
    }

    private static Dictionary<string, string> Production(params (string Key, string Value)[] settings)
    {
        var all = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["DOTNET_ENVIRONMENT"] = "Production",
            ["ASPNETCORE_ENVIRONMENT"] = "Production",
            ["ASPNETCORE_URLS"] = "http://127.0.0.1:0",
            ["JWT_SECRET"] = BackendHost.JwtSecret,
            ["Trackmania:Sandbox"] = "true",
        };
        foreach (var (key, value) in settings)
        {
            all[key] = value;
        }

        return all;
    }
}
