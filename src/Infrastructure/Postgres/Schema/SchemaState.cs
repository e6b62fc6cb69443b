namespace Backend.Infrastructure.Postgres.Schema;

/// <summary>Whether this version of the service can work with the database.</summary>
/// <param name="Sentence">For people: what is the matter, and what to do.</param>
public sealed record SchemaState(SchemaStatus Status, string Sentence);

public enum SchemaStatus
{
    Current,
    TooOld,
    TooNew,
}
