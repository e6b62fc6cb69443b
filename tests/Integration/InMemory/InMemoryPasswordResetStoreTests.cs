using Backend.Application.Ports;
using Backend.Infrastructure.InMemory;
using Backend.Integration.Contracts;

namespace Backend.Integration.InMemory;

public sealed class InMemoryPasswordResetStoreTests : PasswordResetStoreContract
{
    protected override Task<(IPasswordResetStore Resets, IUserStore Users)> CreateAsync()
    {
        var relations = new InMemoryRelations();
        return Task.FromResult<(IPasswordResetStore, IUserStore)>((new InMemoryPasswordResetStore(relations, Time), new InMemoryUserStore(relations, Time)));
    }

    protected override Task PassAsync(TimeSpan duration) => InMemoryDaily.PassAsync(Time, duration);
}
