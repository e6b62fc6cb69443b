using System.Security.Cryptography.X509Certificates;
using Backend.Domain.Common;
using MimeKit;

namespace Backend.Infrastructure.Email;

/// <summary>A server for outgoing mail, and how to deal with it.</summary>
/// <param name="Trusted">The only authorities that the server's certificate may come from; null: those of the machine.</param>
/// <param name="Login">Null: the server takes mail from this machine without.</param>
/// <param name="TimeLimit">For one mail, with whatever has to be said before it.</param>
internal sealed record SmtpSettings(
    string Host, int Port, SmtpSecurity Security, X509Certificate2Collection? Trusted, SmtpLogin? Login, MailboxAddress From, TimeSpan TimeLimit);

/// <param name="Keys">The settings that it comes from, for operators.</param>
internal sealed record SmtpLogin(string User, Secret Password, string Keys);

/// <summary>How the connection is kept from being read; the names are those of the setting.</summary>
internal enum SmtpSecurity
{
    /// <summary>TLS after a greeting in the clear; a server that does not offer it gets nothing.</summary>
    StartTls,

    /// <summary>TLS from the first byte.</summary>
    Tls,

    /// <summary>For a server on this very machine.</summary>
    None,
}
