namespace Backend.TrackmaniaSandbox;

/// <summary>A user of the map site.</summary>
/// <param name="UserId">Site user id.</param>
/// <param name="Name">Site name.</param>
/// <param name="AccountId">The mapper's game account.</param>
/// <param name="RegisteredAt">When the site account was made.</param>
public sealed record SandboxMapper(long UserId, string Name, Guid AccountId, DateTimeOffset RegisteredAt)
{
    internal int Index { get; init; }

    /// <summary>How many maps the generated world holds that this mapper uploads.</summary>
    internal int OwnMaps { get; init; }
}
