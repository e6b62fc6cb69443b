using Backend.Domain.MapSearches;
using Backend.Integration.Support;

namespace Backend.Integration.Chaos;

internal sealed class PostgresFleetStores : IFleetStores
{
    private readonly SearchJournal _journal;

    private PostgresFleetStores(TestDatabase database, SearchJournal journal) => (Database, _journal) = (database, journal);

    public TestDatabase Database { get; }

    public bool MayCountWhatIsNotStored => false;

    public static async Task<IFleetStores> StartAsync()
    {
        var database = await TestDatabase.CreateAsync();
        return new PostgresFleetStores(database, await SearchJournal.StartAsync(database));
    }

    public Task<IReadOnlyDictionary<string, string>> SettingsOfAsync(string instance) => Task.FromResult(Fleet.OnDatabase(Database.ConnectionString, instance));

    public async Task<IReadOnlyList<(long UserId, string Mapper)>> ReadUnfinishedAsync() =>
        await Database.ReadAsync("select user_id, mapper from map_searches where state in ('pending', 'processing')", row => (row.GetInt64(0), row.GetString(1)));

    public async Task<DateTimeOffset?> ReadKillTimeAsync(string instance) => (await Database.ReadAsync(
        $"""
         select case when not exists (
             select from map_searches s
             where s.state = 'processing' and s.attempt >= $1 and s.maps_done = s.maps_done_at_claim
             and $2 = (select e.instance from journal.entries e where e.search_id = s.id and e.what = '{SearchJournal.Claimed}' order by e.number desc limit 1))
             then clock_timestamp() end
         """,
        row => row.IsDBNull(0) ? (DateTimeOffset?)null : row.GetFieldValue<DateTimeOffset>(0),
        MapSearchJob.MaxAttempts,
        instance))[0];

    public async Task<IReadOnlyList<JournalEntry>> ReadJournalAsync() => await _journal.ReadAsync();

    public Task<IReadOnlyDictionary<(string Instance, string MapUid), int>> ReadAppendedAsync() => _journal.ReadAppendedAsync();

    public async Task<IReadOnlyList<StoredSearch>> ReadSearchesAsync() => await Database.ReadAsync(
        """
        select s.id, s.mapper, s.state = 'completed' and s.maps_failed = 0 and s.maps_done = s.maps_total,
            coalesce(array_agg((r.content ->> 'id')::bigint order by r.index) filter (where r.index is not null), '{}')
        from map_searches s left join map_search_rows r on r.user_id = s.user_id and r.search_id = s.id group by s.user_id, s.id
        """,
        row => new StoredSearch(row.GetGuid(0), row.GetString(1), row.GetBoolean(2), row.GetFieldValue<long[]>(3)));

    public async Task<long> CountTicketsAsync() => (await Database.ReadAsync("select count(*) from map_searches where due_at is not null", row => row.GetInt64(0)))[0];

    public ValueTask DisposeAsync() => Database.DisposeAsync();
}
