using Backend.Application.Common.Messaging;
using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.Common;
using Backend.Domain.Tracks;

namespace Backend.Application.Accounts;

public sealed record GetPlayerLinkQuery(UserId UserId) : IQuery<PlayerLink>;

/// <param name="Player">Null: the user has linked none.</param>
public sealed record PlayerLink(Player? Player);

internal sealed class GetPlayerLinkHandler(IUserStore users) : IQueryHandler<GetPlayerLinkQuery, PlayerLink>
{
    public async Task<Result<PlayerLink>> Handle(GetPlayerLinkQuery query, CancellationToken cancellationToken) =>
        await users.FindAsync(query.UserId, cancellationToken) is { } user ? new PlayerLink(user.Player) : AccountErrors.NotFound;
}
