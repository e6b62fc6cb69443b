using System.Runtime.CompilerServices;
using System.Text.Json;
using Amazon.DynamoDBv2.Model;
using Backend.Application.MapSearches;
using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.MapSearches;
using Backend.Domain.Tracks;
using Backend.Infrastructure.Storage;
using static Backend.Infrastructure.Aws.DynamoItem;

namespace Backend.Infrastructure.Aws;

/// <summary>
/// A search is one item; its rows and names are items of their own. A transition is decided by <see cref="MapSearchJob"/> on
/// the snapshot that was read, and written on the condition that the item still has that snapshot's version. What takes
/// two items is a sequence whose first step nobody sees without the second: a row before the search that counts it, a
/// place among the user's unfinished searches before the search that takes it.
/// </summary>
internal sealed class DynamoMapSearchJobStore(DynamoDatabase database, AwsSettings settings, MapSearchOptions options, TimeProvider clock) : IMapSearchJobStore
{
    /// <summary>Rows read at once: some hundred kilobytes at most.</summary>
    private const int RowsAtOnce = 20;

    private const string MapOfUnfinished = "searches";

    private static readonly TimeSpan s_silenceWorthNoting = TimeSpan.FromSeconds(1);

    /// <summary>A search that is not there this long after its place was taken never will be: adding it takes seconds.</summary>
    private static readonly TimeSpan s_longestAdding = TimeSpan.FromMinutes(1);

    /// <summary>No search takes longer; what belongs to one that does may be deleted by DynamoDB, as its message by SQS.</summary>
    private static readonly TimeSpan s_longestSearch = AwsSchema.MessageRetention;

    private readonly string _table = settings.NameOf(AwsSchema.MapSearches);
    private readonly HeldSearches _searches = new();
    private readonly LeaseWatch<MapSearchKey> _leases = new(options.Lease, clock);

    public async Task<bool> TryAddAsync(MapSearchJob job, int maxUnfinished, CancellationToken cancellationToken)
    {
        if (!await TryTakePlaceAsync(job.Key, maxUnfinished, cancellationToken)
            && !(await FreeStalePlacesAsync(job.UserId, cancellationToken) && await TryTakePlaceAsync(job.Key, maxUnfinished, cancellationToken)))
        {
            return false;
        }

        var added = await database.TryPutAsync(_table, MapSearchItem.Write(job, LatestDeletion()), "attribute_not_exists(pk)", CancellationToken.None);
        return added.IsDone ? true : throw new InvalidOperationException($"Map search {job.Id} exists already.");
    }

    public async Task<MapSearchJob?> FindAsync(MapSearchKey key, CancellationToken cancellationToken) =>
        await FindItemAsync(key, cancellationToken) is { } item ? MapSearchItem.Read(item) : null;

    public async Task<IReadOnlyList<MapSearchJob>> ListAsync(UserId userId, int limit, CancellationToken cancellationToken)
    {
        var listed = new List<MapSearchJob>();
        Dictionary<string, AttributeValue>? start = null;
        do
        {
            var (items, next) = await database.QueryAsync(
                _table, MapSearchItem.Partition(userId), cancellationToken, index: AwsSchema.MapSearches.LocalIndex, backwards: true, limit: limit, start: start);
            listed.AddRange(items.Select(MapSearchItem.Read).Where(job => !IsExpired(job)));
            start = next;
        }
        while (start is not null && listed.Count < limit);
        return listed.Count > limit ? listed[..limit] : listed;
    }

    public async Task<MapSearchJob?> TryClaimAsync(MapSearchKey key, CancellationToken cancellationToken)
    {
        long renewal = 0;
        var claimed = await _searches.DecideAsync(
            async () =>
            {
                if (await FindItemAsync(key, cancellationToken) is not { } item || MapSearchItem.Read(item) is not { IsFinished: false } job)
                {
                    return null;
                }

                renewal = item.Number(MapSearchItem.Renewal);
                return job.State == MapSearchState.Processing && !_leases.HasLapsed(key, MapSearchItem.Lease(item), MapSearchItem.SilenceOf(item)) ? null : job;
            },
            job => job.Claim(clock.GetUtcNow()),
            (from, to) => TryWriteAsync(from, to, renewal));
        if (claimed is { IsFinished: false })
        {
            _leases.Begin(key, new LeaseNumber(claimed.Fence, renewal + 1));
        }

        return claimed;
    }

