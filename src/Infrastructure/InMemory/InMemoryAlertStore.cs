using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.Alerts;
using Backend.Domain.Common;

namespace Backend.Infrastructure.InMemory;

internal sealed class InMemoryAlertStore(InMemoryRelations relations, TimeProvider clock) : IAlertStore
{
    public Task<AddAlertOutcome> AddAsync(NewAlert alert, CancellationToken cancellationToken) => relations.StepAsync(
        tables =>
        {
            if (!tables.Users.ContainsKey(alert.UserId))
            {
                return new AddAlertOutcome(AddAlertStatus.NoSuchUser);
            }

            var stored = new MapperAlert(
                new AlertId(relations.NextId()), alert.UserId, alert.Mode, alert.Filter, MapCount: 0, WatchedMaps: 0, MapCountState.Counting, alert.CreatedAt.ToWholeMilliseconds());
            return tables.Alerts.TryAdd(alert.UserId, new InMemoryRelations.AlertRow(stored, clock.GetUtcNow()))
                ? new AddAlertOutcome(AddAlertStatus.Added, stored)
                : new AddAlertOutcome(AddAlertStatus.Exists);
        },
        cancellationToken);

    public Task<MapperAlert?> FindAsync(UserId userId, CancellationToken cancellationToken) =>
        relations.StepAsync(tables => tables.Alerts.GetValueOrDefault(userId)?.Alert, cancellationToken);

    public Task<IReadOnlyDictionary<UserId, MapperAlert>> FindAllAsync(IReadOnlyCollection<UserId> userIds, CancellationToken cancellationToken) => relations.StepAsync(
        tables => (IReadOnlyDictionary<UserId, MapperAlert>)userIds.Distinct().Where(tables.Alerts.ContainsKey).ToDictionary(id => id, id => tables.Alerts[id].Alert),
        cancellationToken);

    public Task<bool> SetFilterAsync(UserId userId, AlertId alertId, RecordFilter filter, CancellationToken cancellationToken) => relations.StepAsync(
        tables =>
        {
            if (Find(tables, userId, alertId) is not { } row)
            {
                return false;
            }

            row.Alert = row.Alert with { Filter = filter };
            return true;
        },
        cancellationToken);

    public Task<MapperAlert?> SetModeAsync(UserId userId, AlertMode mode, CancellationToken cancellationToken) => relations.StepAsync(
        tables =>
        {
            if (tables.Alerts.GetValueOrDefault(userId) is not { } row)
            {
                return null;
            }

            var before = row.Alert;
            row.Alert = before with { Mode = mode };
            row.CountAnew(clock.GetUtcNow());
            return before;
        },
        cancellationToken);

    public Task<bool> RemoveAsync(UserId userId, AlertId alertId, CancellationToken cancellationToken) =>
        relations.StepAsync(tables => Find(tables, userId, alertId) is not null && tables.RemoveAlert(userId), cancellationToken);

    public Task<IReadOnlyList<WatchedMap>> ReadMapsAsync(AlertId alertId, CancellationToken cancellationToken) =>
        relations.StepAsync(tables => tables.Alerts.Values.FirstOrDefault(row => row.Alert.Id == alertId)?.Maps ?? [], cancellationToken);

    public Task<long> CountWatchedMapsAsync(CancellationToken cancellationToken) =>
        relations.StepAsync(static tables => tables.Alerts.Values.Sum(row => (long)row.Maps.Count), cancellationToken);

    public Task<MapCountTicket?> TryClaimCountAsync(CancellationToken cancellationToken) => relations.StepAsync(
        tables =>
        {
            var now = clock.GetUtcNow();
            if (tables.Alerts.Values.Where(row => row.Due <= now).MinBy(row => row.Due) is not { } row)
            {
                return null;
            }

            row.Due = now + IAlertStore.CountLease;
            return new MapCountTicket(row.Alert, ++row.Attempt, ++row.Fence);
        },
        cancellationToken);

    public Task<bool> TrySaveCountAsync(
        MapCountTicket ticket, int mapCount, AlertMode mode, IReadOnlyList<WatchedMap> maps, int maxWatched, DateTimeOffset countedAt, CancellationToken cancellationToken) =>
        TryEndAsync(ticket, row => Save(row, mapCount, mode, maps, maxWatched, countedAt), cancellationToken);

    public Task<MapperAlert?> SaveCountAsync(
        AlertId alertId, AlertMode expected, int mapCount, AlertMode mode, IReadOnlyList<WatchedMap> maps, int maxWatched, DateTimeOffset countedAt, CancellationToken cancellationToken) =>
        relations.StepAsync(
            tables =>
            {
                if (tables.Alerts.Values.FirstOrDefault(row => row.Alert.Id == alertId) is not { } row || row.Alert.Mode != expected)
                {
                    return null;
                }

                Save(row, mapCount, mode, maps, maxWatched, countedAt);
                row.Fence++;
                return row.Alert;
            },
            cancellationToken);

    public Task<bool> TryPutOffCountAsync(MapCountTicket ticket, TimeSpan? pause, CancellationToken cancellationToken) => TryEndAsync(
        ticket,
        row =>
        {
            row.Due = pause is { } wait ? clock.GetUtcNow() + wait : null;
            row.Alert = pause is null ? row.Alert with { CountState = MapCountState.Failed } : row.Alert;
        },
        cancellationToken);

    private Task<bool> TryEndAsync(MapCountTicket ticket, Action<InMemoryRelations.AlertRow> end, CancellationToken cancellationToken) => relations.StepAsync(
        tables =>
        {
            if (Find(tables, ticket.Alert.UserId, ticket.Alert.Id) is not { } row || row.Fence != ticket.Fence)
            {
                return false;
            }

            end(row);
            row.Fence++;
            return true;
        },
        cancellationToken);

    private static void Save(InMemoryRelations.AlertRow row, int mapCount, AlertMode mode, IReadOnlyList<WatchedMap> maps, int maxWatched, DateTimeOffset countedAt)
    {
        row.Maps = [.. maps.DistinctBy(map => map.Uid).Take(maxWatched)];
        row.Alert = row.Alert with
        {
            MapCount = mapCount,
            WatchedMaps = row.Maps.Count,
            Mode = mode,
            CountState = MapCountState.Counted,
            CountedAt = countedAt.ToWholeMilliseconds(),
        };
        row.Due = null;
    }

    private static InMemoryRelations.AlertRow? Find(InMemoryRelations.Tables tables, UserId userId, AlertId alertId) =>
        tables.Alerts.GetValueOrDefault(userId) is { } row && row.Alert.Id == alertId ? row : null;
}
