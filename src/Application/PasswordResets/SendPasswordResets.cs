using Backend.Application.Common.Messaging;
using Backend.Application.DailyEmails;
using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.Common;
using Microsoft.Extensions.Logging;

namespace Backend.Application.PasswordResets;

/// <summary>Sends the mail of every wish for a new password that is due.</summary>
public sealed record SendPasswordResetsCommand() : ICommand<SentPasswordResets>, IPeriodic;

/// <param name="PutOff">They are tried again later.</param>
public sealed record SentPasswordResets(int Sent, int PutOff, int GivenUp);

internal sealed partial class SendPasswordResetsHandler(
    IPasswordResetStore resets, ISecretSource secrets, IEmailRenderer renderer, IEmailTransport transport, EmailLinks links, TimeProvider clock, ILogger<SendPasswordResetsHandler> logger)
    : ICommandHandler<SendPasswordResetsCommand, SentPasswordResets>
{
    /// <summary>How long a link is good, from the moment in which its mail is handed over.</summary>
    public static readonly TimeSpan Validity = TimeSpan.FromMinutes(10);

    /// <summary>Nobody waits for longer.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromHours(1);

    /// <summary>Between attempts.</summary>
    private static readonly TimeSpan[] s_pauses = [TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(15), TimeSpan.FromMinutes(30)];

    public async Task<Result<SentPasswordResets>> Handle(SendPasswordResetsCommand command, CancellationToken cancellationToken)
    {
        var counts = new SentPasswordResets(0, 0, 0);
        var isReachable = true;
        while (isReachable && !cancellationToken.IsCancellationRequested && await resets.TryClaimAsync(cancellationToken) is { } ticket)
        {
            (var outcome, isReachable) = await SendAsync(ticket, cancellationToken);
            counts = outcome switch
            {
                Outcome.Sent => counts with { Sent = counts.Sent + 1 },
                Outcome.PutOff => counts with { PutOff = counts.PutOff + 1 },
                Outcome.GivenUp => counts with { GivenUp = counts.GivenUp + 1 },
                _ => counts,
            };
        }

        return counts;
    }

    private async Task<(Outcome Outcome, bool IsReachable)> SendAsync(PasswordResetTicket ticket, CancellationToken stop)
    {
        // One whose sender died is tried again as well: of two mails the link in the later one works.
        if (ticket.Age > s_patience || ticket.Attempt > s_pauses.Length + 1)
        {
            return (await GiveUpAsync(ticket, "It has waited for too long."), true);
        }

        // Made only now, so that a token is never kept, and new for each attempt.
        var token = secrets.Next();
        if (!await resets.TryArmAsync(ticket, ResetTokenHash.Of(token), Validity, CancellationToken.None))
        {
            return (Outcome.Lost, true);
        }

        var content = await renderer.RenderPasswordResetAsync(ticket.UserName.Value, links.NewPassword(token), Validity, CancellationToken.None);
        var delivery = await transport.HandOverAsync(new OutgoingEmail(ticket.Id.MessageIdLeft(ticket.Attempt), ticket.To, content, clock.GetUtcNow(), Unsubscribe: null), clock, stop);

        // The others would each wait for the same trouble.
        return (await SettleAsync(ticket, delivery), delivery.Status != EmailDeliveryStatus.Unreachable);
    }

    private async Task<Outcome> SettleAsync(PasswordResetTicket ticket, EmailDelivery delivery)
    {
        switch (delivery.Status)
        {
            case EmailDeliveryStatus.Accepted:
                await resets.TryEndAsync(ticket, CancellationToken.None);
                return Outcome.Sent;
            case EmailDeliveryStatus.Uncertain:
                // Should it have arrived, its link may as well work.
                LogGivenUp(ticket.UserId.Value, ticket.Attempt, delivery.Reason);
                await resets.TryEndAsync(ticket, CancellationToken.None);
                return Outcome.GivenUp;
            case EmailDeliveryStatus.Deferred or EmailDeliveryStatus.Unreachable when ticket.Attempt <= s_pauses.Length && ticket.Age + s_pauses[ticket.Attempt - 1] <= s_patience:
                var pause = s_pauses[ticket.Attempt - 1];
                LogPutOff(ticket.UserId.Value, ticket.Attempt, delivery.Reason, pause);
                await resets.TryPutOffAsync(ticket, pause, CancellationToken.None);
                return Outcome.PutOff;
            default:
                return await GiveUpAsync(ticket, delivery.Reason);
        }
    }

    private async Task<Outcome> GiveUpAsync(PasswordResetTicket ticket, string? reason)
    {
        LogGivenUp(ticket.UserId.Value, ticket.Attempt, reason);
        await resets.TryGiveUpAsync(ticket, CancellationToken.None);
        return Outcome.GivenUp;
    }

    private enum Outcome
    {
        /// <summary>It is somebody else's by now, or gone.</summary>
        Lost,
        Sent,
        PutOff,
        GivenUp,
    }

    [LoggerMessage(LogLevel.Warning, "The mail for a new password of user {UserId} waits for {Pause} after attempt {Attempt}: {Reason}")]
    private partial void LogPutOff(long userId, int attempt, string? reason, TimeSpan pause);

    [LoggerMessage(LogLevel.Error, "The mail for a new password of user {UserId} is given up after attempt {Attempt}: {Reason}")]
    private partial void LogGivenUp(long userId, int attempt, string? reason);
}
