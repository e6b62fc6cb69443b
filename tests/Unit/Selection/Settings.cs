using Microsoft.Extensions.Configuration;

namespace Backend.Unit.Selection;

internal static class Settings
{
    public static IConfigurationRoot Of(params (string Key, string? Value)[] settings) =>
        new ConfigurationBuilder().AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Key, s.Value))).Build();
}
