using System.Globalization;
using Amazon.DynamoDBv2.Model;
using Backend.Domain.Accounts;
using Backend.Domain.MapSearches;
using Backend.Infrastructure.Storage;
using static Backend.Infrastructure.Aws.DynamoItem;

namespace Backend.Infrastructure.Aws;

/// <summary>How a <see cref="MapSearchJob"/> lies in its item, and under which keys all that belongs to it.</summary>
internal static class MapSearchItem
{
    /// <summary>Sort key, under the user, of the list of the searches that count as unfinished.</summary>
    public const string UnfinishedSort = "unfinished";

    /// <summary>Counted up by the worker that holds the search.</summary>
    public const string Renewal = "renewal";

    /// <summary>For how many milliseconds others have seen <see cref="Renewal"/> unchanged; gone as soon as it changes.</summary>
    public const string Silence = "silent_for";

    private const string Open = "yes";

    public static string Partition(UserId userId) => userId.Value.ToString(CultureInfo.InvariantCulture);

    public static string Sort(MapSearchId id) => id.ToString();

    public static string RowPartition(MapSearchKey key) => $"{Partition(key.UserId)}#{key.Id}#rows";

    public static string RowSort(long index) => index.ToString("D10", CultureInfo.InvariantCulture);

    public static int RowIndex(Dictionary<string, AttributeValue> item) => int.Parse(item.Text(AwsSchema.SortKey), CultureInfo.InvariantCulture);

    public static string NamePartition(MapSearchKey key) => $"{Partition(key.UserId)}#{key.Id}#names";

    /// <summary>The only partition of the index of unfinished searches.</summary>
    public static string UnfinishedPartition => Open;

    public static MapSearchKey Key(Dictionary<string, AttributeValue> item) => new(
        new UserId(long.Parse(item.Text(AwsSchema.PartitionKey), CultureInfo.InvariantCulture)),
        new MapSearchId(Guid.Parse(item.Text(AwsSchema.SortKey))));

    public static MapSearchJob Read(Dictionary<string, AttributeValue> item)
    {
        var key = Key(item);
        return MapSearchJob.Restore(
            new MapSearchJob(key.UserId, key.Id, item.Text("mapper"), MapSearchWords.Period(item.Text("period")), item.Instant("created_at")),
            new MapSearchProgress(
                MapSearchWords.State(item.Text("state")),
                MapSearchWords.Phase(item.Text("phase")),
                item.Number("version"),
                item.Number("fence"),
                (int)item.Number("attempt"),
                item.Instant("updated_at"),
                (int?)item.NumberOrNull("maps_total"),
                (int)item.Number("maps_done"),
                (int)item.Number("maps_failed"),
                item.Number("records_found"),
                item.TextOrNull("failure"),
                item.InstantOrNull("reading_since"),
                (int)item.Number("maps_done_at_claim")));
    }

    public static LeaseNumber Lease(Dictionary<string, AttributeValue> item) => new(item.Number("fence"), item.Number(Renewal));

    public static TimeSpan SilenceOf(Dictionary<string, AttributeValue> item) => TimeSpan.FromMilliseconds(item.NumberOrNull(Silence) ?? 0);

    /// <summary>A new search as a whole item.</summary>
    /// <param name="deletion">For DynamoDB, should the search never finish.</param>
    public static Values Write(MapSearchJob job, DateTimeOffset deletion)
    {
        var item = new Values
        {
            [AwsSchema.PartitionKey] = Text(Partition(job.UserId)),
            [AwsSchema.SortKey] = Text(Sort(job.Id)),
            ["mapper"] = Text(job.Mapper),
            ["period"] = Text(job.Period.Name),
            ["created_at"] = Instant(job.CreatedAt),
            [AwsSchema.MapSearches.LocalIndex!.SortKey] = Text($"{job.CreatedAt.ToUnixTimeMilliseconds().ToString("D15", CultureInfo.InvariantCulture)}#{job.Id}"),
            [AwsSchema.MapSearches.GlobalIndex!.PartitionKey] = Text(Open),
            [Renewal] = Number(0),
            [AwsSchema.TimeToLive] = Deletion(deletion),
        };
        foreach (var (name, value) in Progress(job))
        {
            if (value is not null)
            {
                item[name] = value;
            }
        }

        return item;
    }

    /// <summary>What a transition changes: attributes with their values, null for one that must go.</summary>
    public static IEnumerable<(string Name, AttributeValue? Value)> Progress(MapSearchJob job)
    {
        yield return ("state", Text(MapSearchWords.Of(job.State)));
        yield return ("phase", Text(MapSearchWords.Of(job.Phase)));
        yield return ("version", Number(job.Version));
        yield return ("fence", Number(job.Fence));
        yield return ("attempt", Number(job.Attempt));
        yield return ("updated_at", Instant(job.UpdatedAt));
        yield return ("maps_total", job.MapsTotal is { } total ? Number(total) : null);
        yield return ("maps_done", Number(job.MapsDone));
        yield return ("maps_failed", Number(job.MapsFailed));
        yield return ("records_found", Number(job.RecordsFound));
        yield return ("failure", job.Failure is { } failure ? Text(failure) : null);
        yield return ("reading_since", job.ReadingSince is { } since ? Instant(since) : null);
        yield return ("maps_done_at_claim", Number(job.MapsDoneAtClaim));
    }
}
