using System.Globalization;
using Backend.Application.Common.Messaging;
using Backend.Application.Ports;
using Backend.Domain.Common;
using Backend.Domain.DailyEmails;
using Backend.Domain.History;
using Microsoft.Extensions.Logging;

namespace Backend.Application.DailyEmails;

/// <summary>Sends every mail that is due.</summary>
public sealed record SendDailyEmailsCommand() : ICommand<SentDailyEmails>, IPeriodic;

/// <param name="PutOff">They are tried again later.</param>
public sealed record SentDailyEmails(int Sent, int PutOff, int Failed, int Uncertain);

internal sealed partial class SendDailyEmailsHandler(
    IDailyEmailStore emails, IEmailTransport transport, EmailLinks links, EmailOptions options, TimeProvider clock, ILogger<SendDailyEmailsHandler> logger)
    : ICommandHandler<SendDailyEmailsCommand, SentDailyEmails>
{
    /// <summary>Between attempts; after the last of them, three days on, a mail is given up.</summary>
    private static readonly TimeSpan[] s_pauses =
    [
        TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(30), TimeSpan.FromHours(2), TimeSpan.FromHours(6), TimeSpan.FromHours(12), TimeSpan.FromDays(1), TimeSpan.FromDays(1),
    ];

    /// <summary>While nobody takes mails, one of them finds out again after so long; that is not counted as an attempt.</summary>
    private static readonly TimeSpan s_rest = TimeSpan.FromMinutes(5);

    /// <summary>Of a mail that is older attempts are counted in an outage as well, so that it is given up some day.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromDays(3);

    public async Task<Result<SentDailyEmails>> Handle(SendDailyEmailsCommand command, CancellationToken cancellationToken)
    {
        var counts = new SentDailyEmails(0, 0, 0, 0);
        var isReachable = true;
        while (isReachable && !cancellationToken.IsCancellationRequested && await emails.TryClaimAsync(cancellationToken) is { } ticket)
        {
            (var state, isReachable) = await SendAsync(ticket, cancellationToken);
            counts = state switch
            {
                DailyEmailState.Sent => counts with { Sent = counts.Sent + 1 },
                DailyEmailState.Failed => counts with { Failed = counts.Failed + 1 },
                DailyEmailState.Uncertain => counts with { Uncertain = counts.Uncertain + 1 },
                _ => counts with { PutOff = counts.PutOff + 1 },
            };
        }

        return counts;
    }

    private async Task<(DailyEmailState State, bool IsReachable)> SendAsync(DailyEmailTicket ticket, CancellationToken stop)
    {
        var mayRepeat = transport.TakesRepeatsAsOne || options.ResendUncertain;
        if (ticket.WasInterrupted && !mayRepeat)
        {
            return (await EndAsync(ticket, DailyEmailState.Uncertain, "The process that was sending it ended."), true);
        }

        if (!ticket.IsWanted)
        {
            return (await EndAsync(ticket, DailyEmailState.Failed, "The user wants no mails any more."), true);
        }

        var delivery = await transport.HandOverAsync(
            new OutgoingEmail(ticket.Key.MessageIdLeft, ticket.To, ticket.Content, ticket.CreatedAt, links.Unsubscribe(ticket.Key.UserId)), clock, stop);
        var state = delivery.Status switch
        {
            EmailDeliveryStatus.Accepted => await EndAsync(ticket, DailyEmailState.Sent, reason: null),
            EmailDeliveryStatus.Refused => await EndAsync(ticket, DailyEmailState.Failed, delivery.Reason),
            EmailDeliveryStatus.Uncertain when !mayRepeat => await EndAsync(ticket, DailyEmailState.Uncertain, delivery.Reason),
            EmailDeliveryStatus.Uncertain when ticket.Attempt > s_pauses.Length => await EndAsync(ticket, DailyEmailState.Uncertain, delivery.Reason),
            EmailDeliveryStatus.Unreachable when clock.GetUtcNow() - ticket.CreatedAt < s_patience => await RestAsync(ticket, delivery.Reason),
            _ when ticket.Attempt > s_pauses.Length => await EndAsync(ticket, DailyEmailState.Failed, delivery.Reason),
            EmailDeliveryStatus.Unreachable => await PutOffAsync(ticket, s_rest, delivery.Reason),
            _ => await PutOffAsync(ticket, TimeSpan.Zero, delivery.Reason),
        };
        return (state, delivery.Status != EmailDeliveryStatus.Unreachable);
    }

    private async Task<DailyEmailState> EndAsync(DailyEmailTicket ticket, DailyEmailState state, string? reason)
    {
        var now = clock.GetUtcNow();
        if (state != DailyEmailState.Sent)
        {
            LogNotSent(ticket.Key.RunDate, ticket.Key.UserId.Value, state.ToWord(), ticket.Attempt, reason);
        }

        await emails.TryEndAsync(ticket, state, reason, Entries(ticket, state, now), now, CancellationToken.None);
        return state;
    }

    private async Task<DailyEmailState> PutOffAsync(DailyEmailTicket ticket, TimeSpan rest, string? reason)
    {
        var pause = s_pauses[ticket.Attempt - 1];
        LogPutOff(ticket.Key.RunDate, ticket.Key.UserId.Value, ticket.Attempt, reason, pause);
        await emails.TryPutOffAsync(ticket, pause, rest, isCounted: true, reason ?? "It was not accepted.", CancellationToken.None);
        return DailyEmailState.Pending;
    }

    private async Task<DailyEmailState> RestAsync(DailyEmailTicket ticket, string? reason)
    {
        LogResting(s_rest, reason);
        await emails.TryPutOffAsync(ticket, s_rest, s_rest, isCounted: false, reason ?? "It could not be handed over.", CancellationToken.None);
        return DailyEmailState.Pending;
    }

    private static IReadOnlyCollection<HistoryEntry> Entries(DailyEmailTicket ticket, DailyEmailState state, DateTimeOffset now)
    {
        return [.. Entry(NotificationKind.MapperAlert, ticket.Maps, "maps with new records"), .. Entry(NotificationKind.DriverNotification, ticket.Changes, "changed positions")];

        IEnumerable<HistoryEntry> Entry(NotificationKind kind, int? found, string what) => found is not { } count ? [] :
        [
            new HistoryEntry(
                ticket.Key.UserId,
                kind,
                ticket.Key.RunDate,
                state == DailyEmailState.Sent ? NotificationOutcome.Sent : NotificationOutcome.TechnicalError,
                string.Create(CultureInfo.InvariantCulture, $"{Sentence(state)} ({what}: {count})."),
                count,
                now),
        ];
    }

    private static string Sentence(DailyEmailState state) => state switch
    {
        DailyEmailState.Sent => "The mail was sent",
        DailyEmailState.Uncertain => "It is not known whether the mail arrived",
        _ => "The mail could not be delivered",
    };

    [LoggerMessage(LogLevel.Warning, "The mail of {RunDate} to user {UserId} waits for {Pause} after attempt {Attempt}: {Reason}")]
    private partial void LogPutOff(DateOnly runDate, long userId, int attempt, string? reason, TimeSpan pause);

    [LoggerMessage(LogLevel.Warning, "All mails wait for {Pause}: {Reason}")]
    private partial void LogResting(TimeSpan pause, string? reason);

    [LoggerMessage(LogLevel.Error, "The mail of {RunDate} to user {UserId} is {State} after attempt {Attempt}: {Reason}")]
    private partial void LogNotSent(DateOnly runDate, long userId, string state, int attempt, string? reason);
}
