using Backend.Application.Common.Messaging;
using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.Alerts;
using Backend.Domain.Common;
using FluentValidation;

namespace Backend.Application.Administration;

/// <param name="Search">Part of a name or an address; null for everybody.</param>
/// <param name="Page">From 1.</param>
/// <param name="PageSize">Null: all on one page.</param>
public sealed record ListUsersQuery(string? Search, int? Page, int? PageSize) : IQuery<UserOverview>;

/// <param name="Total">Users that match, on whatever page.</param>
public sealed record UserOverview(IReadOnlyList<UserWithAlerts> Users, int Total);

/// <param name="Alert">Null: the user has none.</param>
public sealed record UserWithAlerts(User User, MapperAlert? Alert, int DriverNotifications);

internal sealed class ListUsersValidator : AbstractValidator<ListUsersQuery>
{
    public const int MaxPageSize = 1000;

    private const int MaxSearchLength = 255;

    public ListUsersValidator()
    {
        RuleFor(q => q.Search).Must(s => s is null || (s.Length <= MaxSearchLength && TextKey.IsWellFormed(s)))
            .OverridePropertyName("search").WithMessage($"The text to search for must have at most {MaxSearchLength} characters, and none that no name has.");
        RuleFor(q => q.Page).Must(p => p is null or (>= 1 and <= 1_000_000)).OverridePropertyName("page").WithMessage("The page must be a number from 1 on.");
        RuleFor(q => q.PageSize).Must(s => s is null or (>= 1 and <= MaxPageSize)).OverridePropertyName("pageSize").WithMessage($"The page size must be a number from 1 to {MaxPageSize}.");
    }
}

internal sealed class ListUsersHandler(IUserStore users, IAlertStore alerts, IDriverNotificationStore driverNotifications) : IQueryHandler<ListUsersQuery, UserOverview>
{
    private const int StandardPageSize = 100;

    public async Task<Result<UserOverview>> Handle(ListUsersQuery query, CancellationToken cancellationToken)
    {
        // Clients that know of no pages want everybody.
        var size = query.PageSize ?? (query.Page is null ? int.MaxValue : StandardPageSize);
        var search = string.IsNullOrWhiteSpace(query.Search) ? null : query.Search.Trim();
        var page = await users.ListAsync(search, (int)Math.Min(((query.Page ?? 1) - 1L) * size, int.MaxValue), size, cancellationToken);
        var ids = page.Users.Select(u => u.Id).ToList();
        var alertOf = await alerts.FindAllAsync(ids, cancellationToken);
        var notificationsOf = await driverNotifications.CountOfAsync(ids, cancellationToken);
        return new UserOverview(
            [.. page.Users.Select(user => new UserWithAlerts(user, alertOf.GetValueOrDefault(user.Id), notificationsOf.GetValueOrDefault(user.Id)))],
            page.Total);
    }
}
