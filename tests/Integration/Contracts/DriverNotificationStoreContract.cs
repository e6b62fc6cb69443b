using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.DriverNotifications;
using Backend.Domain.Tracks;
using Backend.Integration.Support;

namespace Backend.Integration.Contracts;

/// <summary>What every <see cref="IDriverNotificationStore"/> does.</summary>
public abstract class DriverNotificationStoreContract
{
    private const int NoLimit = int.MaxValue;

    protected abstract Task<(IDriverNotificationStore Notifications, IUserStore Users)> CreateAsync();

    [Fact]
    public async Task A_notification_comes_back_as_added()
    {
        var (store, users) = await CreateAsync();
        var wanted = New((await users.AddAsync()).Id) with { MapName = "O'Reilly -- <b>;select & 🏁 $fff", Position = 3, PersonalBest = RecordTime.FromMilliseconds(3_000_000_000) };

        var outcome = await store.AddAsync(wanted, NoLimit, CancellationToken.None);

        outcome.Status.ShouldBe(AddDriverNotificationStatus.Added);
        outcome.Notification.ShouldBe(new DriverNotification(
            outcome.Notification!.Id, wanted.UserId, wanted.AccountId, wanted.MapUid, wanted.MapName, 3, wanted.PersonalBest, DriverNotificationStatus.Active, wanted.CreatedAt, wanted.CreatedAt));
        (await store.ListAsync(wanted.UserId, CancellationToken.None)).ShouldBe([outcome.Notification]);
    }

    [Fact]
    public async Task A_secret_time_stays_secret()
    {
        var (store, users) = await CreateAsync();
        var user = await users.AddAsync();

        await store.AddAsync(New(user.Id) with { PersonalBest = RecordTime.Secret }, NoLimit, CancellationToken.None);

        (await store.ListAsync(user.Id, CancellationToken.None)).ShouldHaveSingleItem().PersonalBest.IsSecret.ShouldBeTrue();
    }

    [Fact]
    public async Task What_is_unknown_is_absent_everywhere()
    {
        var (store, users) = await CreateAsync();
        var user = await users.AddAsync();

        (await store.ListAsync(user.Id, CancellationToken.None)).ShouldBeEmpty();
        (await store.RemoveAsync(user.Id, new DriverNotificationId(1), CancellationToken.None)).ShouldBeFalse();
        (await store.CountOfAsync([user.Id], CancellationToken.None)).ShouldBeEmpty();
        (await store.CountAsync(CancellationToken.None)).ShouldBe(0);
        (await store.AddAsync(New(new UserId(long.MaxValue)), NoLimit, CancellationToken.None)).ShouldBe(new AddDriverNotificationOutcome(AddDriverNotificationStatus.NoSuchUser));
    }

    [Fact]
    public async Task A_user_has_one_for_each_map_and_the_reasons_have_an_order()
    {
        var (store, users) = await CreateAsync();
        var (user, other) = (await users.AddAsync(), await users.AddAsync());
        var first = New(user.Id);
        await store.AddAsync(first, 1, CancellationToken.None);

        (await store.AddAsync(first, 1, CancellationToken.None)).Status.ShouldBe(AddDriverNotificationStatus.Exists);
        (await store.AddAsync(New(user.Id), 1, CancellationToken.None)).Status.ShouldBe(AddDriverNotificationStatus.Full);
        (await store.AddAsync(first with { UserId = other.Id }, 1, CancellationToken.None)).Status.ShouldBe(AddDriverNotificationStatus.Added);
    }

    [Fact]
    public async Task Of_many_for_one_map_at_once_one_is_there()
    {
        var (store, users) = await CreateAsync();
        var wanted = New((await users.AddAsync()).Id);

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Task.Run(() => store.AddAsync(wanted, NoLimit, CancellationToken.None))));

        outcomes.Count(o => o.Status == AddDriverNotificationStatus.Added).ShouldBe(1);
        outcomes.Count(o => o.Status == AddDriverNotificationStatus.Exists).ShouldBe(49);
    }

    [Fact]
    public async Task The_limit_is_never_exceeded()
    {
        var (store, users) = await CreateAsync();
        var user = await users.AddAsync();

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Task.Run(() => store.AddAsync(New(user.Id), 10, CancellationToken.None))));

        outcomes.Count(o => o.Status == AddDriverNotificationStatus.Added).ShouldBe(10);
        outcomes.Count(o => o.Status == AddDriverNotificationStatus.Full).ShouldBe(40);
        (await store.ListAsync(user.Id, CancellationToken.None)).Count.ShouldBe(10);
    }

    [Fact]
    public async Task They_are_listed_newest_first_and_counted()
    {
        var (store, users) = await CreateAsync();
        var (user, other) = (await users.AddAsync(), await users.AddAsync());
        var ids = new List<DriverNotificationId>();
        foreach (var minutes in new[] { 1, 2, 2, 0 })
        {
            ids.Add((await store.AddAsync(New(user.Id) with { CreatedAt = TestUsers.CreatedAt.AddMinutes(minutes) }, NoLimit, CancellationToken.None)).Notification!.Id);
        }

        await store.AddAsync(New(other.Id), NoLimit, CancellationToken.None);

        (await store.ListAsync(user.Id, CancellationToken.None)).Select(n => n.Id).ShouldBe([ids[2], ids[1], ids[0], ids[3]]);
        (await store.CountOfAsync([user.Id, other.Id, new UserId(long.MaxValue)], CancellationToken.None)).ShouldBe(new Dictionary<UserId, int> { [user.Id] = 4, [other.Id] = 1 }, ignoreOrder: true);
        (await store.CountAsync(CancellationToken.None)).ShouldBe(5);
    }

    [Fact]
    public async Task Only_the_owner_removes_one()
    {
        var (store, users) = await CreateAsync();
        var (user, stranger) = (await users.AddAsync(), await users.AddAsync());
        var wanted = New(user.Id);
        var id = (await store.AddAsync(wanted, NoLimit, CancellationToken.None)).Notification!.Id;

        (await store.RemoveAsync(stranger.Id, id, CancellationToken.None)).ShouldBeFalse();
        (await store.RemoveAsync(user.Id, id, CancellationToken.None)).ShouldBeTrue();
        (await store.RemoveAsync(user.Id, id, CancellationToken.None)).ShouldBeFalse();
        (await store.AddAsync(wanted, NoLimit, CancellationToken.None)).Notification!.Id.ShouldNotBe(id);
    }

    [Fact]
    public async Task They_go_with_their_user()
    {
        var (store, users) = await CreateAsync();
        var user = await users.AddAsync();
        await store.AddAsync(New(user.Id), NoLimit, CancellationToken.None);

        await users.RemoveAsync(user.Id, CancellationToken.None);

        (await store.CountAsync(CancellationToken.None)).ShouldBe(0);
        (await store.AddAsync(New(user.Id), NoLimit, CancellationToken.None)).Status.ShouldBe(AddDriverNotificationStatus.NoSuchUser);
    }

    private static NewDriverNotification New(UserId userId) => new(
        userId, new AccountId(Ids.Next()), MapUid.TryCreate(Ids.Next().ToString("N"), out var uid) ? uid : default, "A map", 1, RecordTime.FromMilliseconds(41_873), TestUsers.CreatedAt);
}
