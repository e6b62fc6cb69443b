using System.Collections.Concurrent;
using System.Globalization;
using System.IO.Compression;
using System.Text.Json;
using System.Text.Json.Nodes;
using Amazon.DynamoDBv2.Model;
using Backend.Application.MapSearches;
using Backend.Domain.MapSearches;
using Backend.Infrastructure.Aws;
using Backend.Infrastructure.Security;
using Backend.Infrastructure.Storage;
using Backend.Integration.Support;

namespace Backend.Integration.Chaos;

/// <summary>Each instance reaches DynamoDB through a proxy of its own, which writes down every change of a search that DynamoDB has accepted.</summary>
internal sealed class AwsFleetStores : IFleetStores
{
    private readonly AwsResources _resources;
    private readonly DynamoMapSearchJobStore _jobs;
    private readonly ConcurrentQueue<FaultyAws> _proxies = new();
    private readonly ConcurrentQueue<Change> _changes = new();
    private readonly ConcurrentDictionary<(string Instance, Guid SearchId, int Index), string?> _rows = new();

    private AwsFleetStores(TestDatabase database, AwsResources resources)
    {
        (Database, _resources) = (database, resources);
        _jobs = new DynamoMapSearchJobStore(new DynamoDatabase(resources.DynamoDb, new RandomIdSource()), Aws.ContractResources.SettingsOf(resources), new MapSearchOptions(), TimeProvider.System);
    }

    public TestDatabase Database { get; }

    public bool MayCountWhatIsNotStored => true;

    public static async Task<IFleetStores> StartAsync() => new AwsFleetStores(await TestDatabase.CreateAsync(), await AwsResources.CreateAsync());

    public async Task<IReadOnlyDictionary<string, string>> SettingsOfAsync(string instance)
    {
        var proxy = await FaultyAws.StartAsync(_resources.Endpoints.DynamoDb);
        proxy.Answered = (request, status) => Note(instance, request, status);
        _proxies.Enqueue(proxy);
        var settings = new Dictionary<string, string>(Fleet.OnDatabase(Database.ConnectionString, instance), StringComparer.Ordinal) { ["Adapters:Profile"] = "Aws" };
        foreach (var (key, value) in _resources.Settings.Concat((_resources.Endpoints with { DynamoDb = proxy.Address }).Environment))
        {
            settings[key] = value;
        }

        return settings;
    }

    public async Task<IReadOnlyList<(long UserId, string Mapper)>> ReadUnfinishedAsync() =>
        [.. (await _jobs.LookAtUnfinishedAsync(CancellationToken.None)).Select(u => (u.Job.UserId.Value, u.Job.Mapper))];

    public Task<DateTimeOffset?> ReadKillTimeAsync(string instance)
    {
        var mayEnd = _changes.GroupBy(c => c.SearchId).Select(search => search.MaxBy(c => c.Version)!)
            .Any(c => c.Instance == instance && c.State == "processing" && c.Attempt >= MapSearchJob.MaxAttempts && c.MapsDone == c.MapsDoneAtClaim);
        return Task.FromResult<DateTimeOffset?>(mayEnd ? null : TimeProvider.System.GetUtcNow());
    }

    public Task<IReadOnlyList<JournalEntry>> ReadJournalAsync()
    {
        var entries = new List<JournalEntry>();
        foreach (var search in _changes.GroupBy(c => c.SearchId))
        {
            var before = new Change(default, string.Empty, search.Key, Version: 1, Fence: 0, "pending", Attempt: 1, MapsDone: 0, MapsDoneAtClaim: 0);
            foreach (var change in search.OrderBy(c => c.Version))
            {
                if (change.Version != before.Version + 1
                    || change.Fence - before.Fence is not (0 or 1)
                    || change.MapsDone - before.MapsDone is not (0 or 1)
                    || before.State is "completed" or "failed" or "cancelled")
                {
                    entries.Add(Entry(change, SearchJournal.Impossible));
                }

                if (change.Fence != before.Fence)
                {
                    entries.Add(Entry(change, SearchJournal.Claimed));
                }

                if (change.State != before.State)
                {
                    entries.Add(Entry(change, change.State));
                }

                before = change;
            }
        }

        return Task.FromResult<IReadOnlyList<JournalEntry>>(entries);

        static JournalEntry Entry(Change change, string what) => new(change.At, change.Instance, change.SearchId, what, change.Fence);
    }

