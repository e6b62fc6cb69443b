using Backend.Integration.Chaos;

namespace Backend.Integration.Aws;

public sealed class AwsKillTests() : KillTests(kills: 60)
{
    private protected override Task<IFleetStores> StartStoresAsync() => AwsFleetStores.StartAsync();
}
