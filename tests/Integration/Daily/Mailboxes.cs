using System.Globalization;
using Backend.Domain.Accounts;
using Backend.Integration.Support;
using MimeKit;

namespace Backend.Integration.Daily;

/// <summary>Where the mails of a simulation arrive.</summary>
internal interface IMailbox : IAsyncDisposable
{
    /// <summary>Each accepted mail arrives; else it may be lost, and is listed as uncertain then.</summary>
    bool IsCertain { get; }

    IReadOnlyDictionary<string, string> Settings { get; }

    /// <summary>Something goes wrong from now on, or nothing.</summary>
    Task DisturbAsync(Random random);

    /// <summary>Nothing goes wrong any more.</summary>
    Task CalmAsync();

    /// <summary>The mails of one run to one user: one at most, if all is well.</summary>
    Task<IReadOnlyList<MimeMessage>> ReadAsync(BackendHost host, DateOnly date, UserId user);
}

/// <summary>Names of mails, as the product gives them.</summary>
internal static class MailNames
{
    public static string Of(DateOnly date, UserId user) => string.Create(CultureInfo.InvariantCulture, $"daily.{date:yyyyMMdd}.{user.Value}");
}

internal sealed class FolderMailbox : IMailbox
{
    public bool IsCertain => true;

    public IReadOnlyDictionary<string, string> Settings { get; } = new Dictionary<string, string>(StringComparer.Ordinal);

    public Task DisturbAsync(Random random) => Task.CompletedTask;

    public Task CalmAsync() => Task.CompletedTask;

    public Task<IReadOnlyList<MimeMessage>> ReadAsync(BackendHost host, DateOnly date, UserId user) => Task.FromResult<IReadOnlyList<MimeMessage>>(
        Directory.Exists(host.MailFolder) ? [.. Directory.GetFiles(host.MailFolder, $"{MailNames.Of(date, user)}.*").Where(file => file.EndsWith(".eml", StringComparison.Ordinal)).Order(StringComparer.Ordinal).Select(file => MimeMessage.Load(file))] : []);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

internal sealed class ServerMailbox : IMailbox
{
    private readonly SmtpServer _server;
    private readonly List<MimeMessage> _received = [];

    private ServerMailbox(SmtpServer server) => _server = server;

    public bool IsCertain => false;

    public IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["Adapters:Email"] = "Smtp",
        ["Email:SmtpHost"] = "127.0.0.1",
        ["Email:SmtpPort"] = _server.Ports.Plain.ToString(CultureInfo.InvariantCulture),
        ["Email:SmtpSecurity"] = "None",
        ["Email:From"] = "records@example.org",

        // Minutes pass in milliseconds here.
        ["Email:TimeLimit"] = "00:10:00",
    };

    public static async Task<ServerMailbox> StartAsync() => new(await SmtpServer.StartAsync());

    public async Task DisturbAsync(Random random)
    {
        await CollectAsync();
        await (random.Next(8) switch
        {
            0 => _server.AnswerAsync("recipient", "451 come back later"),
            1 => _server.AnswerAsync("end", "421 too busy"),
            2 => _server.DropAsync("connect"),
            3 => _server.DropAsync("middle"),
            4 or 5 => _server.DropAsync("end"),
            _ => _server.BehaveAsync(),
        });
    }

    public async Task CalmAsync()
    {
        await CollectAsync();
        await _server.BehaveAsync();
    }

    public async Task<IReadOnlyList<MimeMessage>> ReadAsync(BackendHost host, DateOnly date, UserId user)
    {
        await CalmAsync();
        return [.. _received.Where(mail => mail.MessageId!.StartsWith($"{MailNames.Of(date, user)}@", StringComparison.Ordinal))];
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    /// <summary>The server forgets when it is told something else.</summary>
    private async Task CollectAsync()
    {
        foreach (var mail in (await _server.LookAsync()).Mails)
        {
            using var source = new MemoryStream(mail.Source);
            _received.Add(await MimeMessage.LoadAsync(source));
        }
    }
}
