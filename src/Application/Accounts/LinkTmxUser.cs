using Backend.Application.Common.Messaging;
using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.Common;
using FluentValidation;

namespace Backend.Application.Accounts;

/// <summary>
/// The user says who he is on Trackmania Exchange and gets that one's exact name. An earlier system stripped names when
/// people registered, and maps are found by the exact one. Nobody can take a name that his own was not made from.
/// </summary>
public sealed record LinkTmxUserCommand(UserId UserId, long? TmxUserId) : ICommand<User>;

internal sealed class LinkTmxUserValidator : AbstractValidator<LinkTmxUserCommand>
{
    public LinkTmxUserValidator() =>
        RuleFor(c => c.TmxUserId).Must(id => id > 0)
            .OverridePropertyName("tmxUserId").WithMessage("Please give the number of your user on Trackmania Exchange.");
}

internal sealed class LinkTmxUserHandler(IUserStore users, ITmxUserDirectory directory, IRateLimiter limiter) : ICommandHandler<LinkTmxUserCommand, User>
{
    public async Task<Result<User>> Handle(LinkTmxUserCommand command, CancellationToken cancellationToken)
    {
        if ((await limiter.TryTakeAsync(RateLimit.LinkName, command.UserId.ToString(), cancellationToken)).Refusal is { } refusal)
        {
            return refusal;
        }

        if (await users.FindAsync(command.UserId, cancellationToken) is not { } user)
        {
            return AccountErrors.NotFound;
        }

        var found = await directory.FindAsync(new TmxUserId(command.TmxUserId!.Value), cancellationToken);
        if (!found.IsSuccess)
        {
            return found.Error;
        }

        if (found.Value.User is not { } tmxUser)
        {
            return AccountErrors.TmxUserUnknown;
        }

        if (!UserName.TryCreate(tmxUser.Name, out var name) || !MayBear(user, tmxUser, name))
        {
            return AccountErrors.TmxNameDiffers;
        }

        return await users.LinkTmxUserAsync(user.Id, tmxUser.Id, name, cancellationToken) switch
        {
            LinkOutcome.Linked => await users.FindAsync(user.Id, cancellationToken) is { } linked ? linked : AccountErrors.NotFound,
            LinkOutcome.Taken => AccountErrors.TmxUserTaken,
            LinkOutcome.NameTaken => AccountErrors.UserNameTaken,
            LinkOutcome.NoSuchUser => AccountErrors.NotFound,
            var outcome => throw new InvalidOperationException($"Unknown outcome {outcome}."),
        };
    }

    /// <summary>The name is the user's own, or the one that his was stripped from, or the new name of the user of Trackmania Exchange that he is known to be.</summary>
    private static bool MayBear(User user, TmxUser tmxUser, UserName name) =>
        name == user.Name || user.TmxUserId == tmxUser.Id || (UserName.TryCreate(UserName.Stripped(tmxUser.Name), out var stripped) && stripped == user.Name);
}
