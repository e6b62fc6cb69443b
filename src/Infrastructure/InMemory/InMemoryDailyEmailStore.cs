using Backend.Application.Ports;
using Backend.Domain.Common;
using Backend.Domain.DailyEmails;
using Backend.Domain.DailyRuns;
using Backend.Domain.History;

namespace Backend.Infrastructure.InMemory;

internal sealed class InMemoryDailyEmailStore(InMemoryRelations relations, TimeProvider clock) : IDailyEmailStore
{
    public Task<DailyEmailTicket?> TryClaimAsync(CancellationToken cancellationToken) => relations.StepAsync(
        tables =>
        {
            var now = clock.GetUtcNow();
            if (tables.DailyEmails.Values.Any(e => e.RestUntil > now) || tables.DailyEmails.Where(e => e.Value.Due <= now).OrderBy(e => e.Value.Due).Select(e => e.Key).Cast<DailyCheckKey?>().FirstOrDefault() is not { } key)
            {
                return null;
            }

            var row = tables.DailyEmails[key];
            var wasInterrupted = row.State == DailyEmailState.Sending;
            row.State = DailyEmailState.Sending;
            row.Due = now + IDailyEmailStore.Lease;
            var user = tables.Users[key.UserId];
            return new DailyEmailTicket(
                new DailyEmailKey(key.RunDate, key.UserId),
                user.Email,
                row.Email.Content,
                row.Email.Maps,
                row.Email.Changes,
                row.CreatedAt,
                ++row.Attempts,
                user.Mail.MapperMail || user.Mail.DriverMail,
                wasInterrupted,
                ++row.Fence);
        },
        cancellationToken);

    public Task<bool> TryEndAsync(
        DailyEmailTicket ticket, DailyEmailState state, string? reason, IReadOnlyCollection<HistoryEntry> history, DateTimeOffset now, CancellationToken cancellationToken) => HeldAsync(
        ticket,
        (tables, row) =>
        {
            var moment = now.ToWholeMilliseconds();
            (row.State, row.Reason, row.Due, row.UpdatedAt) = (state, reason, null, moment);
            tables.History.AddRange(history.Select(entry => entry with { CreatedAt = moment }));
        },
        cancellationToken);

    public Task<bool> TryPutOffAsync(DailyEmailTicket ticket, TimeSpan pause, TimeSpan rest, bool isCounted, string reason, CancellationToken cancellationToken) => HeldAsync(
        ticket,
        (_, row) =>
        {
            var now = clock.GetUtcNow();
            (row.State, row.Reason, row.Due, row.RestUntil) = (DailyEmailState.Pending, reason, now + pause, now + rest);
            row.Attempts -= isCounted ? 0 : 1;
        },
        cancellationToken);

    public Task<IReadOnlyList<UnsentEmail>> ListUnsentAsync(DateOnly since, int limit, CancellationToken cancellationToken) => relations.StepAsync(
        tables => (IReadOnlyList<UnsentEmail>)
        [
            .. tables.DailyEmails.Where(e => e.Value.State != DailyEmailState.Sent && e.Key.RunDate >= since)
                .OrderByDescending(e => e.Key.RunDate).ThenBy(e => e.Key.UserId.Value).Take(limit)
                .Select(e => new UnsentEmail(
                    new DailyEmailKey(e.Key.RunDate, e.Key.UserId), tables.Users[e.Key.UserId].Name, e.Value.State, e.Value.Attempts, e.Value.Reason, e.Value.UpdatedAt)),
        ],
        cancellationToken);

    private Task<bool> HeldAsync(DailyEmailTicket ticket, Action<InMemoryRelations.Tables, InMemoryRelations.EmailRow> step, CancellationToken cancellationToken) => relations.StepAsync(
        tables =>
        {
            if (tables.DailyEmails.GetValueOrDefault(new DailyCheckKey(ticket.Key.RunDate, ticket.Key.UserId)) is not { State: DailyEmailState.Sending } row || row.Fence != ticket.Fence)
            {
                return false;
            }

            step(tables, row);
            row.Fence++;
            return true;
        },
        cancellationToken);
}
