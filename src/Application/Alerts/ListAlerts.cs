using Backend.Application.Accounts;
using Backend.Application.Common.Messaging;
using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.Alerts;
using Backend.Domain.Common;

namespace Backend.Application.Alerts;

public sealed record ListAlertsQuery(UserId UserId) : IQuery<AlertList>;

/// <param name="UserName">Whose they are.</param>
/// <param name="Alerts">One or none.</param>
public sealed record AlertList(UserName UserName, IReadOnlyList<MapperAlert> Alerts);

internal sealed class ListAlertsHandler(IAlertStore alerts, IUserStore users) : IQueryHandler<ListAlertsQuery, AlertList>
{
    public async Task<Result<AlertList>> Handle(ListAlertsQuery query, CancellationToken cancellationToken)
    {
        if (await users.FindAsync(query.UserId, cancellationToken) is not { } user)
        {
            return AccountErrors.NotFound;
        }

        return new AlertList(user.Name, await alerts.FindAsync(query.UserId, cancellationToken) is { } alert ? [alert] : []);
    }
}
