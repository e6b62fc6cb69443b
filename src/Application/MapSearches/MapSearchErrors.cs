using Backend.Domain.Common;

namespace Backend.Application.MapSearches;

/// <summary>Every failure of the area.</summary>
public static class MapSearchErrors
{
    public static Error NotFound { get; } = new(ErrorKind.NotFound, "map_search.not_found", "You have no such map search.");

    public static Error RepeatedParameter { get; } = new(ErrorKind.Validation, "map_search.repeated_parameter", "Please give each parameter once.");

    public static Error TooManyUnfinished(int limit) => new(
        ErrorKind.TooManyRequests,
        "map_search.too_many_unfinished",
        $"You have {limit} unfinished searches already. Please wait for one to finish, or cancel one.")
    {
        RetryAfter = TimeSpan.FromSeconds(30),
    };
}
