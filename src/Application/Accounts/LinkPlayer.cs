using Backend.Application.Common.Messaging;
using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.Common;
using Backend.Domain.Tracks;
using FluentValidation;

namespace Backend.Application.Accounts;

/// <summary>The user says which Trackmania account is his, by its display name.</summary>
public sealed record LinkPlayerCommand(UserId UserId, string? DisplayName) : ICommand<Player>;

internal sealed class LinkPlayerValidator : AbstractValidator<LinkPlayerCommand>
{
    public const int MaxLength = 100;

    public LinkPlayerValidator() =>
        RuleFor(c => c.DisplayName).Cascade(CascadeMode.Stop)
            .Must(n => !string.IsNullOrWhiteSpace(n)).WithMessage("Please give your name in Trackmania.")
            .Must(n => n!.Trim().Length <= MaxLength).WithMessage($"The name must have at most {MaxLength} characters.")
            .Must(n => TextKey.IsWellFormed(n!.Trim())).WithMessage("The name holds characters that no name has.")
            .OverridePropertyName("tmUsername");
}

internal sealed class LinkPlayerHandler(IUserStore users, IPlayerNames names, IRateLimiter limiter) : ICommandHandler<LinkPlayerCommand, Player>
{
    public async Task<Result<Player>> Handle(LinkPlayerCommand command, CancellationToken cancellationToken)
    {
        if ((await limiter.TryTakeAsync(RateLimit.LinkName, command.UserId.ToString(), cancellationToken)).Refusal is { } refusal)
        {
            return refusal;
        }

        var found = await names.FindAsync(command.DisplayName!.Trim(), cancellationToken);
        if (!found.IsSuccess)
        {
            return found.Error;
        }

        if (found.Value.Player is not { } player)
        {
            return AccountErrors.PlayerUnknown;
        }

        return await users.LinkPlayerAsync(command.UserId, player, cancellationToken) switch
        {
            LinkOutcome.Linked => player,
            LinkOutcome.Taken => AccountErrors.PlayerTaken,
            LinkOutcome.NoSuchUser => AccountErrors.NotFound,
            var outcome => throw new InvalidOperationException($"Unknown outcome {outcome}."),
        };
    }
}
