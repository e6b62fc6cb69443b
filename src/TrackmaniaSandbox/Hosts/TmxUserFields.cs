namespace Backend.TrackmaniaSandbox;

/// <summary>The public field list of the user search.</summary>
internal static class TmxUserFields
{
    public static IReadOnlyDictionary<string, TmxField<SandboxMapper>> For(SandboxWorld world)
    {
        TmxField<SandboxMapper>[] fields =
        [
            new("UserId", u => u.UserId),
            new("Name", u => u.Name),
            new("RegisteredAt", u => TmxMapFields.Moment(u.RegisteredAt)),
            new("CustomTitle", _ => null),
            new("IsSupporter", u => u.Index % 5 == 0),
            new("IsModerator", _ => false),
            new("Bio", u => u.Index % 3 == 0 ? null : $"Maps by {u.Name}"),
            new("MapCount", u => MapCount(world, u)),
            new("MappackCount", _ => 0),
            new("AwardsReceivedCount", u => u.OwnMaps * 2),
            new("AwardsGivenCount", u => u.Index),
            new("CommentsReceivedCount", u => u.OwnMaps),
            new("CommentsGivenCount", u => u.Index),
            new("ReplayCount", _ => 0),
        ];
        return fields.ToDictionary(f => f.Name, StringComparer.OrdinalIgnoreCase);
    }

    public static int MapCount(SandboxWorld world, SandboxMapper user) =>
        world.Catalog.Listed.Count(map => map.Authors.Contains(user));

}
