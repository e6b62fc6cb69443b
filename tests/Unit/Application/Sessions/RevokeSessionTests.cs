using Backend.Application.Sessions;
using Backend.Domain.Accounts;
using Backend.Domain.Common;
using Backend.Infrastructure.InMemory;
using Backend.Unit.Support;

namespace Backend.Unit.Application.Sessions;

public sealed class RevokeSessionTests
{
    private readonly InMemorySessionStore _sessions = new(Make.Clock());

    [Fact]
    public async Task A_session_of_the_caller_ends_once()
    {
        await _sessions.AddAsync(Make.Session(), CancellationToken.None);

        (await HandleAsync(Make.UserId)).ShouldBeNull();
        (await HandleAsync(Make.UserId)).ShouldBe(SessionErrors.NotFound);
    }

    [Fact]
    public async Task A_session_of_somebody_else_does_not_exist()
    {
        await _sessions.AddAsync(Make.Session(), CancellationToken.None);

        (await HandleAsync(new UserId(99))).ShouldBe(SessionErrors.NotFound);

        (await _sessions.ListAsync(Make.UserId, CancellationToken.None)).Count.ShouldBe(1);
    }

    private async Task<Error?> HandleAsync(UserId caller) =>
        (await new RevokeSessionHandler(_sessions).Handle(new RevokeSessionCommand(caller, Make.SessionId), CancellationToken.None)).Error;
}
