using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.Sessions;
using Backend.Integration.Support;
using Microsoft.Extensions.Time.Testing;

namespace Backend.Integration.Contracts;

/// <summary>What every <see cref="ISessionStore"/> does.</summary>
public abstract class SessionStoreContract
{
    private static readonly DateTimeOffset s_start = new(2026, 11, 20, 12, 0, 0, 123, TimeSpan.Zero);
    private static long s_lastUser = 1000;

    private readonly FakeTimeProvider _time = new(s_start);
    private readonly UserId _user = new(Interlocked.Increment(ref s_lastUser));

    protected abstract Task<ISessionStore> CreateAsync(TimeProvider time);

    [Fact]
    public async Task A_session_comes_back_as_it_was_added()
    {
        var store = await CreateAsync(_time);
        var session = Session.Start(_user, NewId(), "Ünï Brówser/1.0 (日本語; 🏁) \"quoted\" \\ '", "2001:db8::1", _time.GetUtcNow());

        await store.AddAsync(session, CancellationToken.None);

        (await store.FindAsync(_user, session.Id, CancellationToken.None)).ShouldBe(session);
    }

    [Fact]
    public async Task An_unknown_session_is_absent_everywhere()
    {
        var store = await CreateAsync(_time);
        var id = NewId();

        (await store.FindAsync(_user, id, CancellationToken.None)).ShouldBeNull();
        (await store.ListAsync(_user, CancellationToken.None)).ShouldBeEmpty();
        (await store.TryRotateAsync(_user, id, 0, CancellationToken.None)).ShouldBeNull();
        (await store.RemoveAsync(_user, id, CancellationToken.None)).ShouldBeFalse();
        (await store.RemoveAllAsync(_user, CancellationToken.None)).ShouldBe(0);
    }

    [Fact]
    public async Task A_session_is_found_only_with_its_user()
    {
        var store = await CreateAsync(_time);
        var session = await AddAsync(store);
        var stranger = new UserId(Interlocked.Increment(ref s_lastUser));

        (await store.FindAsync(stranger, session.Id, CancellationToken.None)).ShouldBeNull();
        (await store.TryRotateAsync(stranger, session.Id, 0, CancellationToken.None)).ShouldBeNull();
        (await store.RemoveAsync(stranger, session.Id, CancellationToken.None)).ShouldBeFalse();
        (await store.FindAsync(_user, session.Id, CancellationToken.None)).ShouldBe(session);
    }

    [Fact]
    public async Task An_id_can_be_added_once()
    {
        var store = await CreateAsync(_time);
        var session = await AddAsync(store);

        await Should.ThrowAsync<InvalidOperationException>(() => store.AddAsync(session with { UserAgent = "another" }, CancellationToken.None));

        (await store.FindAsync(_user, session.Id, CancellationToken.None)).ShouldBe(session);
    }

    [Fact]
    public async Task A_rotation_counts_and_notes_its_time()
    {
        var store = await CreateAsync(_time);
        var session = await AddAsync(store);
        _time.Advance(TimeSpan.FromMilliseconds(1234));

        var rotated = await store.TryRotateAsync(_user, session.Id, 0, CancellationToken.None);

        rotated.ShouldBe(session with { Counter = 1, RefreshedAt = s_start.AddMilliseconds(1234) });
        (await store.FindAsync(_user, session.Id, CancellationToken.None)).ShouldBe(rotated);
    }

    [Fact]
    public async Task A_rotation_from_another_counter_changes_nothing()
    {
        var store = await CreateAsync(_time);
        var session = await AddAsync(store);
        var rotated = await store.TryRotateAsync(_user, session.Id, 0, CancellationToken.None);

        (await store.TryRotateAsync(_user, session.Id, 0, CancellationToken.None)).ShouldBeNull();
        (await store.TryRotateAsync(_user, session.Id, 2, CancellationToken.None)).ShouldBeNull();

        (await store.FindAsync(_user, session.Id, CancellationToken.None)).ShouldBe(rotated);
    }

