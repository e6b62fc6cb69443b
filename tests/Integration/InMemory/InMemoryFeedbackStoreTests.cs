using Backend.Application.Ports;
using Backend.Infrastructure.InMemory;
using Backend.Integration.Contracts;

namespace Backend.Integration.InMemory;

public sealed class InMemoryFeedbackStoreTests : FeedbackStoreContract
{
    protected override Task<(IFeedbackStore Feedback, IUserStore Users)> CreateAsync()
    {
        var relations = new InMemoryRelations();
        return Task.FromResult<(IFeedbackStore, IUserStore)>((new InMemoryFeedbackStore(relations), new InMemoryUserStore(relations, TimeProvider.System)));
    }
}
