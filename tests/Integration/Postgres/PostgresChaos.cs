using Backend.Integration.Chaos;

namespace Backend.Integration.Postgres;

public sealed class PostgresKillTests() : KillTests(kills: 200)
{
    private protected override Task<IFleetStores> StartStoresAsync() => PostgresFleetStores.StartAsync();
}
