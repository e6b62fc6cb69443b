using Backend.Application.Common.Messaging;
using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.Common;
using Backend.Domain.Tracks;
using FluentValidation;

namespace Backend.Application.Tracks;

/// <summary>Maps that a driver may want to follow.</summary>
/// <param name="Text">Words of a map's name, or a whole UID.</param>
/// <param name="Type">Which of both: <c>name</c> or <c>uid</c>.</param>
/// <param name="Page">From 1.</param>
public sealed record FindMapsQuery(UserId UserId, string? Text, string? Type, int Page) : IQuery<FoundMaps>;

internal sealed class FindMapsValidator : AbstractValidator<FindMapsQuery>
{
    internal const string ByName = "name";
    internal const string ByUid = "uid";

    private const int MinLength = 3;
    private const int MaxLength = 100;

    public FindMapsValidator()
    {
        RuleFor(q => q.Text).Cascade(CascadeMode.Stop)
            .Must(t => !string.IsNullOrWhiteSpace(t)).WithMessage("Please say what to look for.")
            .Must(t => t!.Trim().Length >= MinLength).WithMessage($"Please give at least {MinLength} characters.")
            .Must(t => t!.Trim().Length <= MaxLength).WithMessage($"Please give at most {MaxLength} characters.")
            .Must((q, t) => q.Type != ByName || TextKey.IsWellFormed(t!.Trim())).WithMessage("This holds characters that no name has.")
            .OverridePropertyName("query");
        RuleFor(q => q.Type).Must(t => t is ByName or ByUid)
            .OverridePropertyName("type").WithMessage($"The type must be {ByName} or {ByUid}.");
        RuleFor(q => q.Page).InclusiveBetween(1, IMapDirectory.MaxPages)
            .OverridePropertyName("page").WithMessage($"The page must be a number from 1 to {IMapDirectory.MaxPages}.");
    }
}

internal sealed class FindMapsHandler(IMapDirectory maps, IRateLimiter limiter) : IQueryHandler<FindMapsQuery, FoundMaps>
{
    public async Task<Result<FoundMaps>> Handle(FindMapsQuery query, CancellationToken cancellationToken)
    {
        var verdict = await limiter.TryTakeAsync(RateLimit.DriverMapSearch, query.UserId.ToString(), cancellationToken);
        if (verdict.Refusal is { } refusal)
        {
            return refusal;
        }

        var text = query.Text!.Trim();
        if (query.Type == FindMapsValidator.ByName)
        {
            return await maps.SearchAsync(MapFilter.ByName(text), query.Page, cancellationToken);
        }

        // What cannot be a UID is the UID of no map.
        return MapUid.TryCreate(text, out var uid)
            ? await maps.SearchAsync(MapFilter.ByUid(uid), query.Page, cancellationToken)
            : new FoundMaps([], HasMore: false);
    }
}
