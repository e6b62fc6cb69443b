using MailKit;

namespace Backend.Infrastructure.Email;

/// <summary>
/// Listens to what is said to a server, and keeps only how far the mail of the moment is: whether it is accepted turns on
/// the dot at its end.
/// </summary>
internal sealed class SmtpConversation : IProtocolLogger
{
    private static ReadOnlySpan<byte> End => "\r\n.\r\n"u8;

    private readonly byte[] _last = new byte[End.Length];

    /// <summary>The server is being sent the mail itself.</summary>
    public bool HasBegun { get; private set; }

    /// <summary>It was sent everything, the dot at the end included.</summary>
    public bool IsComplete { get; private set; }

    IAuthenticationSecretDetector? IProtocolLogger.AuthenticationSecretDetector { get; set; }

    public void NextMail()
    {
        (HasBegun, IsComplete) = (false, false);
        Array.Clear(_last);
    }

    public void LogConnect(Uri uri)
    {
    }

    /// <summary>Called when the bytes have been handed to the connection.</summary>
    public void LogClient(byte[] buffer, int offset, int count)
    {
        if (!HasBegun)
        {
            return;
        }

        var kept = Math.Max(0, _last.Length - count);
        _last.AsSpan(_last.Length - kept).CopyTo(_last);
        buffer.AsSpan(offset + count - (_last.Length - kept), _last.Length - kept).CopyTo(_last.AsSpan(kept));
        IsComplete |= _last.AsSpan().SequenceEqual(End);
    }

    /// <summary>The answer that asks for the mail may come in pieces, or behind others: rather too early than too late.</summary>
    public void LogServer(byte[] buffer, int offset, int count) => HasBegun |= buffer.AsSpan(offset, count).IndexOf("354"u8) >= 0;

    public void Dispose()
    {
    }
}
