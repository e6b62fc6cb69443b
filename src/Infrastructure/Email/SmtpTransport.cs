using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.RegularExpressions;
using Backend.Application.Ports;
using MailKit;
using MailKit.Net.Smtp;
using MailKit.Security;
using MimeKit;

namespace Backend.Infrastructure.Email;

/// <summary>Hands mails to a server for outgoing mail. A connection is kept for a few seconds, for the mails of one run come close together.</summary>
internal sealed partial class SmtpTransport(SmtpSettings settings, TimeProvider clock) : IEmailTransport, IAsyncDisposable
{
    /// <summary>Shorter than the patience of servers.</summary>
    private static readonly TimeSpan s_keptFor = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private Connection? _kept;
    private ITimer? _closing;
    private bool _isDisposed;

    public bool TakesRepeatsAsOne => false;

    public async Task<EmailDelivery> SendAsync(OutgoingEmail email, CancellationToken cancellationToken)
    {
        MimeMessage message;
        try
        {
            message = MimeMail.Of(email, settings.From);
        }
        catch (ParseException)
        {
            return Refused("the address has a form that no mail can carry");
        }

        using var limit = new CancellationTokenSource(settings.TimeLimit, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        if (Take() is { } kept)
        {
            var (delivery, mayRepeat) = await SendAsync(kept, message, either.Token);
            if (!mayRepeat)
            {
                return delivery;
            }
        }

        return (await SendAsync(new Connection(settings), message, either.Token)).Delivery;
    }

    public async ValueTask DisposeAsync()
    {
        Connection? kept;
        lock (_lock)
        {
            _isDisposed = true;
            (kept, _kept) = (_kept, null);
        }

        if (_closing is { } closing)
        {
            await closing.DisposeAsync();
        }

        kept?.Dispose();
    }

    /// <returns>And whether the connection had been closed by the server before it heard of this mail.</returns>
    private async Task<(EmailDelivery Delivery, bool MayRepeat)> SendAsync(Connection connection, MimeMessage message, CancellationToken cancellationToken)
    {
        var wasOpen = connection.IsOpen;
        try
        {
            var delivery = await connection.SendAsync(message, cancellationToken);
            Keep(connection);
            return (delivery, false);
        }
        catch (Exception exception)
        {
            // Whatever it is: an exception would leave open whether the mail may be sent again.
            var delivery = Judge(exception, connection);
            if (exception is SmtpCommandException { StatusCode: not SmtpStatusCode.ServiceNotAvailable } && connection.IsOpen)
            {
                // It has answered, so it can be asked again.
                Keep(connection);
                return (delivery, false);
            }

            connection.Dispose();
            var isGone = exception is IOException or SocketException or ServiceNotConnectedException or SmtpProtocolException or SmtpCommandException;
            return (delivery, wasOpen && isGone && !connection.Conversation.HasBegun);
        }
    }

    private EmailDelivery Judge(Exception exception, Connection connection)
    {
        var conversation = connection.Conversation;
        switch (exception)
        {
            case SmtpCommandException { ErrorCode: SmtpErrorCode.RecipientNotAccepted or SmtpErrorCode.MessageNotAccepted } answer:
                var what = answer.ErrorCode == SmtpErrorCode.RecipientNotAccepted ? "the recipient" : "the mail";
                return IsForGood(answer) ? Refused($"the server refused {what} ({Code(answer)})") : Deferred($"the server did not take {what} now ({Code(answer)})");
            case SmtpCommandException answer:
                return NotNow($"the server refused what comes before the mail ({Code(answer)})");
            case NotSupportedException:
                return NotNow("the server does not offer what is needed, such as STARTTLS or a way to sign in");
            case AuthenticationException or ServiceNotAuthenticatedException:
                return NotNow($"the server did not accept {settings.Login?.Keys ?? "mail without a login"}");
            case SslHandshakeException:
                return NotNow("there is no trustworthy TLS connection to the server");
        }

        // A write that was broken off may have got through, so the time limit leaves open what an error does not.
        var isOver = exception is OperationCanceledException or TimeoutException;
        return conversation.IsComplete || (isOver && conversation.HasBegun)
            ? new EmailDelivery(EmailDeliveryStatus.Uncertain, Sentence($"the whole mail was sent, and then {Trouble()}"))
            : NotNow(Trouble());

        EmailDelivery NotNow(string why) => connection.IsLetIn ? Deferred(why) : Unreachable(why);

        string Trouble() => isOver ? "no answer came in time" : $"the connection was lost ({exception.GetType().Name})";
    }

    /// <summary>What Gmail says when an account has sent enough for a day looks like a refusal for good.</summary>
    private static bool IsForGood(SmtpCommandException answer) => (int)answer.StatusCode >= 500 && EnhancedCode().Match(answer.Message).Value != "5.4.5";

    /// <summary>Without the server's words, which repeat addresses.</summary>
    private static string Code(SmtpCommandException answer) =>
        string.Create(CultureInfo.InvariantCulture, $"{(int)answer.StatusCode} {EnhancedCode().Match(answer.Message).Value}").TrimEnd();

    private static EmailDelivery Unreachable(string why) => new(EmailDeliveryStatus.Unreachable, Sentence(why));

    private static EmailDelivery Refused(string why) => new(EmailDeliveryStatus.Refused, Sentence(why));

    private static EmailDelivery Deferred(string why) => new(EmailDeliveryStatus.Deferred, Sentence(why));

    private static string Sentence(string why) => $"{char.ToUpperInvariant(why[0])}{why[1..]}.";

    private Connection? Take()
    {
        lock (_lock)
        {
            (var kept, _kept) = (_kept, null);
            return kept;
        }
    }

    private void Keep(Connection connection)
    {
        Connection? surplus;
        lock (_lock)
        {
            surplus = _isDisposed || _kept is not null ? connection : null;
            _kept ??= surplus is null ? connection : null;
            _closing ??= _isDisposed ? null : clock.CreateTimer(_ => Take()?.Dispose(), state: null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            _closing?.Change(s_keptFor, Timeout.InfiniteTimeSpan);
        }

        surplus?.Dispose();
    }

    [GeneratedRegex(@"^[245]\.[0-9]{1,3}\.[0-9]{1,3}", RegexOptions.NonBacktracking)]
    private static partial Regex EnhancedCode();

    /// <summary>Opened by the first mail.</summary>
    private sealed class Connection : IDisposable
    {
        private readonly SmtpSettings _settings;
        private readonly SmtpClient _client;

        public Connection(SmtpSettings settings)
        {
            _settings = settings;
            _client = new SmtpClient(Conversation)
            {
                // As every other client of this service; which authorities still vouch for a certificate is left to its short life.
                CheckCertificateRevocation = false,

                // Not the package's own, which knows servers whose certificates it lets pass.
                ServerCertificateValidationCallback = settings.Trusted is null ? static (_, _, _, errors) => errors == SslPolicyErrors.None : IsTrusted,
                Timeout = (int)settings.TimeLimit.TotalMilliseconds,
            };
        }

        public SmtpConversation Conversation { get; } = new();

        public bool IsOpen => _client.IsConnected;

        /// <summary>The server was reached, and wants no more to be said before a mail.</summary>
        public bool IsLetIn { get; private set; }

        public async Task<EmailDelivery> SendAsync(MimeMessage message, CancellationToken cancellationToken)
        {
            Conversation.NextMail();
            if (!_client.IsConnected)
            {
                await _client.ConnectAsync(_settings.Host, _settings.Port, Options(_settings.Security), cancellationToken);

                // In pieces that the server counts there is no dot that ends a mail.
                _client.Capabilities &= ~SmtpCapabilities.Chunking;
                if (_settings.Login is { } login)
                {
                    await _client.AuthenticateAsync(new NetworkCredential(login.User, login.Password.Reveal()), cancellationToken);
                }

                IsLetIn = true;
            }

            // Only where it must be: such a mail cannot pass through servers that know ASCII only.
            var format = FormatOptions.Default.Clone();
            format.International = message.To.Mailboxes.Any(to => !Ascii.IsValid(to.LocalPart));
            if (format.International && !_client.Capabilities.HasFlag(SmtpCapabilities.UTF8))
            {
                return Refused("the server cannot carry an address with letters beyond ASCII");
            }

            await _client.SendAsync(format, message, cancellationToken);
            return EmailDelivery.Accepted;
        }

        /// <summary>Without a farewell, which could hang; what was accepted is accepted.</summary>
        public void Dispose() => _client.Dispose();

        private static SecureSocketOptions Options(SmtpSecurity security) => security switch
        {
            SmtpSecurity.StartTls => SecureSocketOptions.StartTls,
            SmtpSecurity.Tls => SecureSocketOptions.SslOnConnect,
            _ => SecureSocketOptions.None,
        };

        private bool IsTrusted(object sender, X509Certificate? certificate, X509Chain? presented, SslPolicyErrors errors)
        {
            // The name is judged as ever; only who has signed may be others than the machine trusts.
            if (certificate is null || (errors & ~SslPolicyErrors.RemoteCertificateChainErrors) != SslPolicyErrors.None)
            {
                return false;
            }

            using var own = new X509Chain();
            own.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            own.ChainPolicy.CustomTrustStore.AddRange(_settings.Trusted!);
            own.ChainPolicy.ExtraStore.AddRange(presented?.ChainPolicy.ExtraStore ?? []);
            own.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
            own.ChainPolicy.ApplicationPolicy.Add(new("1.3.6.1.5.5.7.3.1"));
            using var copy = X509CertificateLoader.LoadCertificate(certificate.GetRawCertData());
            return own.Build(copy);
        }
    }
}
