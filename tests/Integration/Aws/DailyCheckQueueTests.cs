using System.Globalization;
using Amazon.SQS.Model;
using Backend.Application.Ports;
using Backend.Domain.DailyRuns;
using Backend.Infrastructure.Aws;
using Backend.Infrastructure.Postgres;
using Backend.Integration.Contracts;
using Backend.Integration.Postgres;
using Backend.Integration.Support;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Backend.Integration.Aws;

/// <summary>What SQS does to the queue of checks: messages twice, late, lost and set aside. The contract of the port is tested elsewhere.</summary>
public sealed class DailyCheckQueueTests(ContractDatabase database) : IClassFixture<ContractDatabase>, IAsyncLifetime
{
    private static readonly DateOnly s_day = new(2026, 11, 20);

    private readonly FakeTimeProvider _time = new(TestUsers.CreatedAt);
    private DailyQueueSystem _system = null!;
    private DailyStores _stores = null!;
    private SqsDailyCheckQueue _queue = null!;

    public async ValueTask InitializeAsync()
    {
        _system = await DailyQueueSystem.StartAsync();
        _stores = await PostgresDaily.CreateAsync(database);
        _queue = _system.QueueOf(_stores.Runs);
    }

    public ValueTask DisposeAsync() => _system.DisposeAsync();

    [Fact]
    public async Task Checks_are_announced_ten_at_a_time()
    {
        var keys = await BeginAsync(users: 25);

        await _queue.AnnounceAsync(CancellationToken.None);

        _system.Sqs.RequestsOf("SendMessageBatch").Select(r => r.Body["Entries"]!.AsArray().Count).ShouldBe([10, 10, 5]);
        _system.Sqs.RequestsOf("SendMessageBatch").SelectMany(r => r.Body["Entries"]!.AsArray()).Select(e => (string)e!["MessageBody"]!)
            .ShouldBe(keys.Select(key => $$"""{"runDate":"2026-11-20","userId":{{key.UserId.Value.ToString(CultureInfo.InvariantCulture)}}}"""), ignoreOrder: true);
        (await _system.BacklogAsync()).ShouldBe(new Backlog(Due: 25, Hidden: 0, HeldBack: 0));
    }

    [Fact]
    public async Task Of_two_messages_for_one_check_one_claims_it_and_the_other_ends_with_it()
    {
        var key = (await BeginAsync()).Single();
        await _queue.AnnounceAsync(CancellationToken.None);
        await _queue.AnnounceAsync(CancellationToken.None);
        var messages = await _system.ReceiveAsync();

        var first = (await TakeAsync(messages[0])).ShouldNotBeNull();
        (await TakeAsync(messages[1])).ShouldBeNull();

        first.Check.Key.ShouldBe(key);
        (await _system.BacklogAsync()).ShouldBe(new Backlog(Due: 0, Hidden: 1, HeldBack: 1));
        await CompleteAsync(first);
        await _queue.SettleAsync(first, again: null, CancellationToken.None);
        await _system.PassAsync(SqsDailyCheckQueue.Pause);
        (await TakeAsync((await _system.ReceiveAsync()).Single())).ShouldBeNull();
        (await _system.BacklogAsync()).All.ShouldBe(0);
    }

    [Fact]
    public async Task A_message_of_a_check_that_is_not_due_comes_back_each_minute_and_is_never_set_aside()
    {
        var key = (await BeginAsync()).Single();
        await _queue.AnnounceAsync(CancellationToken.None);
        var check = (await _stores.Runs.TryClaimAsync(key, CancellationToken.None)).Check.ShouldNotBeNull();

        for (var minute = 0; minute < 2 * AwsSchema.MaxReceiveCount; minute++)
        {
            var message = (await _system.ReceiveAsync()).Single();
            message.Attributes["ApproximateReceiveCount"].ShouldBe("1");
            (await TakeAsync(message)).ShouldBeNull();
            (await _system.ReceiveAsync()).ShouldBeEmpty();
            await PassAsync(SqsDailyCheckQueue.Pause);
            (await _stores.Runs.TryRenewAsync(check, CancellationToken.None)).ShouldBeTrue();
        }

        // Its worker dies.
        await PassAsync(IDailyRunStore.Lease);
        (await TakeAsync((await _system.ReceiveAsync()).Single())).ShouldNotBeNull().Check.Key.ShouldBe(key);
    }

    [Fact]
    public async Task A_message_of_a_check_that_has_ended_or_is_gone_is_deleted()
    {
        var keys = await BeginAsync(users: 2);
        await _queue.AnnounceAsync(CancellationToken.None);
        var messages = await _system.ReceiveAsync();
        await CompleteAsync(new DailyCheckDelivery((await _stores.Runs.TryClaimAsync(keys[0], CancellationToken.None)).Check!, string.Empty));
        (await _stores.Users.RemoveAsync(keys[1].UserId, CancellationToken.None)).ShouldBeTrue();

        foreach (var message in messages)
        {
            (await TakeAsync(message)).ShouldBeNull();
        }

        messages.Count.ShouldBe(2);
        (await _system.BacklogAsync()).All.ShouldBe(0);
    }

