using Backend.Application.DailyEmails;
using Backend.Application.Ports;
using Backend.Infrastructure.Email;
using Backend.Unit.Selection;
using Microsoft.Extensions.DependencyInjection;

namespace Backend.Unit.Email;

public sealed class EmailConfigurationTests
{
    private static readonly (string, string?)[] s_account = [("EMAIL_USER", "records@example.org"), ("EMAIL_PASS", "app password")];
    private static readonly (string, string?)[] s_ses = [("Email:SesAccessKeyId", "AKIA"), ("Email:SesSecretAccessKey", "secret"), ("AWS_REGION", "eu-north-1"), ("Email:From", "Records <records@example.org>")];
    private static readonly (string, string?) s_url = ("PublicBaseUrl", "https://records.example.org");

    private readonly List<string> _errors = [];

    [Fact]
    public void A_mail_account_means_a_server_which_is_that_of_Gmail_unless_another_is_named()
    {
        Add([.. s_account, s_url]).Summary.ShouldBe("Smtp (server smtp.gmail.com:587)");
        Add([.. s_account, s_url, ("EMAIL_HOST", "mail.example.org"), ("Email:SmtpPort", "465"), ("Email:SmtpSecurity", "tls")]).Summary.ShouldBe("Smtp (server mail.example.org:465)");
        _errors.ShouldBeEmpty();
    }

    [Fact]
    public void A_mail_account_comes_before_keys_of_SES_and_both_before_a_folder()
    {
        Add([.. s_account, .. s_ses, s_url], isDevelopment: true).Summary.ShouldStartWith("Smtp");
        Add([.. s_ses, s_url], isDevelopment: true).Summary.ShouldBe("Ses (server email-smtp.eu-north-1.amazonaws.com:587)");
        Add([s_url], isDevelopment: true).Summary.ShouldBe($"Pickup (folder {Path.Combine(AppContext.BaseDirectory, "mail")})");
        _errors.ShouldBeEmpty();
    }

    [Fact]
    public void What_is_said_wins()
    {
        Add([.. s_account, .. s_ses, s_url, ("Adapters:Email", "ses")]).Summary.ShouldStartWith("Ses");
        Add([.. s_account, s_url, ("Adapters:Email", "Pickup"), ("Email:PickupFolder", "/var/mail/records")]).Summary.ShouldBe("Pickup (folder /var/mail/records)");
        _errors.ShouldBeEmpty();
    }

    [Fact]
    public void A_repeated_mail_is_one_only_in_a_folder()
    {
        Transport(Add([s_url], isDevelopment: true)).TakesRepeatsAsOne.ShouldBeTrue();
        Transport(Add([.. s_account, s_url])).TakesRepeatsAsOne.ShouldBeFalse();
    }

    [Theory]
    [InlineData("Adapters:Email", "Pigeon", "Adapters:Email is 'Pigeon', but must be one of Pickup, Smtp, Ses.")]
    [InlineData("Adapters:Email", "1", "Adapters:Email is '1', but must be one of Pickup, Smtp, Ses.")]
    [InlineData("Adapters:Email", "Pickup", "Email:PickupFolder is missing, but Adapters:Email is Pickup; set it to the folder that mails are put into.")]
    [InlineData("EMAIL_PASS", "", "Nothing says how mails are sent; ")]
    [InlineData("Email:From", "nobody", "Email:From is 'nobody', but must be an address")]
    [InlineData("Email:SmtpSecurity", "None", "Email:SmtpSecurity is None, but the server smtp.gmail.com is not on this machine")]
    [InlineData("Email:SmtpSecurity", "Sometimes", "Email:SmtpSecurity is 'Sometimes', but must be one of StartTls, Tls, None.")]
    [InlineData("Email:SmtpPort", "0", "Email:SmtpPort is '0'")]
    [InlineData("Email:TimeLimit", "00:00:00", "Email:TimeLimit is '00:00:00'")]
    [InlineData("Email:SmtpTrustedCertificate", "/nowhere/ca.pem", "Email:SmtpTrustedCertificate is '/nowhere/ca.pem', but that file cannot be read as certificates in PEM form")]
    [InlineData("Email:WhenUncertain", "Maybe", "Email:WhenUncertain is 'Maybe', but must be one of Leave, Resend.")]
    [InlineData("PublicBaseUrl", "", "PublicBaseUrl is missing")]
    [InlineData("PublicBaseUrl", "/relative", "PublicBaseUrl is '/relative', but must be an absolute address")]
    [InlineData("PublicBaseUrl", "ftp://records.example.org", "PublicBaseUrl is 'ftp://records.example.org', but must be an absolute address")]
    [InlineData("PublicBaseUrl", "https://records.example.org?x=1", "PublicBaseUrl is 'https://records.example.org?x=1', but must be an absolute address")]
    [InlineData("PublicBaseUrl", "https://user:password@records.example.org", "PublicBaseUrl is ")]
    public void What_cannot_be_followed_is_one_sentence(string key, string value, string sentence)
    {
        Add([.. s_account, s_url, (key, value)]);

        _errors.ShouldHaveSingleItem().ShouldStartWith(sentence);
        _errors[0].ShouldEndWith(".");
    }

