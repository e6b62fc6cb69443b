using Backend.Application.Leaderboards;
using Backend.Application.MapSearches;
using Backend.Application.Ports;
using Backend.Domain.Common;
using Backend.Domain.Tracks;
using Backend.Infrastructure.InMemory;
using Backend.Unit.Support;
using Microsoft.Extensions.Time.Testing;

namespace Backend.Unit.Application.Leaderboards;

public sealed class LeaderboardReaderTests
{
    private static readonly MapUid s_uid = Make.Uid(1);

    private readonly FakeTimeProvider _time = Make.Clock();
    private readonly InMemoryLeaderboardCache _cache;
    private readonly ControlledSource _source = new();
    private readonly LeaderboardReader _reader;

    public LeaderboardReaderTests()
    {
        _cache = new InMemoryLeaderboardCache(_time);
        _reader = new LeaderboardReader(_source, _cache);
    }

    [Fact]
    public async Task A_board_that_is_recent_enough_comes_from_the_cache()
    {
        await _cache.SaveAsync(Make.Board(s_uid, Make.Start), CancellationToken.None);

        (await _reader.ReadAsync(s_uid, Make.Start, CancellationToken.None)).Value.ReadAt.ShouldBe(Make.Start);

        _source.Calls.ShouldBe(0);
    }

    [Fact]
    public async Task A_board_that_is_too_old_is_read_and_kept()
    {
        await _cache.SaveAsync(Make.Board(s_uid, Make.Start), CancellationToken.None);
        var limit = Make.Start.AddMilliseconds(1);
        var reading = _reader.ReadAsync(s_uid, limit, CancellationToken.None);
        _source.Answer(Make.Board(s_uid, limit));

        (await reading).Value.ReadAt.ShouldBe(limit);

        (await _reader.ReadAsync(s_uid, limit, CancellationToken.None)).Value.ReadAt.ShouldBe(limit);
        _source.Calls.ShouldBe(1);
    }

    [Fact]
    public async Task All_who_want_a_board_at_once_share_one_call()
    {
        var reading = Enumerable.Range(0, 50).Select(_ => _reader.ReadAsync(s_uid, Make.Start, CancellationToken.None)).ToList();
        _source.Answer(Make.Board(s_uid, Make.Start));

        var boards = await Task.WhenAll(reading);

        boards.ShouldAllBe(b => b.IsSuccess);
        _source.Calls.ShouldBe(1);
    }

    [Fact]
    public async Task One_who_gives_up_does_not_end_the_call_of_the_others()
    {
        using var impatient = new CancellationTokenSource();
        var first = _reader.ReadAsync(s_uid, Make.Start, impatient.Token);
        var second = _reader.ReadAsync(s_uid, Make.Start, CancellationToken.None);
        await _source.Started;

        await impatient.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => first);
        _source.Answer(Make.Board(s_uid, Make.Start));

