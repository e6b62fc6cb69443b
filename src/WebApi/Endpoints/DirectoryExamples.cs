namespace Backend.WebApi.Endpoints;

internal static class DirectoryExamples
{
    private const string Account = "5b4d42f4-c2de-407d-b367-cbff3fe817bc";

    public static IEnumerable<TmxUserResponse> TmxUsers { get; } = [new TmxUserResponse("Demo Mapper", 40_001)];

    public static AccountNamesBody AccountIds { get; } = new([Account]);

    public static IReadOnlyDictionary<string, string> Names { get; } = new Dictionary<string, string>(StringComparer.Ordinal) { [Account] = "Grace" };
}
