using Backend.Application.Common.Messaging;
using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.Common;
using Backend.Domain.Sessions;

namespace Backend.Application.Sessions;

public sealed record ListSessionsQuery(UserId UserId) : IQuery<IReadOnlyList<Session>>;

internal sealed class ListSessionsHandler(ISessionStore sessions) : IQueryHandler<ListSessionsQuery, IReadOnlyList<Session>>
{
    public async Task<Result<IReadOnlyList<Session>>> Handle(ListSessionsQuery query, CancellationToken cancellationToken) =>
        Result<IReadOnlyList<Session>>.Success(await sessions.ListAsync(query.UserId, cancellationToken));
}