    public async Task<bool> TryRenewAsync(MapSearchKey key, long fence, CancellationToken cancellationToken)
    {
        if (await database.TryTouchAsync(
            _table,
            MapSearchItem.Partition(key.UserId),
            MapSearchItem.Sort(key.Id),
            $"set {MapSearchItem.Renewal} = {MapSearchItem.Renewal} + :one remove {MapSearchItem.Silence}",
            "fence = :fence and #state = :processing",
            new Values { [":one"] = Number(1), [":fence"] = Number(fence), [":processing"] = Text(MapSearchWords.Of(MapSearchState.Processing)) },
            new Names { ["#state"] = "state" },
            cancellationToken) is not { } renewed)
        {
            return false;
        }

        _leases.Begin(key, new LeaseNumber(fence, renewed.Number(MapSearchItem.Renewal)));
        return true;
    }

    public Task<MapSearchJob?> TryStartReadingAsync(MapSearchKey key, long fence, int mapsTotal, CancellationToken cancellationToken) =>
        DecideAsync(key, fence, job => job.StartReading(mapsTotal, clock.GetUtcNow()), cancellationToken);

    public async Task<MapSearchJob?> TryAppendAsync(MapSearchKey key, long fence, MapSearchRow row, CancellationToken cancellationToken)
    {
        var appended = await DecideAsync(
                key,
                fence,
                job => row.Index == job.MapsDone - 1 ? job : job.Append(row, clock.GetUtcNow()),
                cancellationToken,
                before: async () => (await database.TryPutAsync(
                    _table,
                    new Values
                    {
                        [AwsSchema.PartitionKey] = Text(MapSearchItem.RowPartition(key)),
                        [AwsSchema.SortKey] = Text(MapSearchItem.RowSort(row.Index)),
                        ["fence"] = Number(fence),
                        ["content"] = Packed(JsonSerializer.SerializeToUtf8Bytes(RowDocument.From(row), StoredJson.Default.RowDocument)),
                        [AwsSchema.TimeToLive] = Deletion(LatestDeletion()),
                    },
                    "attribute_not_exists(pk) or fence <= :fence",
                    CancellationToken.None,
                    new Values { [":fence"] = Number(fence) })).IsDone);

        if (appended is null && (await FindAsync(key, CancellationToken.None) is not { } job || (job.IsFinished && row.Index >= job.MapsDone)))
        {
            // It ended, and may be removed with all its rows, between the row and its being counted.
            await database.DeleteIfAsync(
                _table, MapSearchItem.RowPartition(key), MapSearchItem.RowSort(row.Index), "fence = :fence", new Values { [":fence"] = Number(fence) }, CancellationToken.None);
        }

        return appended;
    }

    /// <summary>
    /// The names are written when the search seems to be ours, before it is known. Should it be another's by then, its reader may
    /// see a name early: it is a fact about the player and none about the search.
    /// </summary>
    public async Task<MapSearchJob?> TryAddNamesAsync(MapSearchKey key, long fence, IReadOnlyDictionary<AccountId, string> names, CancellationToken cancellationToken)
    {
        var added = await DecideAsync(
                key,
                fence,
                job => job.AddNames(clock.GetUtcNow()),
                cancellationToken,
                before: async () =>
                {
                    await database.PutAllAsync(
                        _table,
                        names.Select(named => new Values
                        {
                            [AwsSchema.PartitionKey] = Text(MapSearchItem.NamePartition(key)),
                            [AwsSchema.SortKey] = Text(named.Key.Value.ToString("N")),
                            ["name"] = Text(named.Value),
                            [AwsSchema.TimeToLive] = Deletion(LatestDeletion()),
                        }),
                        CancellationToken.None);
                    return true;
                });

        if (added is null && await FindAsync(key, CancellationToken.None) is null)
        {
            await database.DeleteAllAsync(_table, MapSearchItem.NamePartition(key), CancellationToken.None);
        }

        return added;
    }

    public Task<MapSearchJob?> TryCompleteAsync(MapSearchKey key, long fence, CancellationToken cancellationToken) =>
        DecideAsync(key, fence, job => job.Complete(clock.GetUtcNow()), cancellationToken);

    public Task<MapSearchJob?> TryFailAsync(MapSearchKey key, long fence, string failure, CancellationToken cancellationToken) =>
        DecideAsync(key, fence, job => job.Fail(failure, clock.GetUtcNow()), cancellationToken);

    public Task<MapSearchJob?> TryReleaseAsync(MapSearchKey key, long fence, string? failure, CancellationToken cancellationToken) =>
        DecideAsync(key, fence, job => job.Release(failure, clock.GetUtcNow()), cancellationToken);

