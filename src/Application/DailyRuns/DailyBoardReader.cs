using Backend.Application.Ports;
using Backend.Domain.Common;
using Backend.Domain.Tracks;
using Microsoft.Extensions.DependencyInjection;

namespace Backend.Application.DailyRuns;

/// <summary>Reads boards for a run: one that others need, too, is read once, and they get the same.</summary>
internal sealed class DailyBoardReader(IDailyRunStore runs, [FromKeyedServices(UpstreamPriority.Nightly)] ILeaderboardSource source)
{
    /// <param name="isShared">Somebody else may need it in this run.</param>
    public async Task<Result<Leaderboard>> ReadAsync(DateOnly runDate, MapUid mapUid, bool isShared, CancellationToken cancellationToken)
    {
        if (!isShared)
        {
            return await source.ReadAsync(mapUid, cancellationToken);
        }

        if (await runs.FindBoardAsync(runDate, mapUid, cancellationToken) is { } kept)
        {
            return kept;
        }

        var board = await source.ReadAsync(mapUid, cancellationToken);
        if (board.IsSuccess)
        {
            await runs.SaveBoardAsync(runDate, board.Value, cancellationToken);
        }

        return board;
    }
}
