using Backend.Infrastructure.Aws;
using Backend.Infrastructure.Security;
using Backend.Integration.Support;
using Microsoft.Extensions.Configuration;

namespace Backend.Integration.Aws;

/// <summary>Tables of one test class, reached as in production. No store has a clock of its own: what passes time passes it on theirs.</summary>
public sealed class ContractResources : IAsyncLifetime
{
    private AwsResources _resources = null!;

    internal AwsSettings Settings { get; private set; } = null!;

    internal DynamoDatabase Database { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        _resources = await AwsResources.CreateAsync();
        Settings = SettingsOf(_resources);
        Database = new DynamoDatabase(_resources.DynamoDb, new RandomIdSource());
    }

    public ValueTask DisposeAsync() => _resources.DisposeAsync();

    internal async Task DeleteAsync(AwsTable table, IEnumerable<string> partitions, string sort)
    {
        foreach (var partition in partitions)
        {
            await Database.DeleteAsync(Settings.NameOf(table), partition, sort, CancellationToken.None);
        }
    }

    internal static AwsSettings SettingsOf(AwsResources resources)
    {
        var errors = new List<string>();
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(resources.Settings.Select(s => KeyValuePair.Create(s.Key, (string?)s.Value))).Build();
        var settings = AwsSettings.Read(configuration, errors);
        errors.ShouldBeEmpty();
        return settings;
    }
}