    [Fact]
    public async Task Of_many_rotations_at_once_one_wins()
    {
        var store = await CreateAsync(_time);
        var session = await AddAsync(store);

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => Task.Run(() => store.TryRotateAsync(_user, session.Id, 0, CancellationToken.None))));

        outcomes.Count(o => o is not null).ShouldBe(1);
        (await store.FindAsync(_user, session.Id, CancellationToken.None))!.Counter.ShouldBe(1);
    }

    [Fact]
    public async Task A_session_that_is_not_refreshed_is_absent_from_its_idle_limit_on()
    {
        var store = await CreateAsync(_time);
        var session = await AddAsync(store);

        _time.Advance(Session.IdleLimit - TimeSpan.FromMilliseconds(1));
        (await store.FindAsync(_user, session.Id, CancellationToken.None)).ShouldNotBeNull();
        _time.Advance(TimeSpan.FromMilliseconds(1));

        (await store.FindAsync(_user, session.Id, CancellationToken.None)).ShouldBeNull();
        (await store.ListAsync(_user, CancellationToken.None)).ShouldBeEmpty();
        (await store.TryRotateAsync(_user, session.Id, 0, CancellationToken.None)).ShouldBeNull();
        (await store.RemoveAsync(_user, session.Id, CancellationToken.None)).ShouldBeFalse();
    }

    [Fact]
    public async Task A_session_ends_after_its_absolute_lifetime_however_often_it_is_refreshed()
    {
        var store = await CreateAsync(_time);
        var session = await AddAsync(store);
        for (var day = 1; day < 7; day++)
        {
            _time.Advance(TimeSpan.FromDays(1));
            (await store.TryRotateAsync(_user, session.Id, day - 1, CancellationToken.None)).ShouldNotBeNull();
        }

        _time.Advance(TimeSpan.FromDays(1) - TimeSpan.FromMilliseconds(1));
        (await store.FindAsync(_user, session.Id, CancellationToken.None)).ShouldNotBeNull();
        _time.Advance(TimeSpan.FromMilliseconds(1));

        (await store.FindAsync(_user, session.Id, CancellationToken.None)).ShouldBeNull();
        (await store.RemoveAllAsync(_user, CancellationToken.None)).ShouldBe(0);
    }

    [Fact]
    public async Task The_oldest_sessions_beyond_the_limit_end()
    {
        var store = await CreateAsync(_time);
        var sessions = new List<Session>();
        for (var i = 0; i < Session.MaxPerUser + 3; i++)
        {
            sessions.Add(await AddAsync(store));
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        var listed = await store.ListAsync(_user, CancellationToken.None);

        listed.Select(s => s.Id).ShouldBe(sessions.TakeLast(Session.MaxPerUser).Select(s => s.Id).Reverse());
        (await store.FindAsync(_user, sessions[2].Id, CancellationToken.None)).ShouldBeNull();
    }

    [Fact]
    public async Task Many_sessions_added_at_once_never_exceed_the_limit()
    {
        var store = await CreateAsync(_time);

        await Task.WhenAll(Enumerable.Range(0, 60).Select(_ => Task.Run(() => AddAsync(store))));

        (await store.ListAsync(_user, CancellationToken.None)).Count.ShouldBe(Session.MaxPerUser);
    }

    [Fact]
    public async Task A_removed_session_is_gone_and_removing_it_again_says_so()
    {
        var store = await CreateAsync(_time);
        var session = await AddAsync(store);
        var other = await AddAsync(store);

        (await store.RemoveAsync(_user, session.Id, CancellationToken.None)).ShouldBeTrue();
        (await store.RemoveAsync(_user, session.Id, CancellationToken.None)).ShouldBeFalse();

        (await store.FindAsync(_user, session.Id, CancellationToken.None)).ShouldBeNull();
        (await store.TryRotateAsync(_user, session.Id, 0, CancellationToken.None)).ShouldBeNull();
        (await store.ListAsync(_user, CancellationToken.None)).ShouldBe([other]);
    }

    [Fact]
    public async Task All_sessions_of_a_user_can_be_ended_and_only_of_that_user()
    {
        var store = await CreateAsync(_time);
        await AddAsync(store);
        await AddAsync(store);
        var stranger = Session.Start(new UserId(Interlocked.Increment(ref s_lastUser)), NewId(), null, null, _time.GetUtcNow());
        await store.AddAsync(stranger, CancellationToken.None);

        (await store.RemoveAllAsync(_user, CancellationToken.None)).ShouldBe(2);

        (await store.ListAsync(_user, CancellationToken.None)).ShouldBeEmpty();
        (await store.FindAsync(stranger.UserId, stranger.Id, CancellationToken.None)).ShouldBe(stranger);
    }

    [Fact]
    public async Task Whether_a_session_is_live_is_told_with_all_that_was_written_here()
    {
        var store = await CreateAsync(_time);
        var (session, other) = (await AddAsync(store), await AddAsync(store));
        (await store.IsLiveAsync(_user, session.Id, CancellationToken.None)).ShouldBeTrue();
        (await store.IsLiveAsync(_user, other.Id, CancellationToken.None)).ShouldBeTrue();
        (await store.IsLiveAsync(new UserId(Interlocked.Increment(ref s_lastUser)), session.Id, CancellationToken.None)).ShouldBeFalse();
        var later = NewId();
        (await store.IsLiveAsync(_user, later, CancellationToken.None)).ShouldBeFalse();

        await store.RemoveAsync(_user, session.Id, CancellationToken.None);
        await store.AddAsync(Session.Start(_user, later, null, null, _time.GetUtcNow()), CancellationToken.None);

        (await store.IsLiveAsync(_user, session.Id, CancellationToken.None)).ShouldBeFalse();
        (await store.IsLiveAsync(_user, other.Id, CancellationToken.None)).ShouldBeTrue();
        (await store.IsLiveAsync(_user, later, CancellationToken.None)).ShouldBeTrue();
        await store.RemoveAllAsync(_user, CancellationToken.None);
        (await store.IsLiveAsync(_user, later, CancellationToken.None)).ShouldBeFalse();
    }

    [Fact]
    public async Task Every_session_that_a_further_sign_in_ends_has_ended_at_once()
    {
        var store = await CreateAsync(_time);
        var first = await AddAsync(store);
        (await store.IsLiveAsync(_user, first.Id, CancellationToken.None)).ShouldBeTrue();
        for (var i = 0; i < Session.MaxPerUser; i++)
        {
            _time.Advance(TimeSpan.FromMilliseconds(1));
            await AddAsync(store);
        }

        (await store.IsLiveAsync(_user, first.Id, CancellationToken.None)).ShouldBeFalse();
    }

    [Fact]
    public async Task A_cancelled_call_does_nothing()
    {
        var store = await CreateAsync(_time);
        var session = await AddAsync(store);
        var cancelled = new CancellationToken(canceled: true);

        await Should.ThrowAsync<OperationCanceledException>(() => store.TryRotateAsync(_user, session.Id, 0, cancelled));
        await Should.ThrowAsync<OperationCanceledException>(() => store.RemoveAsync(_user, session.Id, cancelled));

        (await store.FindAsync(_user, session.Id, CancellationToken.None)).ShouldBe(session);
    }

    private static SessionId NewId() => new(Ids.Next());

    private async Task<Session> AddAsync(ISessionStore store)
    {
        var session = Session.Start(_user, NewId(), "agent", "192.0.2.1", _time.GetUtcNow());
        await store.AddAsync(session, CancellationToken.None);
        return session;
    }
}
