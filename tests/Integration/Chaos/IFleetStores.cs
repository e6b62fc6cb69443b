using Backend.Integration.Support;

namespace Backend.Integration.Chaos;

/// <summary>What a fleet keeps its searches in, and everything that happened to them there, written down so that nothing can happen between two looks.</summary>
internal interface IFleetStores : IAsyncDisposable
{
    /// <summary>Has the users, whatever has the searches.</summary>
    TestDatabase Database { get; }

    /// <summary>A search that its instance was killed over before it was stored still counts as unfinished, for a minute.</summary>
    bool MayCountWhatIsNotStored { get; }

    Task<IReadOnlyDictionary<string, string>> SettingsOfAsync(string instance);

    Task<IReadOnlyList<(long UserId, string Mapper)>> ReadUnfinishedAsync();

    /// <summary>
    /// The time; null while the instance runs a search that has already ended several times without any progress. The service
    /// would take that search for the murderer after one more such end and fail it, as it should.
    /// </summary>
    Task<DateTimeOffset?> ReadKillTimeAsync(string instance);

    /// <summary>In the order of their times for each search.</summary>
    Task<IReadOnlyList<JournalEntry>> ReadJournalAsync();

    /// <summary>How many rows each instance has written of each map that has a board.</summary>
    Task<IReadOnlyDictionary<(string Instance, string MapUid), int>> ReadAppendedAsync();

    Task<IReadOnlyList<StoredSearch>> ReadSearchesAsync();

    /// <summary>Tickets that wait, are out or were set aside.</summary>
    Task<long> CountTicketsAsync();
}

/// <param name="IsWhole">Completed, with every map in it and none that failed.</param>
/// <param name="Maps">Of its rows, in their order.</param>
internal sealed record StoredSearch(Guid Id, string Mapper, bool IsWhole, IReadOnlyList<long> Maps);
