using Backend.Domain.Common;
using Backend.Domain.Tracks;

namespace Backend.Application.Ports;

/// <summary>Knows which maps a mapper made (Trackmania Exchange).</summary>
public interface IMapDirectory
{
    /// <summary>
    /// All listed maps of which the mapper is an author, newest upload first, each once. An unknown mapper and one
    /// without maps look alike: empty.
    /// </summary>
    /// <param name="mapper">Whole name on the site; compared without regard to case.</param>
    /// <returns>An <see cref="ErrorKind.Upstream"/> error when the site does not answer properly after retries, <see cref="ErrorKind.UpstreamTimeout"/> when not in time.</returns>
    Task<Result<IReadOnlyList<MapListing>>> ListMapsAsync(string mapper, CancellationToken cancellationToken);
}
