using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Backend.Application.DailyEmails;
using Backend.Application.Ports;
using Backend.Domain.Common;
using Backend.Infrastructure.Selection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using MimeKit;

namespace Backend.Infrastructure.Email;

/// <summary>Reads the settings of mails and registers what they choose.</summary>
internal static class EmailConfiguration
{
    private const string AdapterKey = $"Adapters:{PortTable.Email}";
    private const string FolderKey = "Email:PickupFolder";
    private const string UserKey = "EMAIL_USER";
    private const string PasswordKey = "EMAIL_PASS";
    private const string SesUserKey = "Email:SesAccessKeyId";
    private const string SesSecretKey = "Email:SesSecretAccessKey";
    private const string FromKey = "Email:From";
    private const string SecurityKey = "Email:SmtpSecurity";
    private const string CertificateKey = "Email:SmtpTrustedCertificate";
    private const string RegionKey = "AWS_REGION";
    private const string UncertainKey = "Email:WhenUncertain";
    private const string BaseUrlKey = "PublicBaseUrl";
    private const string FlatBaseUrlKey = "PUBLIC_BASE_URL";

    private const int SubmissionPort = 587;

    /// <summary>What a mail from nobody in particular comes from, as long as no other program is to send it.</summary>
    private const string Nobody = "records@localhost.localdomain";

    /// <param name="isDevelopment">Without settings, mails are put into a folder.</param>
    /// <param name="errors">Gets one sentence for each setting that cannot be followed.</param>
    /// <returns>What was chosen, for the start-up log.</returns>
    public static string AddEmail(this IServiceCollection services, IConfiguration configuration, bool isDevelopment, ICollection<string> errors)
    {
        services.AddSingleton<IEmailRenderer, RazorEmailRenderer>();
        services.AddSingleton<IMailPages, RazorMailPages>();
        if (ReadOptions(configuration, isDevelopment, errors) is { } options)
        {
            services.AddSingleton(options);
        }

        switch (Choose(configuration, isDevelopment, errors))
        {
            case EmailAdapter.Pickup when ReadPickup(configuration, isDevelopment, errors) is { } pickup:
                services.AddSingleton<IEmailTransport>(new PickupFolderTransport(pickup));
                return $"{EmailAdapter.Pickup} (folder {pickup.Folder})";
            case EmailAdapter.Smtp when ReadSmtp(configuration, errors) is { } smtp:
                return services.AddSmtp(EmailAdapter.Smtp, smtp);
            case EmailAdapter.Ses when ReadSes(configuration, errors) is { } ses:
                return services.AddSmtp(EmailAdapter.Ses, ses);
            default:
                return "none";
        }
    }

    private static string AddSmtp(this IServiceCollection services, EmailAdapter adapter, SmtpSettings settings)
    {
        services.AddSingleton<IEmailTransport>(provider => new SmtpTransport(settings, provider.GetRequiredService<TimeProvider>()));
        return string.Create(CultureInfo.InvariantCulture, $"{adapter} (server {settings.Host}:{settings.Port})");
    }

    private static EmailAdapter? Choose(IConfiguration configuration, bool isDevelopment, ICollection<string> errors)
    {
        if (IsSet(configuration, AdapterKey))
        {
            return Setting.ReadWord<EmailAdapter>(configuration, AdapterKey, errors);
        }

        if (IsSet(configuration, UserKey) && IsSet(configuration, PasswordKey))
        {
            return EmailAdapter.Smtp;
        }

        if (IsSet(configuration, SesUserKey) && IsSet(configuration, SesSecretKey))
        {
            return EmailAdapter.Ses;
        }

        if (isDevelopment)
        {
            return EmailAdapter.Pickup;
        }

        errors.Add(
            $"Nothing says how mails are sent; set {UserKey} and {PasswordKey} for a mail account, {SesUserKey} and {SesSecretKey} for Amazon SES, or {AdapterKey}={EmailAdapter.Pickup} and {FolderKey} for a folder.");
        return null;
    }

    private static EmailOptions? ReadOptions(IConfiguration configuration, bool isDevelopment, ICollection<string> errors)
    {
        var whenUncertain = Setting.ReadWord<WhenUncertain>(configuration, UncertainKey, errors);
        var key = IsSet(configuration, BaseUrlKey) ? BaseUrlKey : FlatBaseUrlKey;
        var text = configuration[key];
        if (string.IsNullOrEmpty(text))
        {
            if (!isDevelopment)
            {
                errors.Add($"{BaseUrlKey} is missing, which links in mails begin with; set {BaseUrlKey} or {FlatBaseUrlKey} to where the service is reached from outside, such as https://records.example.org.");
                return null;
            }

            text = $"http://localhost:{(configuration["PORT"] is { Length: > 0 } port && port != "0" ? port : "3000")}";
        }

        if (!Uri.TryCreate(text.TrimEnd('/') + "/", UriKind.Absolute, out var url)
            || (url.Scheme != Uri.UriSchemeHttps && url.Scheme != Uri.UriSchemeHttp) || url.UserInfo.Length > 0 || url.Query.Length > 0 || url.Fragment.Length > 0)
        {
            errors.Add($"{key} is '{text}', but must be an absolute address with http or https, without a query, such as https://records.example.org.");
            return null;
        }

        return new EmailOptions { PublicBaseUrl = url, ResendUncertain = whenUncertain == WhenUncertain.Resend };
    }

