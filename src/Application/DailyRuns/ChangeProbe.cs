using Backend.Application.Ports;
using Backend.Domain.Alerts;
using Backend.Domain.Tracks;

namespace Backend.Application.DailyRuns;

/// <summary>
/// Finds out which of many boards changed, by questions that name fifty maps each. No answer means that nobody knows, so that the
/// board is read.
/// </summary>
internal sealed class ChangeProbe(IPositionSource source)
{
    /// <returns>The watches whose board is as it was, and of all maps how many players have a record, where that was answered.</returns>
    public async Task<(IReadOnlySet<MapUid> Unchanged, IReadOnlyDictionary<MapUid, int> Players)> AskAsync(
        IReadOnlyCollection<MapUid> all, IReadOnlyDictionary<MapUid, IReadOnlyList<PositionQuestion>> questions, CancellationToken cancellationToken)
    {
        var slowest = await AskAsync(all.ToDictionary(uid => uid, _ => PositionQuestion.SlowerThanAny), cancellationToken);
        var unchanged = questions.Where(of => slowest.TryGetValue(of.Key, out var position) && position == of.Value[^1].Unchanged).Select(of => of.Key).ToHashSet();
        for (var i = 0; i < questions.Values.Select(q => q.Count - 1).DefaultIfEmpty(0).Max(); i++)
        {
            var asked = unchanged.Where(uid => i < questions[uid].Count - 1).ToDictionary(uid => uid, uid => questions[uid][i].Time);
            var answers = await AskAsync(asked, cancellationToken);
            unchanged.RemoveWhere(uid => asked.ContainsKey(uid) && (!answers.TryGetValue(uid, out var position) || position != questions[uid][i].Unchanged));
        }

        return (unchanged, slowest.ToDictionary(of => of.Key, of => of.Value - 1));
    }

    private async Task<Dictionary<MapUid, int>> AskAsync(IReadOnlyDictionary<MapUid, long> times, CancellationToken cancellationToken)
    {
        var answers = new Dictionary<MapUid, int>();
        foreach (var batch in times.Chunk(IPositionSource.MaxMaps))
        {
            var answered = await source.ReadPositionsAsync(batch.ToDictionary(), cancellationToken);
            foreach (var (uid, position) in answered.IsSuccess ? answered.Value : new Dictionary<MapUid, int>())
            {
                answers[uid] = position;
            }
        }

        return answers;
    }
}
