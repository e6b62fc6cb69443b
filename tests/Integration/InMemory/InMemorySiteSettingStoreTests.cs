using Backend.Application.Ports;
using Backend.Infrastructure.InMemory;
using Backend.Integration.Contracts;

namespace Backend.Integration.InMemory;

public sealed class InMemorySiteSettingStoreTests : SiteSettingStoreContract
{
    protected override Task<ISiteSettingStore> CreateAsync() => Task.FromResult<ISiteSettingStore>(new InMemorySiteSettingStore());
}
