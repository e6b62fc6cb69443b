using Backend.Application.Common.Messaging;
using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.Common;
using FluentValidation;

namespace Backend.Application.Accounts;

/// <summary>Who on Trackmania Exchange has a name like this? For those who register, too, and have no account yet.</summary>
public sealed record SearchTmxUsersQuery(string? Name, string ClientAddress) : IQuery<IReadOnlyList<TmxUser>>;

internal sealed class SearchTmxUsersValidator : AbstractValidator<SearchTmxUsersQuery>
{
    public SearchTmxUsersValidator() =>
        RuleFor(q => q.Name).Cascade(CascadeMode.Stop)
            .Must(n => !string.IsNullOrWhiteSpace(n)).WithMessage("Please give a name on Trackmania Exchange, or a part of it.")
            .Must(n => n!.Trim().Length <= UserName.MaxLength).WithMessage($"The name must have at most {UserName.MaxLength} characters.")
            .Must(n => TextKey.IsWellFormed(n!.Trim())).WithMessage("The name holds characters that no name has.")
            .OverridePropertyName("username");
}

internal sealed class SearchTmxUsersHandler(ITmxUserDirectory users, IRateLimiter limiter) : IQueryHandler<SearchTmxUsersQuery, IReadOnlyList<TmxUser>>
{
    public async Task<Result<IReadOnlyList<TmxUser>>> Handle(SearchTmxUsersQuery query, CancellationToken cancellationToken)
    {
        var verdict = await limiter.TryTakeAsync(RateLimit.UserSearch, ClientNetwork.KeyOf(query.ClientAddress), cancellationToken);
        if (verdict.Refusal is { } refusal)
        {
            return refusal;
        }

        var page = await users.SearchAsync(query.Name!.Trim(), cancellationToken);
        if (!page.IsSuccess)
        {
            return page.Error;
        }

        return page.Value.HasMore ? AccountErrors.TooManyTmxUsers : Result<IReadOnlyList<TmxUser>>.Success(page.Value.Users);
    }
}
