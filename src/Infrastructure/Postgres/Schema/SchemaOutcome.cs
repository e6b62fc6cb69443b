namespace Backend.Infrastructure.Postgres.Schema;

/// <summary>What <c>migrate</c> did.</summary>
/// <param name="Applied">Names of the scripts that were applied; none if there was nothing to do or something stood against it.</param>
/// <param name="Conflicts">Sentences that say why nothing was changed.</param>
public sealed record SchemaOutcome(IReadOnlyList<string> Applied, IReadOnlyList<string> Conflicts)
{
    public bool Succeeded => Conflicts.Count == 0;
}
