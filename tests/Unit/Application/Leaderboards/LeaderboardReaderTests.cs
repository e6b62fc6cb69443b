using Backend.Application.Leaderboards;
using Backend.Application.Ports;
using Backend.Domain.Common;
using Backend.Domain.Tracks;
using Backend.Infrastructure.InMemory;
using Backend.Unit.Support;
using Microsoft.Extensions.Time.Testing;

namespace Backend.Unit.Application.Leaderboards;

public sealed class LeaderboardReaderTests
{
    private static readonly MapUid Uid = Make.Uid(1);
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    private readonly FakeTimeProvider _clock = Make.Clock();
    private readonly ObservedCache _cache;
    private readonly GatedSource _source;
    private readonly LeaderboardReader _reader;

    public LeaderboardReaderTests()
    {
        _cache = new ObservedCache(new InMemoryLeaderboardCache(_clock));
        _source = new GatedSource(_clock);
        _reader = new LeaderboardReader(_source, _cache);
    }

    [Fact]
    public async Task A_board_read_recently_enough_costs_no_call()
    {
        await _cache.SaveAsync(Make.Board(Uid, Make.Start), default);

        (await Read(notBefore: Make.Start)).Value.ReadAt.ShouldBe(Make.Start);

        _source.Calls.Count.ShouldBe(0);
    }

    [Fact]
    public async Task A_board_that_is_too_old_is_read_anew_and_kept()
    {
        await _cache.SaveAsync(Make.Board(Uid, Make.Start.AddMinutes(-5)), default);
        var read = Read(notBefore: Make.Start.AddMinutes(-5) + TimeSpan.FromTicks(1));
        (await _source.NextCall()).Answer();

        (await read).Value.ReadAt.ShouldBe(Make.Start);
        (await Read(notBefore: Make.Start)).IsSuccess.ShouldBeTrue();
        _source.Calls.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_hundred_who_want_a_board_at_once_share_one_call()
    {
        var reads = Enumerable.Range(0, 100).Select(_ => Task.Run(() => Read())).ToList();
        var call = await _source.NextCall();
        await _cache.Looked(100);
        call.Answer();

        var boards = await Task.WhenAll(reads).WaitAsync(Deadline);

        boards.ShouldAllBe(b => b.IsSuccess);
        _source.Calls.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Different_boards_do_not_wait_for_one_another()
    {
        var slow = Read();
        await _source.NextCall();
        var other = _reader.ReadAsync(Make.Uid(2), Make.Start, default);
        (await _source.NextCall()).Answer();

        (await other.WaitAsync(Deadline)).Value.MapUid.ShouldBe(Make.Uid(2));
        slow.IsCompleted.ShouldBeFalse();
        _source.Calls[0].Answer();
        (await slow).IsSuccess.ShouldBeTrue();
    }

    [Fact]
    public async Task One_who_gives_up_does_not_spoil_it_for_the_others()
    {
        using var impatient = new CancellationTokenSource();
        var first = Read(cancellationToken: impatient.Token);
        var call = await _source.NextCall();
        var second = Read();
        await impatient.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => first.WaitAsync(Deadline));
        call.Token.IsCancellationRequested.ShouldBeFalse();
        call.Answer();
        (await second.WaitAsync(Deadline)).IsSuccess.ShouldBeTrue();
        _source.Calls.Count.ShouldBe(1);
    }

    [Fact]
    public async Task When_all_give_up_the_call_is_cancelled_and_the_next_one_starts_afresh()
    {
        using var impatient = new CancellationTokenSource();
        var first = Read(cancellationToken: impatient.Token);
        var call = await _source.NextCall();
        var second = Read(cancellationToken: impatient.Token);
        await impatient.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => first.WaitAsync(Deadline));
        await Should.ThrowAsync<OperationCanceledException>(() => second.WaitAsync(Deadline));

        call.Token.IsCancellationRequested.ShouldBeTrue();

        var third = Read();
        (await _source.NextCall()).Answer();
        (await third.WaitAsync(Deadline)).IsSuccess.ShouldBeTrue();
    }

    [Fact]
    public async Task A_failure_is_given_to_all_who_wait_and_kept_for_nobody_else()
    {
        var first = Read();
        var call = await _source.NextCall();
        var second = Read();
        call.Fail();

        (await first).IsSuccess.ShouldBeFalse();
        (await second).IsSuccess.ShouldBeFalse();

        var third = Read();
        (await _source.NextCall()).Answer();
        (await third.WaitAsync(Deadline)).IsSuccess.ShouldBeTrue();
        _source.Calls.Count.ShouldBe(2);
    }

    [Fact]
    public async Task An_exception_reaches_all_who_wait_and_nobody_else()
    {
        var first = Read();
        var call = await _source.NextCall();
        var second = Read();
        call.Throw(new NotSupportedException("bug"));

        await Should.ThrowAsync<NotSupportedException>(() => first);
        await Should.ThrowAsync<NotSupportedException>(() => second);

        var third = Read();
        (await _source.NextCall()).Answer();
        (await third.WaitAsync(Deadline)).IsSuccess.ShouldBeTrue();
    }