    public Task<MapSearchJob?> CancelAsync(MapSearchKey key, CancellationToken cancellationToken) =>
        _searches.DecideAsync(() => FindAsync(key, cancellationToken), job => job.Cancel(clock.GetUtcNow()), (from, to) => TryWriteAsync(from, to));

    /// <summary>A search that has ended takes no more rows. So each is ended first, and goes last, for a removal that is cut short to be repeated.</summary>
    public async Task<int> RemoveAllAsync(UserId userId, CancellationToken cancellationToken)
    {
        var partition = MapSearchItem.Partition(userId);
        var removed = 0;
        foreach (var item in await database.QueryAllAsync(_table, partition, cancellationToken))
        {
            var sort = item.Text(AwsSchema.SortKey);
            if (sort != MapSearchItem.UnfinishedSort)
            {
                var key = MapSearchItem.Key(item);
                removed += await CancelAsync(key, cancellationToken) is null ? 0 : 1;
                await database.DeleteAllAsync(_table, MapSearchItem.RowPartition(key), cancellationToken);
                await database.DeleteAllAsync(_table, MapSearchItem.NamePartition(key), cancellationToken);
            }

            await database.DeleteAsync(_table, partition, sort, cancellationToken);
        }

        return removed;
    }

    public async IAsyncEnumerable<NamedMapSearchRow> ReadRowsAsync(MapSearchKey key, int after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // The search first: it tells which rows count.
        if (await FindAsync(key, cancellationToken) is not { } job)
        {
            yield break;
        }

        for (var next = Math.Max(after, -1) + 1L; next < job.MapsDone;)
        {
            var (items, _) = await database.QueryAsync(
                _table,
                MapSearchItem.RowPartition(key),
                cancellationToken,
                ("#s between :from and :to", MapSearchItem.RowSort(next), MapSearchItem.RowSort(job.MapsDone - 1)),
                limit: RowsAtOnce);
            if (items.Count == 0)
            {
                yield break;
            }

            var rows = items.Select(ReadRow).ToList();
            var names = await ReadNamesAsync(key, rows, cancellationToken);
            foreach (var row in rows)
            {
                yield return new NamedMapSearchRow(row, names);
            }

            next = rows[^1].Index + 1L;
        }
    }

    /// <summary>
    /// Looks at every unfinished search, and by looking again and again sees which leases lapse. The index that it goes by may lag, so what it
    /// does not name yet is seen the next time, and what has finished meanwhile is left out.
    /// </summary>
    internal async Task<List<UnfinishedSearch>> LookAtUnfinishedAsync(CancellationToken cancellationToken)
    {
        var listed = await database.QueryAllAsync(_table, MapSearchItem.UnfinishedPartition, cancellationToken, AwsSchema.MapSearches.GlobalIndex);
        var items = await database.FindAllAsync(_table, listed.Select(item => (item.Text(AwsSchema.PartitionKey), item.Text(AwsSchema.SortKey))).Distinct(), cancellationToken);
        var unfinished = new List<UnfinishedSearch>();
        foreach (var item in items)
        {
            if (MapSearchItem.Read(item) is { IsFinished: false } job)
            {
                var silence = job.State == MapSearchState.Processing ? _leases.SilenceOf(job.Key, MapSearchItem.Lease(item), MapSearchItem.SilenceOf(item)) : TimeSpan.Zero;
                if (silence > options.LeaseRenewal + s_silenceWorthNoting && silence >= MapSearchItem.SilenceOf(item) + s_silenceWorthNoting)
                {
                    await NoteSilenceAsync(job.Key, MapSearchItem.Lease(item), silence, cancellationToken);
                }

                unfinished.Add(new UnfinishedSearch(
                    job, job.State == MapSearchState.Processing && silence >= options.Lease, (int)(item.NumberOrNull("resends") ?? 0), item.InstantOrNull("resent_at")));
            }
        }

        _leases.ForgetAllBut(unfinished.Select(u => u.Job.Key).ToHashSet());
        return unfinished;
    }

    /// <summary>Leases are seen anew from here on.</summary>
    internal void ForgetWhatWasSeen() => _leases.ForgetAllBut(new HashSet<MapSearchKey>());

