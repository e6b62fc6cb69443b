namespace Backend.TrackmaniaSandbox;

/// <summary>A map as the map site and the game know it.</summary>
public sealed record SandboxMap
{
    /// <summary>Key on the map site.</summary>
    public required long MapId { get; init; }

    /// <summary>Uid of the map file; null on some odd old entries.</summary>
    public required string? Uid { get; init; }

    /// <summary>The game's own id of the uploaded map.</summary>
    public required Guid OnlineMapId { get; init; }

    /// <summary>Plain name.</summary>
    public required string Name { get; init; }

    /// <summary>In-game name with formatting codes.</summary>
    public required string FormattedName { get; init; }

    /// <summary>Who uploaded it to the site.</summary>
    public required SandboxMapper Uploader { get; init; }

    /// <summary>All authors; the map is listed for each of them.</summary>
    public required IReadOnlyList<SandboxMapper> Authors { get; init; }

    /// <summary>Upload moment, in whole milliseconds.</summary>
    public required DateTimeOffset UploadedAt { get; init; }

    /// <summary>Last update moment.</summary>
    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>Author medal in milliseconds.</summary>
    public required int AuthorTime { get; init; }

    /// <summary>Records of at most this many milliseconds are secret; 0 when none is.</summary>
    public int SecretUpTo { get; init; }

    /// <summary>Whether the map site lists it.</summary>
    public bool IsListed { get; init; } = true;

    /// <summary>Gold medal in milliseconds.</summary>
    public int GoldTime => RoundUp(AuthorTime * 106L / 100);

    /// <summary>Silver medal in milliseconds.</summary>
    public int SilverTime => RoundUp(AuthorTime * 120L / 100);

    /// <summary>Bronze medal in milliseconds.</summary>
    public int BronzeTime => RoundUp(AuthorTime * 150L / 100);

    internal ulong Key { get; init; }

    internal Activity Activity { get; init; } = Activity.None;

    internal ulong Details { get; init; }

    private static int RoundUp(long milliseconds) => (int)((milliseconds + 999) / 1000 * 1000);
}