    private static PickupSettings? ReadPickup(IConfiguration configuration, bool isDevelopment, ICollection<string> errors)
    {
        var folder = configuration[FolderKey];
        if (string.IsNullOrEmpty(folder) && !isDevelopment)
        {
            errors.Add($"{FolderKey} is missing, but {AdapterKey} is {EmailAdapter.Pickup}; set it to the folder that mails are put into.");
            return null;
        }

        var from = configuration[FromKey] is { Length: > 0 } ? ReadFrom(configuration, otherwise: null, errors) : new MailboxAddress(name: null, Nobody);
        return from is null ? null : new PickupSettings(Path.GetFullPath(string.IsNullOrEmpty(folder) ? "mail" : folder, AppContext.BaseDirectory), from);
    }

    private static SmtpSettings? ReadSmtp(IConfiguration configuration, ICollection<string> errors)
    {
        var host = configuration["EMAIL_HOST"] is { Length: > 0 } flat ? flat : configuration["Email:SmtpHost"] is { Length: > 0 } named ? named : "smtp.gmail.com";
        var login = ReadLogin(configuration, UserKey, PasswordKey, isOptional: IsLoopback(host), errors);
        return Complete(configuration, host, login is null ? null : new SmtpLogin(login.Value.User, login.Value.Password, $"{UserKey} and {PasswordKey}"), errors);
    }

    private static SmtpSettings? ReadSes(IConfiguration configuration, ICollection<string> errors)
    {
        var region = configuration[RegionKey];
        var keys = ReadLogin(configuration, SesUserKey, SesSecretKey, isOptional: false, errors);
        if (string.IsNullOrEmpty(region))
        {
            errors.Add($"{RegionKey} is missing, but mails are sent with Amazon SES; set it to the region in which SES may send them.");
        }

        if (string.IsNullOrEmpty(region) || keys is not { } login)
        {
            return null;
        }

        var host = configuration["Email:SesSmtpHost"] is { Length: > 0 } other ? other : $"email-smtp.{region}.amazonaws.com";
        return Complete(configuration, host, new SmtpLogin(login.User, SesPassword.Of(login.Password, region), $"{SesUserKey} and {SesSecretKey}"), errors);
    }

    /// <summary>What is the same for every server.</summary>
    private static SmtpSettings? Complete(IConfiguration configuration, string host, SmtpLogin? login, ICollection<string> errors)
    {
        var before = errors.Count;
        var security = Setting.ReadWord<SmtpSecurity>(configuration, SecurityKey, errors) ?? SmtpSecurity.StartTls;
        if (security == SmtpSecurity.None && !IsLoopback(host))
        {
            errors.Add($"{SecurityKey} is {SmtpSecurity.None}, but the server {host} is not on this machine, so anybody on the way could read the mails and the password.");
        }

        var port = Setting.Read(configuration, "Email:SmtpPort", SubmissionPort, 1, 65_535, errors);
        var limit = Setting.Read(configuration, "Email:TimeLimit", TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(10), errors);
        var trusted = ReadCertificates(configuration, errors);
        var from = ReadFrom(configuration, configuration[UserKey], errors);
        return errors.Count > before || from is null ? null : new SmtpSettings(host, port, security, trusted, login, from, limit);
    }

    private static (string User, Secret Password)? ReadLogin(IConfiguration configuration, string userKey, string passwordKey, bool isOptional, ICollection<string> errors)
    {
        if (IsSet(configuration, userKey) && IsSet(configuration, passwordKey))
        {
            return (configuration[userKey]!, new Secret(configuration[passwordKey]!));
        }

        if (!isOptional || IsSet(configuration, userKey) || IsSet(configuration, passwordKey))
        {
            foreach (var key in new[] { userKey, passwordKey }.Where(key => !IsSet(configuration, key)))
            {
                errors.Add($"{key} is missing; {userKey} and {passwordKey} are needed to send mails.");
            }
        }

        return null;
    }

    private static MailboxAddress? ReadFrom(IConfiguration configuration, string? otherwise, ICollection<string> errors)
    {
        var text = configuration[FromKey] is { Length: > 0 } set ? set : otherwise;
        if (string.IsNullOrEmpty(text))
        {
            errors.Add($"{FromKey} is missing; set it to the address that mails come from.");
            return null;
        }

        // The domain also names the mails.
        if (MailboxAddress.TryParse(text, out var from) && from.Domain is { Length: > 0 })
        {
            return from;
        }

        errors.Add($"{(IsSet(configuration, FromKey) ? $"{FromKey} is '{text}', but" : $"{UserKey} is no address, so {FromKey}")} must be an address that mails come from, such as records@example.org.");
        return null;
    }

    private static X509Certificate2Collection? ReadCertificates(IConfiguration configuration, ICollection<string> errors)
    {
        if (configuration[CertificateKey] is not { Length: > 0 } path)
        {
            return null;
        }

        var certificates = new X509Certificate2Collection();
        try
        {
            certificates.ImportFromPemFile(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or CryptographicException)
        {
            errors.Add($"{CertificateKey} is '{path}', but that file cannot be read as certificates in PEM form ({exception.GetType().Name}).");
            return null;
        }

        if (certificates.Count == 0)
        {
            errors.Add($"{CertificateKey} is '{path}', but there is no certificate in PEM form in that file.");
        }

        return certificates;
    }

    private static bool IsSet(IConfiguration configuration, string key) => !string.IsNullOrEmpty(configuration[key]);

    private static bool IsLoopback(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));

    private enum WhenUncertain
    {
        Leave,
        Resend,
    }
}
