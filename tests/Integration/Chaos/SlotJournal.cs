using Backend.Integration.Support;
using Backend.TrackmaniaSandbox;

namespace Backend.Integration.Chaos;

/// <summary>
/// Writes down when the database gave out which slot, to whichever instance. A request arrives later than its slot was
/// given, on a busy machine by enough for two to come closer than they were sent; here that can be told from a pace not kept.
/// </summary>
internal sealed class SlotJournal
{
    /// <summary>What an arrival may always be late.</summary>
    private static readonly TimeSpan s_network = TimeSpan.FromMilliseconds(20);

    private readonly TestDatabase _database;

    private SlotJournal(TestDatabase database) => _database = database;

    public static async Task<SlotJournal> StartAsync(TestDatabase database)
    {
        await using var command = database.DataSource.CreateCommand("""
            create table public.slot_journal (at timestamptz not null, host text not null);
            create function public.note_slot() returns trigger language plpgsql as $$
            begin
                if old.next_at <= pg_catalog.clock_timestamp() and new.next_at > old.next_at then
                    insert into public.slot_journal values (pg_catalog.clock_timestamp(), new.host);
                end if;
                return null;
            end $$;
            create trigger note_slot after update on public.upstream_slots for each row execute function public.note_slot()
            """);
        await command.ExecuteNonQueryAsync();
        return new SlotJournal(database);
    }

    /// <summary>No two slots closer than the spacing, and no more arrivals in a second, less what they were late, than that allows.</summary>
    public async Task CheckAsync(SandboxServer sandbox, string budget, int perSecond, params SandboxHost[] hosts)
    {
        var slots = await _database.ReadAsync("select at from slot_journal where host = $1 order by at", row => row.GetFieldValue<DateTimeOffset>(0), budget);

        // The row is stamped a moment after the statement took the time.
        slots.Zip(slots.Skip(1), (one, next) => next - one).ShouldAllBe(gap => gap > TimeSpan.FromSeconds(1.0 / perSecond) - s_network);
        var late = sandbox.Traffic.Entries.Where(e => hosts.Contains(e.Host))
            .Select(e => e.At - slots.Where(at => at <= e.At).DefaultIfEmpty(e.At).Max())
            .Append(s_network)
            .Max();
        TestContext.Current.TestOutputHelper?.WriteLine($"{budget}: {slots.Count} slots, latest arrival {late.TotalMilliseconds:0} ms after its slot");
        sandbox.Traffic.MaxInWindow(TimeSpan.FromSeconds(1) - late, hosts).ShouldBeLessThanOrEqualTo(perSecond);
    }
}
