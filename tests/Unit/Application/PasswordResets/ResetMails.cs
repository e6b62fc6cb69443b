using Backend.Application.DailyEmails;
using Backend.Application.PasswordResets;
using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.Common;
using Backend.Domain.DailyEmails;
using Backend.Unit.Support;
using NSubstitute;

namespace Backend.Unit.Application.PasswordResets;

/// <summary>Wishes for a new password on the stores of <see cref="Areas"/>, and mails that a script takes.</summary>
internal sealed class ResetMails
{
    public const string Client = "192.0.2.1";

    private readonly ISecretSource _secrets = Substitute.For<ISecretSource>();
    private readonly IEmailRenderer _renderer = Substitute.For<IEmailRenderer>();
    private readonly IEmailTransport _transport = Substitute.For<IEmailTransport>();
    private readonly IIdSource _ids = Substitute.For<IIdSource>();
    private int _made;

    public ResetMails()
    {
        _secrets.Next().Returns(_ => new Secret($"token {++_made}"));
        _ids.Next().Returns(_ => new Guid(Noted++, 0, 0, new byte[8]));
        _renderer.RenderPasswordResetAsync(null!, null!, default, default).ReturnsForAnyArgs(
            call => new EmailContent("subject", $"{call.Arg<string>()} {call.Arg<Uri>().AbsoluteUri} {call.Arg<TimeSpan>()}", "html"));
        _transport.SendAsync(null!, default).ReturnsForAnyArgs(call =>
        {
            Sent.Add(call.Arg<OutgoingEmail>());
            return Delivery;
        });
    }

    public Areas Areas { get; } = new(("RateLimits:PasswordReset", "3/900"), ("RateLimits:PasswordResetAccount", "5/3600"), ("RateLimits:PasswordResetAccountAddress", "2/3600"), ("RateLimits:MailPages", "4/60"), ("RateLimits:ConfirmPasswordReset", "4/900"));

    public RecordingLogger<SendPasswordResetsHandler> Logger { get; } = new();

    public EmailDelivery Delivery { get; set; } = EmailDelivery.Accepted;

    public int Noted { get; private set; }

    public List<OutgoingEmail> Sent { get; } = [];

    public EmailLinks Links { get; } = new(new EmailOptions { PublicBaseUrl = new Uri("https://tm.example.org/records/") }, Substitute.For<IMailTokens>());

    public Task<Result<Nothing>> RequestAsync(string email, string client = Client) =>
        new RequestPasswordResetHandler(Areas.PasswordResets, Areas.Limiter, _ids).Handle(new RequestPasswordResetCommand(email, client), CancellationToken.None);

    public async Task<SentPasswordResets> SendAsync() => (await new SendPasswordResetsHandler(Areas.PasswordResets, _secrets, _renderer, _transport, Links, Areas.Clock, Logger)
        .Handle(new SendPasswordResetsCommand(), CancellationToken.None)).Value;

    /// <summary>His token is "token 1", that of the next one "token 2".</summary>
    public async Task<User> MailedAsync(string name = "Demo Mapper")
    {
        var user = await Areas.AddUserAsync(name);
        await Areas.PasswordResets.NoteAsync(user.Email, new PasswordResetId(Make.SomeId), CancellationToken.None);
        (await SendAsync()).Sent.ShouldBe(1);
        return user;
    }

    public Task<UserId?> OwnerOfAsync(string token) => Areas.PasswordResets.FindAsync(ResetTokenHash.Of(new Secret(token)), CancellationToken.None);
}
