using MailKit;

namespace Backend.Infrastructure.Email;

/// <summary>
/// Listens to what is said to a server, and keeps only how far the mail of the moment is: whether it is accepted turns on
/// the dot at its end.
/// </summary>
internal sealed class SmtpConversation : IProtocolLogger
{
    private static ReadOnlySpan<byte> End => "\r\n.\r\n"u8;

    private static ReadOnlySpan<byte> GoAhead => "354"u8;

    private readonly byte[] _last = new byte[End.Length];

    /// <summary>How much of the line that the server is saying is what asks for the mail; -1 when it is something else.</summary>
    private int _heard;

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

    /// <summary>The answer that asks for the mail may come in pieces, or behind others.</summary>
    public void LogServer(byte[] buffer, int offset, int count)
    {
        foreach (var heard in buffer.AsSpan(offset, count))
        {
            _heard = heard == '\n' ? 0 : _heard >= 0 && _heard < GoAhead.Length && heard == GoAhead[_heard] ? _heard + 1 : -1;
            HasBegun |= _heard == GoAhead.Length;
        }
    }

    public void Dispose()
    {
    }
}
