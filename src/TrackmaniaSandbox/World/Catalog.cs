namespace Backend.TrackmaniaSandbox;

/// <summary>An immutable snapshot of all maps; a scenario step replaces the whole snapshot.</summary>
internal sealed class Catalog
{
    private readonly Dictionary<string, SandboxMap> _byUid = new(StringComparer.Ordinal);
    private readonly Dictionary<Guid, SandboxMap> _byOnlineMapId = [];

    /// <param name="maps">The current entry of every map.</param>
    /// <param name="replaced">Earlier files of updated maps: the game still knows them, the site does not.</param>
    public Catalog(IEnumerable<SandboxMap> maps, IReadOnlyList<SandboxMap> replaced)
    {
        All = [.. maps.OrderByDescending(m => m.UploadedAt).ThenByDescending(m => m.MapId)];
        Listed = [.. All.Where(m => m.IsListed)];
        Replaced = replaced;
        foreach (var map in All.Concat(replaced))
        {
            if (map.Uid is not null)
            {
                _byUid.TryAdd(map.Uid, map);
                _byOnlineMapId.TryAdd(map.OnlineMapId, map);
            }
        }
    }

    /// <summary>Every current map, newest upload first.</summary>
    public IReadOnlyList<SandboxMap> All { get; }

    /// <summary>The maps that the site shows, newest upload first.</summary>
    public IReadOnlyList<SandboxMap> Listed { get; }

    public IReadOnlyList<SandboxMap> Replaced { get; }

    public SandboxMap? ByUid(string uid) => _byUid.GetValueOrDefault(uid);

    public SandboxMap? ByOnlineMapId(Guid id) => _byOnlineMapId.GetValueOrDefault(id);
}
