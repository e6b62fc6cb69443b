namespace Backend.Infrastructure.Postgres.Schema;

/// <summary>What <c>migrate</c> would do.</summary>
/// <param name="Pending">Names of the scripts that would be applied, in order.</param>
/// <param name="Conflicts">Sentences that say why nothing can be applied; with one of them nothing is changed.</param>
/// <param name="Earlier">What was found of an earlier system; null if there is none left.</param>
public sealed record SchemaPlan(DatabaseOrigin Origin, IReadOnlyList<string> Pending, IReadOnlyList<string> Conflicts, EarlierData? Earlier);

/// <summary>Whose tables a database holds.</summary>
public enum DatabaseOrigin
{
    Empty,
    EarlierSystem,
    ThisService,
}

/// <summary>Rows of an earlier system's tables.</summary>
/// <param name="TextsToDecode">Texts that are stored escaped for HTML.</param>
/// <param name="RowsPutAside">Rows that go to the schema <c>legacy</c>, where nothing reads them.</param>
/// <param name="CacheRowsDropped">Rows of caches, which are made anew on demand.</param>
public sealed record EarlierData(
    long Users, long Alerts, long DriverNotifications, long HistoryEntries, long Feedback, long TextsToDecode, long RowsPutAside, long CacheRowsDropped);
