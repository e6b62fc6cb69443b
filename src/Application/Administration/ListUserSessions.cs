using Backend.Application.Common.Messaging;
using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.Common;
using Backend.Domain.Sessions;

namespace Backend.Application.Administration;

public sealed record ListUserSessionsQuery(UserId UserId) : IQuery<IReadOnlyList<Session>>;

internal sealed class ListUserSessionsHandler(IUserStore users, ISessionStore sessions) : IQueryHandler<ListUserSessionsQuery, IReadOnlyList<Session>>
{
    public async Task<Result<IReadOnlyList<Session>>> Handle(ListUserSessionsQuery query, CancellationToken cancellationToken) =>
        await users.FindAsync(query.UserId, cancellationToken) is null
            ? AdministrationErrors.UserNotFound
            : Result<IReadOnlyList<Session>>.Success(await sessions.ListAsync(query.UserId, cancellationToken));
}
