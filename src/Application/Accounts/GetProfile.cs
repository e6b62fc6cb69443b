using Backend.Application.Common.Messaging;
using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.Common;

namespace Backend.Application.Accounts;

public sealed record GetProfileQuery(UserId UserId) : IQuery<User>;

internal sealed class GetProfileHandler(IUserStore users) : IQueryHandler<GetProfileQuery, User>
{
    public async Task<Result<User>> Handle(GetProfileQuery query, CancellationToken cancellationToken) =>
        await users.FindAsync(query.UserId, cancellationToken) is { } user ? user : AccountErrors.NotFound;
}