    /// <summary>For whoever looks when this process has died as well.</summary>
    private async Task NoteSilenceAsync(MapSearchKey key, LeaseNumber number, TimeSpan silence, CancellationToken cancellationToken) => await database.TryTouchAsync(
        _table,
        MapSearchItem.Partition(key.UserId),
        MapSearchItem.Sort(key.Id),
        $"set {MapSearchItem.Silence} = :silence",
        $"fence = :fence and {MapSearchItem.Renewal} = :renewal and (attribute_not_exists({MapSearchItem.Silence}) or {MapSearchItem.Silence} < :silence)",
        new Values { [":fence"] = Number(number.Fence), [":renewal"] = Number(number.Renewal), [":silence"] = Number((long)silence.TotalMilliseconds) },
        [],
        cancellationToken);

    /// <summary>Notes that the search gets a new message; false when another has just done so, or the search went on.</summary>
    internal async Task<bool> TryNoteResendAsync(UnfinishedSearch search, CancellationToken cancellationToken) => (await database.TryUpdateAsync(
        _table,
        MapSearchItem.Partition(search.Job.UserId),
        MapSearchItem.Sort(search.Job.Id),
        set: "resends = :next, resent_at = :now",
        remove: string.Empty,
        condition: "version = :version and (attribute_not_exists(resends) or resends = :last)",
        new Values { [":next"] = Number(search.Resends + 1), [":now"] = Instant(clock.GetUtcNow()), [":version"] = Number(search.Job.Version), [":last"] = Number(search.Resends) },
        cancellationToken)).IsDone;

    private static MapSearchRow ReadRow(Dictionary<string, AttributeValue> item) =>
        JsonSerializer.Deserialize(item.Unpacked("content"), StoredJson.Default.RowDocument)!.Read(MapSearchItem.RowIndex(item));

    private async Task<IReadOnlyDictionary<AccountId, string>> ReadNamesAsync(MapSearchKey key, List<MapSearchRow> rows, CancellationToken cancellationToken)
    {
        var accounts = rows.SelectMany(r => r.Entries).Select(e => e.AccountId.Value.ToString("N")).Distinct(StringComparer.Ordinal);
        var items = await database.FindAllAsync(_table, accounts.Select(account => (MapSearchItem.NamePartition(key), account)), cancellationToken);
        return items.ToDictionary(item => new AccountId(Guid.Parse(item.Text(AwsSchema.SortKey))), item => item.Text("name"));
    }

    private async Task<Dictionary<string, AttributeValue>?> FindItemAsync(MapSearchKey key, CancellationToken cancellationToken) =>
        await database.FindAsync(_table, MapSearchItem.Partition(key.UserId), MapSearchItem.Sort(key.Id), cancellationToken) is { } item && !IsExpired(MapSearchItem.Read(item)) ? item : null;

    /// <param name="before">A step that must be done before the search is written, once; false when the search is another's.</param>
    private Task<MapSearchJob?> DecideAsync(
        MapSearchKey key, long fence, Func<MapSearchJob, MapSearchJob> decide, CancellationToken cancellationToken, Func<Task<bool>>? before = null)
    {
        bool? isPrepared = null;
        return _searches.DecideAsync(
            key,
            fence,
            async () => isPrepared != false && await FindAsync(key, cancellationToken) is { } found ? found : null,
            decide,
            async (from, to) =>
            {
                cancellationToken.ThrowIfCancellationRequested();
                isPrepared ??= before is null || await before();
                return isPrepared.Value && await TryWriteAsync(from, to);
            });
    }

    /// <param name="renewal">Of a claim: the number by which the lease was judged. A new lease begins with another.</param>
    private async Task<bool> TryWriteAsync(MapSearchJob from, MapSearchJob to, long? renewal = null)
    {
        var all = new Values { [":expected"] = Number(from.Version) };
        var names = new Names { ["#version"] = "version" };
        var sets = new List<string>();
        var gone = new List<string>();
        if (renewal is { } judged)
        {
            sets.Add($"{MapSearchItem.Renewal} = :next_renewal");
            gone.AddRange([MapSearchItem.Silence, "resends", "resent_at"]);
            all[":renewal"] = Number(judged);
            all[":next_renewal"] = Number(judged + 1);
        }

        foreach (var (name, value) in MapSearchItem.Progress(to))
        {
            names[$"#{name}"] = name;
            if (value is null)
            {
                gone.Add($"#{name}");
                continue;
            }

            sets.Add($"#{name} = :{name}");
            all[$":{name}"] = value;
        }

        if (to.IsFinished)
        {
            names["#open"] = AwsSchema.MapSearches.GlobalIndex!.PartitionKey;
            names["#ttl"] = AwsSchema.TimeToLive;
            gone.Add("#open");
            sets.Add("#ttl = :ttl");
            all[":ttl"] = Deletion(to.UpdatedAt + options.Retention);
        }

        var written = await database.TryUpdateAsync(
            _table,
            MapSearchItem.Partition(to.UserId),
            MapSearchItem.Sort(to.Id),
            string.Join(", ", sets),
            string.Join(", ", gone),
            renewal is null ? "#version = :expected" : $"#version = :expected and {MapSearchItem.Renewal} = :renewal",
            all,
            CancellationToken.None,
            names);
        if (written.IsDone && to.IsFinished)
        {
            await FreePlaceAsync(to.Key);
        }

        return written.IsDone;
    }

