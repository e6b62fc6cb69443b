using Backend.Domain.Accounts;
using Backend.Domain.Common;

namespace Backend.Application.Ports;

/// <summary>Knows the users of Trackmania Exchange.</summary>
public interface ITmxUserDirectory
{
    /// <summary>The users whose names hold the words, as the site sees it: the first page, in the site's order.</summary>
    /// <param name="name">Anything.</param>
    /// <returns>An <see cref="ErrorKind.Upstream"/> error when the site does not answer properly after retries.</returns>
    Task<Result<TmxUserPage>> SearchAsync(string name, CancellationToken cancellationToken);

    /// <summary>One user; null for an unknown one.</summary>
    /// <inheritdoc cref="SearchAsync" path="/returns"/>
    Task<Result<TmxUserLookup>> FindAsync(TmxUserId id, CancellationToken cancellationToken);
}

/// <param name="HasMore">There are more than these.</param>
public sealed record TmxUserPage(IReadOnlyList<TmxUser> Users, bool HasMore);

/// <param name="User">Null for an unknown one.</param>
public sealed record TmxUserLookup(TmxUser? User);