    [Theory]
    [InlineData("not ours")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"userId":1}""")]
    [InlineData("""{"runDate":"2026-11-21"}""")]
    [InlineData("""{"runDate":"2026-11-21","userId":0}""")]
    [InlineData("""{"runDate":"yesterday","userId":1}""")]
    [InlineData("""{"userId":1,"searchId":"53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa"}""")]
    public void What_names_no_check_is_none_of_ours(string body) => _queue.TryRead(body).ShouldBeNull();

    [Fact]
    public async Task A_message_that_nobody_can_read_is_set_aside_and_holds_up_nobody()
    {
        await _system.SendAsync("not ours");
        var key = (await BeginAsync()).Single();
        await _queue.AnnounceAsync(CancellationToken.None);

        var delivery = await ReceiveAsync();
        await CompleteAsync(delivery);
        await _queue.SettleAsync(delivery, again: null, CancellationToken.None);

        delivery.Check.Key.ShouldBe(key);
        using var enough = new CancellationTokenSource();
        var waiting = _queue.ReceiveAsync(enough.Token);
        await Eventually.GetAsync(
            async () =>
            {
                await _system.PassAsync(SqsDailyCheckQueue.Visibility);
                return await _system.DeadLettersAsync();
            },
            letters => letters.Due == 1);
        waiting.IsCompleted.ShouldBeFalse();
        await enough.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => waiting);
    }

    [Theory]
    [InlineData("00:00:00", 0)]
    [InlineData("00:02:00.001", 121)]
    [InlineData("01:00:00", 900)]
    public async Task A_check_that_is_put_off_has_a_fresh_message_before_the_old_one_is_deleted(string pause, int seconds)
    {
        var key = (await BeginAsync()).Single();
        await _queue.AnnounceAsync(CancellationToken.None);
        var delivery = await ReceiveAsync();
        var duration = TimeSpan.Parse(pause, CultureInfo.InvariantCulture);
        await _stores.Runs.TryPutOffAsync(delivery.Check, duration, isRetry: true, CancellationToken.None);

        await _queue.SettleAsync(delivery, duration, CancellationToken.None);

        var (sent, deleted) = (_system.Sqs.RequestsOf("SendMessage").Single(), _system.Sqs.RequestsOf("DeleteMessage").Single());
        ((int)sent.Body["DelaySeconds"]!).ShouldBe(seconds);
        var all = _system.Sqs.Requests.ToList();
        all.IndexOf(sent).ShouldBeLessThan(all.IndexOf(deleted));
        (await _system.BacklogAsync()).ShouldBe(new Backlog(Due: seconds == 0 ? 1 : 0, Hidden: 0, HeldBack: seconds == 0 ? 0 : 1));
        await PassAsync(duration);
        await _system.PassAsync(TimeSpan.FromMinutes(1));
        var again = await ReceiveAsync();
        (again.Check.Key, again.Check.Retries).ShouldBe((key, 1));
    }

    [Fact]
    public async Task A_message_that_comes_to_one_who_waits_no_longer_is_given_back()
    {
        await BeginAsync();
        using var enough = new CancellationTokenSource();
        var waiting = _queue.ReceiveAsync(enough.Token);
        await Eventually.GetAsync(() => Task.FromResult(_system.Sqs.RequestsOf("ReceiveMessage").Count), polls => polls == 1);
        await enough.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => waiting);

        await _queue.AnnounceAsync(CancellationToken.None);

        await Eventually.GetAsync(() => Task.FromResult(_system.Sqs.RequestsOf("ChangeMessageVisibility").Count), given => given == 1);
        await Eventually.GetAsync(() => _system.BacklogAsync(), backlog => backlog == new Backlog(Due: 1, Hidden: 0, HeldBack: 0));
        (await ReceiveAsync()).Check.Retries.ShouldBe(0);
    }

    [Fact]
    public async Task A_message_whose_check_cannot_be_claimed_now_comes_again_soon_and_is_not_counted()
    {
        var key = (await BeginAsync()).Single();
        await _queue.AnnounceAsync(CancellationToken.None);
        await using var services = WithoutDatabase();
        var cutOff = _system.QueueOf(new PostgresDailyRunStore(services.GetRequiredService<PostgresDatabase>()));

        await Should.ThrowAsync<StoreUnavailableException>(() => cutOff.ReceiveAsync(CancellationToken.None));

        (await _system.BacklogAsync()).ShouldBe(new Backlog(Due: 0, Hidden: 0, HeldBack: 1));
        await _system.PassAsync(SqsDailyCheckQueue.Pause);
        var message = (await _system.ReceiveAsync()).Single();
        message.Attributes["ApproximateReceiveCount"].ShouldBe("1");
        (await TakeAsync(message)).ShouldNotBeNull().Check.Key.ShouldBe(key);
    }

    [Fact]
    public async Task What_cannot_be_announced_is_announced_by_the_sweep()
    {
        await BeginAsync(users: 3);
        _system.Sqs.On("SendMessageBatch", AwsFault.Error("ServiceUnavailable", 503), times: int.MaxValue);
        await Should.ThrowAsync<StoreUnavailableException>(() => _queue.AnnounceAsync(CancellationToken.None));
        _system.Sqs.Heal();

        await SweepAsync();
        (await _system.BacklogAsync()).All.ShouldBe(0);
        await PassAsync(DailyCheckSweep.Unnoticed);
        await SweepAsync();

        (await _system.BacklogAsync()).ShouldBe(new Backlog(Due: 3, Hidden: 0, HeldBack: 0));
    }

    [Fact]
    public async Task A_run_that_merely_takes_long_is_left_alone()
    {
        await BeginAsync(users: 3);
        await _queue.AnnounceAsync(CancellationToken.None);
        await ReceiveAsync();
        await PassAsync(DailyCheckSweep.Unnoticed * 3);

        await SweepAsync();

        _system.Sqs.RequestsOf("SendMessageBatch").Count.ShouldBe(1);
        (await _system.BacklogAsync()).All.ShouldBe(3);
    }

    [Fact]
    public async Task A_check_that_is_worked_on_or_put_off_is_left_alone()
    {
        await BeginAsync(users: 2);
        await _queue.AnnounceAsync(CancellationToken.None);
        var (running, putOff) = (await ReceiveAsync(), await ReceiveAsync());
        await _stores.Runs.TryPutOffAsync(putOff.Check, TimeSpan.FromHours(1), isRetry: true, CancellationToken.None);
        await _queue.SettleAsync(putOff, TimeSpan.FromHours(1), CancellationToken.None);
        for (var minute = 0; minute < 10; minute++)
        {
            await PassAsync(TimeSpan.FromMinutes(1));
            (await _stores.Runs.TryRenewAsync(running.Check, CancellationToken.None)).ShouldBeTrue();
            await SweepAsync();
        }

        _system.Sqs.RequestsOf("SendMessageBatch").Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_check_whose_worker_died_goes_on_though_its_message_is_hidden_for_longer()
    {
        var key = (await BeginAsync()).Single();
        await _queue.AnnounceAsync(CancellationToken.None);
        await ReceiveAsync();
        await PassAsync(IDailyRunStore.Lease + DailyCheckSweep.Unnoticed);
        (await _system.BacklogAsync()).ShouldBe(new Backlog(Due: 0, Hidden: 1, HeldBack: 0));

        await SweepAsync();

        (await ReceiveAsync()).Check.Key.ShouldBe(key);
    }

    [Fact]
    public async Task A_check_whose_message_was_set_aside_goes_on_and_the_message_stays_to_be_seen()
    {
        var key = (await BeginAsync()).Single();
        await _queue.AnnounceAsync(CancellationToken.None);
        for (var delivery = 0; delivery < AwsSchema.MaxReceiveCount; delivery++)
        {
            (await _system.ReceiveAsync(seconds: 10)).Count.ShouldBe(1);
            await _system.PassAsync(TimeSpan.FromSeconds(11));
        }

        (await _system.ReceiveAsync()).ShouldBeEmpty();
        await PassAsync(DailyCheckSweep.Unnoticed);
        await SweepAsync();

        (await ReceiveAsync()).Check.Key.ShouldBe(key);
        (await _system.DeadLettersAsync()).Due.ShouldBe(1);
    }

    private async Task<IReadOnlyList<DailyCheckKey>> BeginAsync(int users = 1)
    {
        var keys = new List<DailyCheckKey>();
        for (var i = 0; i < users; i++)
        {
            keys.Add(new DailyCheckKey(s_day, await _stores.AddUserAsync(maps: true)));
        }

        await _stores.Runs.StartAsync(s_day, "test", TestUsers.CreatedAt, CancellationToken.None);
        return keys;
    }

    private async Task<DailyCheckDelivery> ReceiveAsync() => await _queue.ReceiveAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System);

    private Task<DailyCheckDelivery?> TakeAsync(Message message) => _queue.TryClaimAsync(_queue.TryRead(message.Body).ShouldNotBeNull(), message.ReceiptHandle, CancellationToken.None);

    private async Task CompleteAsync(DailyCheckDelivery delivery) =>
        (await _stores.Runs.TryCompleteAsync(delivery.Check, email: null, [], TestUsers.CreatedAt, CancellationToken.None)).ShouldBeTrue();

    private Task SweepAsync() => new DailyCheckSweep(_stores.Runs, _queue, NullLogger<DailyCheckSweep>.Instance).RunAsync(CancellationToken.None);

    private async Task PassAsync(TimeSpan duration)
    {
        await database.PassAsync(_time, duration);
        await _system.PassAsync(duration);
    }

    private static ServiceProvider WithoutDatabase()
    {
        var errors = new List<string>();
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection([KeyValuePair.Create("NEON_DB_CONNECTION_STRING", (string?)$"Host=127.0.0.1;Port={LoopbackPort.Find()};Database=none;Username=nobody")])
            .Build();
        var settings = PostgresSettings.Read(configuration, isDevelopment: true, errors) ?? throw new InvalidOperationException(string.Join(' ', errors));
        var services = new ServiceCollection().AddLogging().AddSingleton(TimeProvider.System);
        services.AddPostgres(settings);
        return services.BuildServiceProvider();
    }
}