    private async Task<bool> TryTakePlaceAsync(MapSearchKey key, int maxUnfinished, CancellationToken cancellationToken)
    {
        var partition = MapSearchItem.Partition(key.UserId);
        while (true)
        {
            var taken = await database.TryUpdateAsync(
                _table,
                partition,
                MapSearchItem.UnfinishedSort,
                set: $"{MapOfUnfinished}.#id = :now, #ttl = :ttl",
                remove: string.Empty,
                condition: $"attribute_exists(pk) and (size({MapOfUnfinished}) < :max or attribute_exists({MapOfUnfinished}.#id))",
                new Values { [":now"] = Instant(clock.GetUtcNow()), [":max"] = Number(maxUnfinished), [":ttl"] = Deletion(LatestDeletion()) },
                cancellationToken,
                new Names { ["#id"] = key.Id.ToString(), ["#ttl"] = AwsSchema.TimeToLive });
            if (taken.IsDone || taken.Item is not null)
            {
                return taken.IsDone;
            }

            await database.TryPutAsync(
                _table,
                new Values
                {
                    [AwsSchema.PartitionKey] = Text(partition),
                    [AwsSchema.SortKey] = Text(MapSearchItem.UnfinishedSort),
                    [MapOfUnfinished] = new AttributeValue { M = new Values(), IsMSet = true },
                    [AwsSchema.TimeToLive] = Deletion(LatestDeletion()),
                },
                "attribute_not_exists(pk)",
                cancellationToken);
        }
    }

    /// <summary>Places whose search has finished, or was never stored because its process died. True when there were some.</summary>
    private async Task<bool> FreeStalePlacesAsync(UserId userId, CancellationToken cancellationToken)
    {
        var partition = MapSearchItem.Partition(userId);
        if (await database.FindAsync(_table, partition, MapSearchItem.UnfinishedSort, cancellationToken) is not { } list)
        {
            return true;
        }

        var places = list[MapOfUnfinished].M;
        var searches = (await database.FindAllAsync(_table, places.Keys.Select(id => (partition, id)), cancellationToken)).Select(MapSearchItem.Read).ToDictionary(job => job.Id.ToString(), StringComparer.Ordinal);
        var longAgo = (clock.GetUtcNow() - s_longestAdding).ToUnixTimeMilliseconds();
        var stale = places.Where(place => searches.TryGetValue(place.Key, out var job) ? job.IsFinished : Number(place.Value) < longAgo).Select(place => place.Key).ToList();
        foreach (var id in stale)
        {
            await FreePlaceAsync(new MapSearchKey(userId, new MapSearchId(Guid.Parse(id))));
        }

        return stale.Count > 0;
    }

    /// <summary>Should it fail, the place is freed when the user next wants one.</summary>
    private async Task FreePlaceAsync(MapSearchKey key)
    {
        try
        {
            await database.TryUpdateAsync(
                _table,
                MapSearchItem.Partition(key.UserId),
                MapSearchItem.UnfinishedSort,
                set: string.Empty,
                remove: $"{MapOfUnfinished}.#id",
                condition: "attribute_exists(pk)",
                [],
                CancellationToken.None,
                new Names { ["#id"] = key.Id.ToString() });
        }
        catch (StoreUnavailableException)
        {
        }
    }

    private bool IsExpired(MapSearchJob job) => job.IsFinished && clock.GetUtcNow() >= job.UpdatedAt + options.Retention;

    private DateTimeOffset LatestDeletion() => clock.GetUtcNow() + s_longestSearch + options.Retention;
}

/// <param name="HasLapsed">Nobody has renewed its lease while this process looked, for the whole lease.</param>
/// <param name="Resends">Messages that were sent for it because it seemed to have none.</param>
internal sealed record UnfinishedSearch(MapSearchJob Job, bool HasLapsed, int Resends, DateTimeOffset? ResentAt);
