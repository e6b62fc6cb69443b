using Backend.Application.Ports;
using Backend.Infrastructure.InMemory;
using Backend.Integration.Contracts;

namespace Backend.Integration.InMemory;

public sealed class InMemoryPasswordResetStoreTests : PasswordResetStoreContract
{
    private InMemoryRelations _relations = new();

    protected override Task<(IPasswordResetStore Resets, IUserStore Users)> CreateAsync()
    {
        _relations = new InMemoryRelations();
        return Task.FromResult<(IPasswordResetStore, IUserStore)>((new InMemoryPasswordResetStore(_relations, Time), new InMemoryUserStore(_relations, Time)));
    }

    protected override Task<int> KeptAsync() => _relations.StepAsync(static tables => tables.PasswordResets.Count, CancellationToken.None);

    protected override Task PassAsync(TimeSpan duration) => InMemoryDaily.PassAsync(Time, duration);
}