    [Fact]
    public void Half_a_login_is_named()
    {
        Add([s_url, ("Adapters:Email", "Smtp"), ("EMAIL_USER", "records@example.org")]);
        _errors.ShouldHaveSingleItem().ShouldBe("EMAIL_PASS is missing; EMAIL_USER and EMAIL_PASS are needed to send mails.");

        _errors.Clear();
        Add([.. s_ses.Where(s => s.Item1 is not "AWS_REGION"), s_url]);
        _errors.ShouldHaveSingleItem().ShouldBe("AWS_REGION is missing, but mails are sent with Amazon SES; set it to the region in which SES may send them.");
    }

    [Theory]
    [InlineData("https://records.example.org", "https://records.example.org/")]
    [InlineData("https://records.example.org/", "https://records.example.org/")]
    [InlineData("http://localhost:8080/api", "http://localhost:8080/api/")]
    public void Relative_addresses_can_be_put_behind_the_base(string setting, string expected)
    {
        var options = Options(Add([.. s_account, ("PublicBaseUrl", setting)]));

        options.PublicBaseUrl.ShouldBe(new Uri(expected));
        new Uri(options.PublicBaseUrl, "mail/preferences").ToString().ShouldBe($"{expected}mail/preferences");
        Options(Add([.. s_account, ("PUBLIC_BASE_URL", setting)])).PublicBaseUrl.ShouldBe(new Uri(expected));
    }

    [Fact]
    public void In_Development_the_base_is_this_machine()
    {
        Options(Add([], isDevelopment: true)).PublicBaseUrl.ShouldBe(new Uri("http://localhost:3000/"));
        Options(Add([("PORT", "4000")], isDevelopment: true)).PublicBaseUrl.ShouldBe(new Uri("http://localhost:4000/"));
        _errors.ShouldBeEmpty();
    }

    [Fact]
    public void What_is_uncertain_is_left_alone_unless_it_is_to_be_sent_again()
    {
        Options(Add([.. s_account, s_url])).ResendUncertain.ShouldBeFalse();
        Options(Add([.. s_account, s_url, ("Email:WhenUncertain", "resend")])).ResendUncertain.ShouldBeTrue();
    }

    private (string Summary, IServiceCollection Services) Add((string, string?)[] settings, bool isDevelopment = false)
    {
        var services = new ServiceCollection().AddLogging().AddSingleton(TimeProvider.System);
        return (services.AddEmail(Settings.Of([.. settings.GroupBy(s => s.Item1).Select(group => group.Last())]), isDevelopment, _errors), services);
    }

    private static IEmailTransport Transport((string Summary, IServiceCollection Services) added) => Of<IEmailTransport>(added);

    private static EmailOptions Options((string Summary, IServiceCollection Services) added) => Of<EmailOptions>(added);

    private static T Of<T>((string Summary, IServiceCollection Services) added)
        where T : notnull => added.Services.Single(service => service.ServiceType == typeof(T)) switch
        {
            { ImplementationInstance: T instance } => instance,
            var made => (T)made.ImplementationFactory!(added.Services.BuildServiceProvider()),
        };
}
