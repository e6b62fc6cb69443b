using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.Common;
using Backend.Domain.History;

namespace Backend.Infrastructure.InMemory;

internal sealed class InMemoryNotificationHistory(InMemoryRelations relations) : INotificationHistory
{
    public Task<bool> AddAsync(HistoryEntry entry, CancellationToken cancellationToken) => relations.StepAsync(
        tables =>
        {
            if (!tables.Users.ContainsKey(entry.UserId))
            {
                return false;
            }

            tables.History.Add(entry with { CreatedAt = entry.CreatedAt.ToWholeMilliseconds() });
            return true;
        },
        cancellationToken);

    // The sort is stable, so entries of one date stay in the order in which they came.
    public Task<IReadOnlyList<HistoryEntry>> ListAsync(UserId userId, DateOnly since, CancellationToken cancellationToken) => relations.StepAsync(
        tables => (IReadOnlyList<HistoryEntry>)[.. tables.History.Where(e => e.UserId == userId && e.Date >= since).OrderByDescending(e => e.Date)],
        cancellationToken);

    public Task<IReadOnlyList<NamedHistoryEntry>> ListAllAsync(DateOnly since, CancellationToken cancellationToken) => relations.StepAsync(
        tables => (IReadOnlyList<NamedHistoryEntry>)[.. tables.History.Where(e => e.Date >= since).OrderByDescending(e => e.Date).Select(e => new NamedHistoryEntry(tables.Users[e.UserId].Name, e))],
        cancellationToken);

    public Task<long> CountSentAlertsAsync(CancellationToken cancellationToken) => relations.StepAsync(
        static tables => (long)tables.History.Count(e => e is { Kind: NotificationKind.MapperAlert, Outcome: NotificationOutcome.Sent }),
        cancellationToken);
}
