using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.Common;
using Backend.Domain.DriverNotifications;

namespace Backend.Infrastructure.InMemory;

internal sealed class InMemoryDriverNotificationStore(InMemoryRelations relations) : IDriverNotificationStore
{
    public Task<AddDriverNotificationOutcome> AddAsync(NewDriverNotification notification, int maxPerUser, CancellationToken cancellationToken) => relations.StepAsync(
        tables =>
        {
            var own = tables.DriverNotifications.Where(n => n.UserId == notification.UserId).ToList();
            if (own.Exists(n => n.MapUid == notification.MapUid))
            {
                return new AddDriverNotificationOutcome(AddDriverNotificationStatus.Exists);
            }

            if (own.Count >= maxPerUser)
            {
                return new AddDriverNotificationOutcome(AddDriverNotificationStatus.Full);
            }

            if (!tables.Users.ContainsKey(notification.UserId))
            {
                return new AddDriverNotificationOutcome(AddDriverNotificationStatus.NoSuchUser);
            }

            var createdAt = notification.CreatedAt.ToWholeMilliseconds();
            var stored = new DriverNotification(
                new DriverNotificationId(relations.NextId()),
                notification.UserId,
                notification.AccountId,
                notification.MapUid,
                notification.MapName,
                notification.Position,
                notification.PersonalBest,
                DriverNotificationStatus.Active,
                createdAt,
                createdAt);
            tables.DriverNotifications.Add(stored);
            return new AddDriverNotificationOutcome(AddDriverNotificationStatus.Added, stored);
        },
        cancellationToken);

    public Task<IReadOnlyList<DriverNotification>> ListAsync(UserId userId, CancellationToken cancellationToken) => relations.StepAsync(
        tables => (IReadOnlyList<DriverNotification>)[.. tables.DriverNotifications.Where(n => n.UserId == userId).OrderByDescending(n => n.CreatedAt).ThenByDescending(n => n.Id.Value)],
        cancellationToken);

    public Task<bool> RemoveAsync(UserId userId, DriverNotificationId id, CancellationToken cancellationToken) =>
        relations.StepAsync(tables => tables.DriverNotifications.RemoveAll(n => n.Id == id && n.UserId == userId) > 0, cancellationToken);

    public Task<IReadOnlyDictionary<UserId, int>> CountOfAsync(IReadOnlyCollection<UserId> userIds, CancellationToken cancellationToken)
    {
        var wanted = userIds.ToHashSet();
        return relations.StepAsync(
            tables => (IReadOnlyDictionary<UserId, int>)tables.DriverNotifications.Where(n => wanted.Contains(n.UserId)).CountBy(n => n.UserId).ToDictionary(),
            cancellationToken);
    }

    public Task<long> CountAsync(CancellationToken cancellationToken) => relations.StepAsync(static tables => (long)tables.DriverNotifications.Count, cancellationToken);
}
