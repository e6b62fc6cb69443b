using Backend.Application.Common.Messaging;
using Backend.Application.Ports;
using Backend.Application.Sessions;
using Backend.Domain.Accounts;
using Backend.Domain.Common;
using Backend.Domain.MapSearches;
using FluentValidation;

namespace Backend.Application.MapSearches;

public sealed record SubmitMapSearchCommand(UserId UserId, string? Mapper, string? Period) : ICommand<MapSearchJob>;

internal sealed class SubmitMapSearchValidator : AbstractValidator<SubmitMapSearchCommand>
{
    public SubmitMapSearchValidator()
    {
        RuleFor(c => c.Mapper).Cascade(CascadeMode.Stop)
            .Must(m => !string.IsNullOrWhiteSpace(m)).WithMessage("Please give the mapper's name on Trackmania Exchange.")
            .Must(m => m!.Trim().Length <= UserName.MaxLength).WithMessage($"The mapper's name must have at most {UserName.MaxLength} characters.")
            .Must(m => TextKey.IsWellFormed(m!.Trim())).WithMessage("The mapper's name holds characters that no name has.")
            .OverridePropertyName("mapper");
        RuleFor(c => c.Period).Must(p => SearchPeriod.TryParse(p, out _))
            .OverridePropertyName("period")
            .WithMessage($"The period must be one of {string.Join(", ", SearchPeriod.All)}.");
    }
}

internal sealed class SubmitMapSearchHandler(
    IMapSearchJobStore jobs,
    IMapSearchQueue queue,
    IUserStore users,
    IRateLimiter limiter,
    IIdSource ids,
    MapSearchOptions options,
    TimeProvider clock) : ICommandHandler<SubmitMapSearchCommand, MapSearchJob>
{
    public async Task<Result<MapSearchJob>> Handle(SubmitMapSearchCommand command, CancellationToken cancellationToken)
    {
        if (!SearchPeriod.TryParse(command.Period, out var period))
        {
            throw new InvalidOperationException("The validator lets no such request through.");
        }

        var verdict = await limiter.TryTakeAsync(RateLimit.MapSearch, command.UserId.ToString(), cancellationToken);
        if (verdict.Refusal is { } refusal)
        {
            return refusal;
        }

        var job = new MapSearchJob(command.UserId, new MapSearchId(ids.Next()), command.Mapper!.Trim(), period, clock.GetUtcNow().ToWholeMilliseconds());
        if (!await jobs.TryAddAsync(job, options.MaxUnfinishedPerUser, cancellationToken))
        {
            return MapSearchErrors.TooManyUnfinished(options.MaxUnfinishedPerUser);
        }

        if (await users.FindAsync(command.UserId, CancellationToken.None) is null)
        {
            // He was removed with all his searches while this one was on its way.
            await jobs.RemoveAllAsync(command.UserId, CancellationToken.None);
            return SessionErrors.Ended;
        }

        try
        {
            // Stored and not yet queued: from here on the caller's going away must not leave the job without a ticket.
            await queue.EnqueueAsync(job.Key, CancellationToken.None);
        }
        catch
        {
            await jobs.CancelAsync(job.Key, CancellationToken.None);
            throw;
        }

        return job;
    }
}
