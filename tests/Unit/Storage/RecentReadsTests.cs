using Backend.Infrastructure.Storage;
using Microsoft.Extensions.Time.Testing;

namespace Backend.Unit.Storage;

public sealed class RecentReadsTests
{
    private static readonly TimeSpan s_keptFor = TimeSpan.FromSeconds(2);

    private readonly FakeTimeProvider _clock = new();
    private readonly RecentReads<int, string> _recent;
    private int _reads;

    public RecentReadsTests() => _recent = new RecentReads<int, string>(s_keptFor, _clock);

    [Fact]
    public async Task An_answer_is_kept_for_its_time_and_no_longer()
    {
        (await GetAsync(1)).ShouldBe("1 read 1");
        _clock.Advance(s_keptFor - TimeSpan.FromMilliseconds(1));
        (await GetAsync(1)).ShouldBe("1 read 1");
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        (await GetAsync(1)).ShouldBe("1 read 2");
        (await GetAsync(2)).ShouldBe("2 read 3");
    }

    [Fact]
    public async Task Its_time_counts_from_before_it_was_read()
    {
        var answer = new TaskCompletionSource<string>();
        var reading = _recent.GetAsync(1, _ => answer.Task);
        _clock.Advance(s_keptFor);
        answer.SetResult("slow");
        (await reading).ShouldBe("slow");

        (await GetAsync(1)).ShouldBe("1 read 1");
    }

    [Fact]
    public async Task What_was_changed_here_is_forgotten_and_nothing_else()
    {
        await GetAsync(1);
        await GetAsync(2);
        _recent.Forget(1);
        (await GetAsync(1)).ShouldBe("1 read 3");
        (await GetAsync(2)).ShouldBe("2 read 2");

        _recent.ForgetWhere(key => key > 1);
        (await GetAsync(1)).ShouldBe("1 read 3");
        (await GetAsync(2)).ShouldBe("2 read 4");
    }

    /// <summary>The read may have seen the state before the change, so nobody after it may get its answer.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_change_during_a_read_is_forgotten_too(bool byPredicate)
    {
        var answer = new TaskCompletionSource<string>();
        var reading = _recent.GetAsync(1, _ => answer.Task);
        if (byPredicate)
        {
            _recent.ForgetWhere(key => key == 1);
        }
        else
        {
            _recent.Forget(1);
        }

        answer.SetResult("before the change");

        (await reading).ShouldBe("before the change");
        (await GetAsync(1)).ShouldBe("1 read 1");
    }

    /// <summary>Of two reads the older one must not put back what the change between them took away.</summary>
    [Fact]
    public async Task A_read_from_before_a_change_does_not_outlive_one_from_after_it()
    {
        var old = new TaskCompletionSource<string>();
        var reading = _recent.GetAsync(1, _ => old.Task);
        _recent.Forget(1);
        (await GetAsync(1)).ShouldBe("1 read 1");
        old.SetResult("before the change");
        await reading;

        (await GetAsync(1)).ShouldNotBe("before the change");
    }

    [Fact]
    public async Task No_answer_from_before_a_change_is_given_after_it()
    {
        var state = 0;
        var seen = 0;
        using var over = new CancellationTokenSource();
        var readers = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            while (!over.IsCancellationRequested)
            {
                await new RecentReadsCaller(_recent).ReadAsync(() => Volatile.Read(ref state));
                Interlocked.Increment(ref seen);
            }
        })).ToList();

        // Changes without anybody who reads would prove nothing, and on a busy machine all could be over before a reader runs.
        while (Volatile.Read(ref seen) == 0)
        {
            await Task.Yield();
        }

        for (var change = 1; change <= 2_000; change++)
        {
            Volatile.Write(ref state, change);
            _recent.Forget(1);
            var answer = int.Parse(await new RecentReadsCaller(_recent).ReadAsync(() => Volatile.Read(ref state)), System.Globalization.CultureInfo.InvariantCulture);
            answer.ShouldBe(change);
        }

        await over.CancelAsync();
        await Task.WhenAll(readers);
        seen.ShouldBePositive();
    }

    [Fact]
    public async Task A_failure_is_not_kept()
    {
        await Should.ThrowAsync<TimeoutException>(async () => await _recent.GetAsync(1, _ => Task.FromException<string>(new TimeoutException())));
        (await GetAsync(1)).ShouldBe("1 read 1");
        (await GetAsync(1)).ShouldBe("1 read 1");
    }

    [Fact]
    public async Task So_many_keys_do_not_pile_up()
    {
        for (var key = 0; key < 60_000; key++)
        {
            await GetAsync(key);
            _recent.Count.ShouldBeLessThanOrEqualTo(20_000);
        }

        (await GetAsync(59_999)).ShouldBe("59999 read 60000");
    }

    private ValueTask<string> GetAsync(int key) => _recent.GetAsync(key, k => Task.FromResult($"{k} read {++_reads}"));

    private sealed class RecentReadsCaller(RecentReads<int, string> recent)
    {
        public async Task<string> ReadAsync(Func<int> state) =>
            await recent.GetAsync(1, async _ =>
            {
                var value = state();
                await Task.Yield();
                return value.ToString(System.Globalization.CultureInfo.InvariantCulture);
            });
    }
}