    public Task<IReadOnlyDictionary<(string Instance, string MapUid), int>> ReadAppendedAsync() => Task.FromResult<IReadOnlyDictionary<(string, string), int>>(
        _changes.GroupBy(c => c.SearchId)
            .SelectMany(search => search.GroupBy(c => c.MapsDone).Where(done => done.Key > 0).Select(done => done.MinBy(c => c.Version)!))
            .Select(c => (c.Instance, MapUid: _rows.GetValueOrDefault((c.Instance, c.SearchId, c.MapsDone - 1))))
            .Where(row => row.MapUid is not null)
            .CountBy(row => (row.Instance, row.MapUid!))
            .ToDictionary());

    public async Task<IReadOnlyList<StoredSearch>> ReadSearchesAsync()
    {
        var items = new List<Dictionary<string, AttributeValue>>();
        Dictionary<string, AttributeValue>? start = null;
        do
        {
            var page = await _resources.DynamoDb.ScanAsync(new ScanRequest { TableName = _resources.NameOf(AwsSchema.MapSearches), ExclusiveStartKey = start, ConsistentRead = true, FilterExpression = "attribute_exists(mapper)" });
            items.AddRange(page.Items);
            start = page.LastEvaluatedKey is { Count: > 0 } next ? next : null;
        }
        while (start is not null);
        var searches = new List<StoredSearch>();
        foreach (var job in items.Select(MapSearchItem.Read))
        {
            searches.Add(new StoredSearch(
                job.Id.Value,
                job.Mapper,
                job.State == MapSearchState.Completed && job.MapsFailed == 0 && job.MapsDone == job.MapsTotal,
                await _jobs.ReadRowsAsync(job.Key, -1, CancellationToken.None).Select(named => named.Row.Map.MapId).ToListAsync()));
        }

        return searches;
    }

    public async Task<long> CountTicketsAsync()
    {
        var tickets = 0L;
        foreach (var url in new[] { await _resources.QueueUrlAsync(), await _resources.DeadLetterQueueUrlAsync() })
        {
            var queue = await _resources.Sqs.GetQueueAttributesAsync(url, ["All"]);
            tickets += queue.ApproximateNumberOfMessages + queue.ApproximateNumberOfMessagesNotVisible + queue.ApproximateNumberOfMessagesDelayed;
        }

        return tickets;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var proxy in _proxies)
        {
            await proxy.DisposeAsync();
        }

        await _resources.DisposeAsync();
        await Database.DisposeAsync();
    }

    private void Note(string instance, AwsRequest request, int status)
    {
        if (status != 200 || request.TableName != _resources.NameOf(AwsSchema.MapSearches))
        {
            return;
        }

        if (request.Operation == "UpdateItem" && request.Body["ExpressionAttributeValues"] is JsonObject values && values[":maps_done"] is not null)
        {
            _changes.Enqueue(new Change(
                TimeProvider.System.GetUtcNow(),
                instance,
                Guid.Parse((string)request.Body["Key"]!["sk"]!["S"]!),
                Number(":version"),
                Number(":fence"),
                (string)values[":state"]!["S"]!,
                (int)Number(":attempt"),
                (int)Number(":maps_done"),
                (int)Number(":maps_done_at_claim")));

            long Number(string name) => long.Parse((string)values[name]!["N"]!, CultureInfo.InvariantCulture);
        }
        else if (request.Operation == "PutItem" && request.Body["Item"]!["content"] is { } content)
        {
            using var packed = new BrotliStream(new MemoryStream(Convert.FromBase64String((string)content["B"]!)), CompressionMode.Decompress);
            var row = JsonSerializer.Deserialize(packed, StoredJson.Default.RowDocument)!;
            var search = ((string)request.Body["Item"]!["pk"]!["S"]!).Split('#')[1];
            _rows[(instance, Guid.Parse(search), int.Parse((string)request.Body["Item"]!["sk"]!["S"]!, CultureInfo.InvariantCulture))] = row.MapUid;
        }
    }

    private sealed record Change(DateTimeOffset At, string Instance, Guid SearchId, long Version, long Fence, string State, int Attempt, int MapsDone, int MapsDoneAtClaim);
}
