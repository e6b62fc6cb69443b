using Backend.Application.Accounts;
using Backend.Application.Administration;
using Backend.Application.Common.Messaging;
using Backend.Application.Leaderboards;
using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.Administration;
using Backend.Domain.Common;
using Backend.Domain.DriverNotifications;
using Backend.Domain.Tracks;
using FluentValidation;

namespace Backend.Application.DriverNotifications;

public sealed record CreateDriverNotificationCommand(UserId UserId, string? MapUid, string? MapName) : ICommand<DriverNotification>;

internal sealed class CreateDriverNotificationValidator : AbstractValidator<CreateDriverNotificationCommand>
{
    public CreateDriverNotificationValidator()
    {
        RuleFor(c => c.MapUid).Must(uid => MapUid.TryCreate(uid?.Trim(), out _))
            .OverridePropertyName("mapUid").WithMessage("Please give the UID of a map.");
        RuleFor(c => c.MapName).Cascade(CascadeMode.Stop)
            .Must(n => !string.IsNullOrWhiteSpace(n)).WithMessage("Please give the name of the map.")
            .Must(n => n!.Length <= DriverNotification.MaxMapNameLength).WithMessage($"The name of the map must have at most {DriverNotification.MaxMapNameLength} characters.")
            .Must(n => TextKey.IsWellFormed(n!)).WithMessage("The name of the map holds characters that no name has.")
            .OverridePropertyName("mapName");
    }
}

internal sealed class CreateDriverNotificationHandler(
    IDriverNotificationStore notifications, IUserStore users, LeaderboardReader leaderboards, IRateLimiter limiter, SiteLimits limits, TimeProvider clock)
    : ICommandHandler<CreateDriverNotificationCommand, DriverNotification>
{
    /// <summary>A board read this recently is as good as one read now; several people may ask for one map.</summary>
    private static readonly TimeSpan s_liveEnough = TimeSpan.FromSeconds(10);

    public async Task<Result<DriverNotification>> Handle(CreateDriverNotificationCommand command, CancellationToken cancellationToken)
    {
        if (!MapUid.TryCreate(command.MapUid?.Trim(), out var mapUid))
        {
            throw new InvalidOperationException("The validator lets no such request through.");
        }

        if ((await limiter.TryTakeAsync(RateLimit.CreateDriverNotification, command.UserId.ToString(), cancellationToken)).Refusal is { } refusal)
        {
            return refusal;
        }

        if (await users.FindAsync(command.UserId, cancellationToken) is not { } user)
        {
            return AccountErrors.NotFound;
        }

        if (user.Player is not { } player)
        {
            return DriverNotificationErrors.NoPlayer;
        }

        var now = clock.GetUtcNow();
        var board = await leaderboards.ReadAsync(mapUid, now - s_liveEnough, cancellationToken);
        if (!board.IsSuccess)
        {
            return board.Error;
        }

        if (board.Value.Entries.Count == 0)
        {
            return DriverNotificationErrors.NoLeaderboard;
        }

        if (board.Value.Entries.FirstOrDefault(e => e.AccountId == player.AccountId) is not { Position: <= DriverNotification.WorstPosition } own)
        {
            return DriverNotificationErrors.NotAmongTheFirst;
        }

        var limit = await limits.ReadAsync(SiteSetting.MaxDriverNotifications, cancellationToken);
        var outcome = await notifications.AddAsync(
            new NewDriverNotification(user.Id, player.AccountId, mapUid, command.MapName!, own.Position, own.Time, now), limit, cancellationToken);
        return outcome.Status switch
        {
            AddDriverNotificationStatus.Added => outcome.Notification!,
            AddDriverNotificationStatus.Exists => DriverNotificationErrors.Exists,
            AddDriverNotificationStatus.Full => DriverNotificationErrors.TooMany(limit),
            AddDriverNotificationStatus.NoSuchUser => AccountErrors.NotFound,
            _ => throw new InvalidOperationException($"Unknown outcome {outcome.Status}."),
        };
    }
}
