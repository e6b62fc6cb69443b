using Backend.Application.DailyRuns;
using Backend.Application.Ports;
using Backend.Domain.Common;
using Backend.Domain.Tracks;
using NSubstitute;

namespace Backend.Unit.Support;

/// <summary>A run's checks on the stores of <see cref="Areas"/>, with the Trackmania services scripted.</summary>
internal sealed class DailyChecks
{
    private static readonly DateOnly s_first = new(2026, 3, 1);

    private readonly Dictionary<MapUid, Leaderboard?> _boards = [];
    private readonly Dictionary<MapUid, Func<long, int?>> _positions = [];

    public DailyChecks()
    {
        Boards.ReadAsync(default, default).ReturnsForAnyArgs(call =>
        {
            Read.Add(call.Arg<MapUid>());
            return Read.Count <= Answers && _boards.GetValueOrDefault(call.Arg<MapUid>()) is { } board ? Make.Success(board) : Make.Failed<Leaderboard>(Make.Trouble());
        });
        Positions.ReadPositionsAsync(null!, default).ReturnsForAnyArgs(call =>
        {
            var times = call.Arg<IReadOnlyDictionary<MapUid, long>>();
            Asked.Add(times);
            var answers = times.Select(of => (of.Key, Position: _positions.GetValueOrDefault(of.Key)?.Invoke(of.Value)));
            return Make.Success<IReadOnlyDictionary<MapUid, int>>(answers.Where(a => a.Position is not null).ToDictionary(a => a.Key, a => a.Position!.Value));
        });
        Directory.ListMapsAsync(null!, default).ReturnsForAnyArgs(_ => Listed);
        Directory.SearchAsync(null!, default, default).ReturnsForAnyArgs(Make.Failed<FoundMaps>(Make.Trouble()));
    }

    public Areas Areas { get; } = new();

    public ILeaderboardSource Boards { get; } = Substitute.For<ILeaderboardSource>();

    public IPositionSource Positions { get; } = Substitute.For<IPositionSource>();

    public IMapDirectory Directory { get; } = Substitute.For<IMapDirectory>();

    public DailyBoardReader BoardReader => new(Areas.Runs, Boards, Options, new RecordingLogger<DailyBoardReader>());

    public DailyRunOptions Options { get; init; } = new();

    /// <summary>Boards that were read from upstream, in order.</summary>
    public List<MapUid> Read { get; } = [];

    /// <summary>After so many boards upstream is away.</summary>
    public int Answers { get; set; } = int.MaxValue;

    public List<IReadOnlyDictionary<MapUid, long>> Asked { get; } = [];

    public Result<IReadOnlyList<MapListing>> Listed { get; set; } = Make.Success<IReadOnlyList<MapListing>>([]);

    /// <summary>The board is so from now on; the answers to questions for positions follow it.</summary>
    public void Shows(MapUid uid, params LeaderboardEntry[] entries)
    {
        _boards[uid] = Make.Board(uid, Areas.Clock.GetUtcNow(), entries);
        _positions[uid] = time => 1 + entries.Count(e => e.Time.IsSecret || e.Time.Milliseconds <= time);
    }

    public void Fails(MapUid uid) => _boards[uid] = null;

    public void AnswersNothingOf(MapUid uid) => _positions.Remove(uid);

    /// <summary>Claims the only check of the run of a day; as much time passes as it takes until then.</summary>
    public async Task<DailyCheck> ClaimAsync(int day = 0)
    {
        var date = s_first.AddDays(day);
        if (DateOnly.FromDateTime(Areas.Clock.GetUtcNow().UtcDateTime) < date)
        {
            Areas.Clock.SetUtcNow(new DateTimeOffset(date, new TimeOnly(12, 0), TimeSpan.Zero));
        }

        (await Areas.Runs.StartAsync(date, "test", Areas.Clock.GetUtcNow(), CancellationToken.None)).Run.ShouldNotBeNull();
        return (await Areas.Runs.TryClaimAsync(CancellationToken.None)).ShouldNotBeNull();
    }

    public async Task CompleteAsync(DailyCheck check) =>
        (await Areas.Runs.TryCompleteAsync(check, email: null, [], Areas.Clock.GetUtcNow(), CancellationToken.None)).ShouldBeTrue();

    public async Task<DailyPartOutcome> CheckMapperAsync(DailyCheck check) => (await new CheckMapperAlertHandler(
        Areas.Users, Areas.Alerts, Areas.Runs, Directory, BoardReader, new ChangeProbe(Positions), Areas.Limits, Options, Areas.Clock, new RecordingLogger<CheckMapperAlertHandler>())
        .Handle(new CheckMapperAlertCommand(check), CancellationToken.None)).Value;

    public async Task<DailyPartOutcome> CheckDriverAsync(DailyCheck check) =>
        (await new CheckDriverNotificationsHandler(Areas.Runs, BoardReader, Areas.Clock).Handle(new CheckDriverNotificationsCommand(check), CancellationToken.None)).Value;
}
