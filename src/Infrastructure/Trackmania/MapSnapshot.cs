using System.Diagnostics.CodeAnalysis;
using Backend.Application.Ports;
using Backend.Domain.Common;
using Microsoft.Extensions.Logging;

namespace Backend.Infrastructure.Trackmania;

/// <summary>
/// The maps that a filter finds, as far as they were asked for: a list that only grows at its end, so that its pages stay
/// the same whatever is uploaded meanwhile. The site has no page numbers; it goes on after a map that it is told.
/// </summary>
/// <param name="ask">Asks the site for so many rows after a map, or for the first ones.</param>
/// <param name="read">Null for a row that is not wanted.</param>
[SuppressMessage("Design", "CA1001", Justification = "Without a wait handle the semaphore holds nothing to release, and a snapshot may be forgotten while it is read.")]
internal sealed class MapSnapshot(
    DateTimeOffset startedAt, Func<long?, int, CancellationToken, Task<Result<TmxPage>>> ask, Func<TmxMap, FoundMap?> read, ILogger logger)
{
    /// <summary>Maps that can be read at all.</summary>
    public const int MaxMaps = IMapDirectory.PageSize * IMapDirectory.MaxPages;

    /// <summary>Five pages at once, because few readers go further, and more rows take the site longer.</summary>
    private const int LeastRows = 5 * IMapDirectory.PageSize;

    /// <summary>More than the site gives in one answer.</summary>
    private const int MostRows = 1000;

    private const int MaxCalls = 100;
    private const int MaxStepsBack = 3;

    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly HashSet<long> _seen = [];

    /// <summary>Of all rows in their order, unwanted ones too.</summary>
    private readonly List<long> _ids = [];

    private int _calls;
    private volatile Extent _extent = new([], IsWhole: false);

    public DateTimeOffset StartedAt => startedAt;

    /// <summary>The number of maps so far.</summary>
    public int Count => _extent.Maps.Count;

    /// <summary>All of it fits on one page, so nobody will come for another.</summary>
    public bool IsOnePage => _extent is { IsWhole: true, Maps.Count: <= IMapDirectory.PageSize };

    public async Task<Result<FoundMaps>> ReadAsync(int page, CancellationToken cancellationToken)
    {
        // One more than the page holds, which tells whether there is a next one.
        var wanted = Math.Min((page * IMapDirectory.PageSize) + 1, MaxMaps);
        if (!_extent.Covers(wanted))
        {
            await _turn.WaitAsync(cancellationToken);
            try
            {
                if (await ExtendAsync(wanted, cancellationToken) is { } error)
                {
                    return error;
                }
            }
            finally
            {
                _turn.Release();
            }
        }

        var maps = _extent.Maps;
        return new FoundMaps(
            [.. maps.Skip((page - 1) * IMapDirectory.PageSize).Take(IMapDirectory.PageSize)],
            page < IMapDirectory.MaxPages && maps.Count > page * IMapDirectory.PageSize);
    }

    private async Task<Error?> ExtendAsync(int wanted, CancellationToken cancellationToken)
    {
        var stepsBack = 0;
        while (!_extent.Covers(wanted))
        {
            if (_calls == MaxCalls)
            {
                UpstreamLog.ListingCutShort(logger, UpstreamService.Tmx.Name, MaxCalls);
                _extent = _extent with { IsWhole = true };
                return null;
            }

            long? cursor = _ids.Count == 0 ? null : _ids[^(1 + stepsBack)];
            var answer = await ask(cursor, Math.Clamp(wanted - _extent.Maps.Count, LeastRows, MostRows), cancellationToken);
            if (!answer.IsSuccess)
            {
                return answer.Error;
            }

            var (more, rows) = answer.Value;
            if (rows is null)
            {
                return UpstreamErrors.Unintelligible(UpstreamService.Tmx);
            }

            _calls++;

            // There were more maps, so the one to go on after may have been taken off the site since.
            if (rows.Count == 0 && stepsBack < Math.Min(MaxStepsBack, _ids.Count - 1))
            {
                stepsBack++;
                continue;
            }

            stepsBack = 0;
            Append(rows, more == true);
        }

        return null;
    }

    /// <summary>A page of nothing but known maps means that the cursor stands still or runs in a circle.</summary>
    private void Append(IReadOnlyList<TmxMap?> rows, bool more)
    {
        var maps = _extent.Maps.ToList();
        var advanced = false;
        foreach (var row in rows)
        {
            if (row?.MapId is { } id && _seen.Add(id))
            {
                advanced = true;
                _ids.Add(id);
                if (read(row) is { } map)
                {
                    maps.Add(map);
                }
            }
        }

        _extent = new Extent(maps, IsWhole: !more || !advanced);
    }

    /// <summary>Replaced as a whole, so that readers of pages that are there already need not wait for those who want more.</summary>
    private sealed record Extent(IReadOnlyList<FoundMap> Maps, bool IsWhole)
    {
        public bool Covers(int wanted) => IsWhole || Maps.Count >= wanted;
    }
}