    [Fact]
    public async Task One_who_needs_a_fresher_board_than_the_shared_read_found_in_the_cache_gets_one()
    {
        // The first reader misses the cache, and while its flight looks again, an older board lands there.
        var gate = _cache.HoldLook(2);
        var content = Read(notBefore: Make.Start.AddMinutes(-5));
        await gate.Arrived;
        await _cache.SaveAsync(Make.Board(Uid, Make.Start.AddMinutes(-3)), default);
        var demanding = Read(notBefore: Make.Start);
        await _cache.Looked(3);
        gate.Release();

        (await content.WaitAsync(Deadline)).Value.ReadAt.ShouldBe(Make.Start.AddMinutes(-3));
        (await _source.NextCall()).Answer();
        (await demanding.WaitAsync(Deadline)).Value.ReadAt.ShouldBe(Make.Start);
        _source.Calls.Count.ShouldBe(1);
    }

    private Task<Result<Leaderboard>> Read(DateTimeOffset? notBefore = null, CancellationToken cancellationToken = default) =>
        _reader.ReadAsync(Uid, notBefore ?? Make.Start, cancellationToken);

    private sealed class GatedSource(TimeProvider clock) : ILeaderboardSource
    {
        private readonly System.Threading.Channels.Channel<Call> _started = System.Threading.Channels.Channel.CreateUnbounded<Call>();

        public List<Call> Calls { get; } = [];

        public async Task<Call> NextCall() => await _started.Reader.ReadAsync().AsTask().WaitAsync(Deadline);

        public Task<Result<Leaderboard>> ReadAsync(MapUid mapUid, CancellationToken cancellationToken)
        {
            var call = new Call(mapUid, clock.GetUtcNow(), cancellationToken);
            lock (Calls)
            {
                Calls.Add(call);
            }

            _started.Writer.TryWrite(call);
            return call.Task;
        }
    }

    private sealed class Call
    {
        private readonly TaskCompletionSource<Result<Leaderboard>> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly MapUid _mapUid;
        private readonly DateTimeOffset _readAt;

        public Call(MapUid mapUid, DateTimeOffset readAt, CancellationToken token)
        {
            (_mapUid, _readAt, Token) = (mapUid, readAt, token);
            token.Register(() => _answer.TrySetCanceled(token));
        }

        public CancellationToken Token { get; }

        public Task<Result<Leaderboard>> Task => _answer.Task;

        public void Answer() => _answer.TrySetResult(Make.Board(_mapUid, _readAt));

        public void Fail() => _answer.TrySetResult(Make.Trouble());

        public void Throw(Exception exception) => _answer.TrySetException(exception);
    }

    /// <summary>Counts looks into the cache, and can hold one of them.</summary>
    private sealed class ObservedCache(ILeaderboardCache inner) : ILeaderboardCache
    {
        private readonly Lock _lock = new();
        private readonly Dictionary<int, TaskCompletionSource> _looked = [];
        private readonly Dictionary<int, Gate> _held = [];
        private int _looks;

        public Task Looked(int times)
        {
            lock (_lock)
            {
                return Signal(times).Task.WaitAsync(Deadline);
            }
        }

        public Gate HoldLook(int number) => _held[number] = new Gate();

        public async Task<Leaderboard?> FindAsync(MapUid mapUid, CancellationToken cancellationToken)
        {
            Gate? gate;
            lock (_lock)
            {
                _held.TryGetValue(++_looks, out gate);
                Signal(_looks).TrySetResult();
            }

            if (gate is not null)
            {
                await gate.PassAsync();
            }

            return await inner.FindAsync(mapUid, cancellationToken);
        }

        public Task SaveAsync(Leaderboard leaderboard, CancellationToken cancellationToken) => inner.SaveAsync(leaderboard, cancellationToken);

        public Task<MapperWalk?> FindWalkAsync(string mapper, CancellationToken cancellationToken) => inner.FindWalkAsync(mapper, cancellationToken);

        public Task SaveWalkAsync(string mapper, MapperWalk walk, CancellationToken cancellationToken) => inner.SaveWalkAsync(mapper, walk, cancellationToken);

        private TaskCompletionSource Signal(int looks)
        {
            if (!_looked.TryGetValue(looks, out var signal))
            {
                _looked[looks] = signal = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                if (_looks >= looks)
                {
                    signal.SetResult();
                }
            }

            return signal;
        }
    }

    private sealed class Gate
    {
        private readonly TaskCompletionSource _arrived = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Arrived => _arrived.Task.WaitAsync(Deadline);

        public void Release() => _released.SetResult();

        public Task PassAsync()
        {
            _arrived.SetResult();
            return _released.Task;
        }
    }
}
