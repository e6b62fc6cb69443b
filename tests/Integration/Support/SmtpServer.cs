using System.Net.Http.Json;

namespace Backend.Integration.Support;

/// <summary>A server for outgoing mail on localhost: with STARTTLS, with TLS from the first byte, and in the clear. It keeps mails in memory.</summary>
internal sealed class SmtpServer : LoopbackServer
{
    public const string User = "records@example.org";
    public const string Password = "a password of the tests";

    private readonly HttpClient _control = new();

    private SmtpServer()
    {
    }

    public TestCertificates Certificates { get; } = new();

    public SmtpState Ports { get; private set; } = null!;

    public static async Task<SmtpServer> StartAsync()
    {
        var server = new SmtpServer();
        try
        {
            await server.StartOnAnyPortAsync();
            server.Ports = await server.LookAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Forgets what was, and does nothing wrong from now on.</summary>
    public Task BehaveAsync() => TellAsync(new { });

    /// <summary>Forgets what was, and says this at that place from now on.</summary>
    /// <param name="at"><c>connect</c>, <c>login</c>, <c>sender</c>, <c>recipient</c>, or <c>end</c>: after the whole mail.</param>
    public Task AnswerAsync(string at, string answer) => TellAsync(new { at, answer });

    /// <summary>Forgets what was, and cuts the connection at that place from now on.</summary>
    /// <param name="at">As above, or <c>middle</c>: of the mail.</param>
    public Task DropAsync(string at) => TellAsync(new { at, drop = true });

    /// <summary>Forgets what was, and says nothing at that place from now on.</summary>
    public Task HangAsync(string at) => TellAsync(new { at });

    /// <summary>Ends all connections, and says so on each.</summary>
    public async Task SayFarewellAsync()
    {
        using var answer = await _control.PostAsync(new Uri(Address, "/farewell"), content: null);
        answer.EnsureSuccessStatusCode();
    }

    public async Task<SmtpState> LookAsync() => (await _control.GetFromJsonAsync<SmtpState>(Address))!;

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _control.Dispose();
        Certificates.Dispose();
    }

    protected override IReadOnlyList<string> Command(string port) => ["node", ServerPackages.Script("smtp.mjs"), port, Certificates.KeyFile, Certificates.CertificateFile];

    private async Task TellAsync(object trouble)
    {
        using var answer = await _control.PutAsJsonAsync(new Uri(Address, "/trouble"), trouble);
        answer.EnsureSuccessStatusCode();
    }
}

/// <param name="Met">How often the trouble was met that was told.</param>
/// <param name="Connections">Made since then.</param>
/// <param name="Open">Now.</param>
internal sealed record SmtpState(int StartTls, int Tls, int Plain, int Met, int Connections, int Open, IReadOnlyList<ReceivedMail> Mails);

/// <param name="User">Null: nobody had signed in.</param>
/// <param name="Source">The whole mail, as it came.</param>
internal sealed record ReceivedMail(string? User, bool IsSecure, string From, IReadOnlyList<string> To, byte[] Source);
