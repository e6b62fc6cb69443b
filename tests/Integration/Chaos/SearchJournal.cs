using Backend.Integration.Support;

namespace Backend.Integration.Chaos;

/// <param name="Instance">Who did it: the name that the connection gave.</param>
internal sealed record JournalEntry(DateTimeOffset At, string Instance, Guid SearchId, string What, long Fence);

/// <summary>
/// Writes down in the database, inside the very transactions of the service, what happens to each search and who did
/// it, so that nothing can happen between two looks.
/// </summary>
internal sealed class SearchJournal
{
    public const string Delivered = "delivered";
    public const string Claimed = "claimed";
    public const string Returned = "returned";

    /// <summary>A version or fence that fell, or grew by more than a step; a finished search that changed; a row that changed.</summary>
    public const string Impossible = "impossible";

    private readonly TestDatabase _database;

    private SearchJournal(TestDatabase database) => _database = database;

    public static async Task<SearchJournal> StartAsync(TestDatabase database)
    {
        var journal = new SearchJournal(database);
        await journal.ExecuteAsync($"""
            create schema journal;
            create table journal.entries (
                number bigint generated always as identity primary key, at timestamptz not null default pg_catalog.clock_timestamp(),
                instance text not null default current_setting('application_name'), search_id uuid not null, what text not null, fence bigint not null);
            create table journal.appended (
                number bigint generated always as identity primary key, instance text not null default current_setting('application_name'), search_id uuid not null, map_uid text);
            create index on journal.entries (instance);

            create function journal.note_search() returns trigger language plpgsql as $$
            begin
                if new.delivery <> old.delivery then
                    insert into journal.entries (search_id, what, fence) values (new.id, '{Delivered}', new.fence);
                end if;
                if old.is_delivered and not new.is_delivered then
                    insert into journal.entries (search_id, what, fence) values (new.id, '{Returned}', new.fence);
                end if;
                if new.fence <> old.fence then
                    insert into journal.entries (search_id, what, fence) values (new.id, '{Claimed}', new.fence);
                end if;
                if new.state <> old.state then
                    insert into journal.entries (search_id, what, fence) values (new.id, new.state, new.fence);
                end if;
                if new.version not in (old.version, old.version + 1) or new.fence not in (old.fence, old.fence + 1) or new.maps_done not in (old.maps_done, old.maps_done + 1)
                    or old.state in ('completed', 'failed', 'cancelled') and new.version <> old.version then
                    insert into journal.entries (search_id, what, fence) values (new.id, '{Impossible}', new.fence);
                end if;
                return null;
            end $$;
            create trigger note_search after update on public.map_searches for each row execute function journal.note_search();

            create function journal.note_row() returns trigger language plpgsql as $$
            begin
                if tg_op = 'INSERT' then
                    insert into journal.appended (search_id, map_uid) values (new.search_id, new.content ->> 'uid');
                else
                    insert into journal.entries (search_id, what, fence) values (old.search_id, '{Impossible}', 0);
                end if;
                return null;
            end $$;
            create trigger note_row after insert or update or delete on public.map_search_rows for each row execute function journal.note_row()
            """);
        return journal;
    }

    /// <summary>In the order of their times for each search.</summary>
    public Task<List<JournalEntry>> ReadAsync() => _database.ReadAsync(
        "select at, instance, search_id, what, fence from journal.entries order by at, number",
        row => new JournalEntry(row.GetFieldValue<DateTimeOffset>(0), row.GetString(1), row.GetGuid(2), row.GetString(3), row.GetInt64(4)));

    /// <summary>How many rows each instance has written of each map that has a board.</summary>
    public async Task<IReadOnlyDictionary<(string Instance, string MapUid), int>> ReadAppendedAsync() => (await _database.ReadAsync(
        "select instance, map_uid, count(*)::integer from journal.appended where map_uid is not null group by instance, map_uid",
        row => (Key: (row.GetString(0), row.GetString(1)), Count: row.GetInt32(2)))).ToDictionary(r => r.Key, r => r.Count);

    private async Task ExecuteAsync(string sql)
    {
        await using var command = _database.DataSource.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
