namespace Backend.Infrastructure.Selection;

/// <summary>The technologies that adapters are made of; the names are those of the settings.</summary>
internal enum AdapterKind
{
    InMemory,
    Postgres,
    Aws,
}