        (await second).IsSuccess.ShouldBeTrue();
        _source.Calls.ShouldBe(1);
    }

    [Fact]
    public async Task A_call_that_nobody_waits_for_is_cancelled_and_the_next_one_starts_anew()
    {
        using var impatient = new CancellationTokenSource();
        var first = _reader.ReadAsync(s_uid, Make.Start, impatient.Token);
        await _source.Started;
        await impatient.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => first);

        await _source.Cancelled.WaitAsync(TimeSpan.FromSeconds(10));
        _source.Answer(Make.Board(s_uid, Make.Start));

        (await _reader.ReadAsync(s_uid, Make.Start, CancellationToken.None)).IsSuccess.ShouldBeTrue();
        _source.Calls.ShouldBe(2);
    }

    [Fact]
    public async Task A_failure_is_told_to_all_and_not_kept()
    {
        var reading = _reader.ReadAsync(s_uid, Make.Start, CancellationToken.None);
        _source.Fail(Make.Trouble());
        (await reading).Error!.Code.ShouldBe("upstream.unavailable");
        _source.Answer(Make.Board(s_uid, Make.Start));

        (await _reader.ReadAsync(s_uid, Make.Start, CancellationToken.None)).IsSuccess.ShouldBeTrue();
    }

    [Theory]
    [InlineData(5, true)]
    [InlineData(5.001, false)]
    public async Task A_pass_can_be_joined_until_five_minutes_after_its_last_read(double minutes, bool joined)
    {
        var old = Make.Start.AddMinutes(-20);
        await _cache.SaveAsync(Make.Board(s_uid, old), CancellationToken.None);
        await _cache.SaveWalkAsync("Mapper", new MapperWalk(old, Make.Start), CancellationToken.None);
        _time.Advance(TimeSpan.FromMinutes(minutes));
        _source.Answer(Make.Board(s_uid, _time.GetUtcNow()));

        var board = await (await WalkAsync()).ReadAsync(s_uid, CancellationToken.None);

        (board.Value.ReadAt == old).ShouldBe(joined);
    }

    [Fact]
    public async Task A_pass_that_only_takes_from_the_cache_does_not_keep_itself_alive()
    {
        await _cache.SaveAsync(Make.Board(s_uid, Make.Start), CancellationToken.None);
        await _cache.SaveWalkAsync("Mapper", new MapperWalk(Make.Start, Make.Start), CancellationToken.None);
        _time.Advance(TimeSpan.FromMinutes(4));

        await (await WalkAsync()).ReadAsync(s_uid, CancellationToken.None);

        (await _cache.FindWalkAsync("Mapper", CancellationToken.None))!.LastReadAt.ShouldBe(Make.Start);
    }

    [Fact]
    public async Task A_pass_that_reads_from_upstream_keeps_itself_alive()
    {
        await _cache.SaveWalkAsync("Mapper", new MapperWalk(Make.Start, Make.Start), CancellationToken.None);
        _time.Advance(TimeSpan.FromMinutes(4));
        _source.Answer(Make.Board(s_uid, _time.GetUtcNow()));

        await (await WalkAsync()).ReadAsync(s_uid, CancellationToken.None);

        (await _cache.FindWalkAsync("Mapper", CancellationToken.None)).ShouldBe(new MapperWalk(Make.Start, _time.GetUtcNow()));
    }

    [Fact]
    public async Task A_pass_cannot_be_joined_an_hour_after_it_began()
    {
        await _cache.SaveAsync(Make.Board(s_uid, Make.Start.AddMinutes(30)), CancellationToken.None);
        _time.Advance(TimeSpan.FromMinutes(60));
        await _cache.SaveWalkAsync("Mapper", new MapperWalk(Make.Start.AddMilliseconds(-1), _time.GetUtcNow()), CancellationToken.None);
        _source.Answer(Make.Board(s_uid, _time.GetUtcNow()));

        (await (await WalkAsync()).ReadAsync(s_uid, CancellationToken.None)).Value.ReadAt.ShouldBe(_time.GetUtcNow());
    }

    private Task<MapperWalkReader> WalkAsync() => MapperWalkReader.StartAsync("mapper", _reader, _cache, new MapSearchOptions(), _time, CancellationToken.None);

    /// <summary>Answers when it is told to.</summary>
    private sealed class ControlledSource : ILeaderboardSource
    {
        private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _cancelled = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private TaskCompletionSource<Result<Leaderboard>> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _calls;

        public int Calls => _calls;

        public Task Started => _started.Task;

        public Task Cancelled => _cancelled.Task;

        public void Answer(Leaderboard board) => Set(Result<Leaderboard>.Success(board));

        public void Fail(Error error) => Set(Result<Leaderboard>.Failure(error));

        public async Task<Result<Leaderboard>> ReadAsync(MapUid mapUid, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _calls);
            _started.TrySetResult();
            try
            {
                return await _answer.Task.WaitAsync(cancellationToken);
            }
            catch (OperationCanceledException)
            {
                _cancelled.TrySetResult();
                throw;
            }
        }

        private void Set(Result<Leaderboard> result)
        {
            if (!_answer.TrySetResult(result))
            {
                _answer = new TaskCompletionSource<Result<Leaderboard>>(TaskCreationOptions.RunContinuationsAsynchronously);
                _answer.SetResult(result);
            }
        }
    }
}
