using Backend.Application.Ports;
using Backend.Application.Sessions;
using Backend.Domain.Accounts;
using Backend.Domain.Common;
using Backend.Domain.Sessions;
using Backend.Infrastructure.InMemory;
using Backend.Infrastructure.Security;
using Backend.Unit.Support;
using Microsoft.Extensions.Time.Testing;

namespace Backend.Unit.Application.Sessions;

/// <summary>Refreshing with the real tokens and the real store in memory.</summary>
public sealed class SessionLineageTests
{
    private readonly FakeTimeProvider _clock = Make.Clock();
    private readonly InMemorySessionStore _sessions;
    private readonly HmacRefreshTokens _tokens;
    private readonly RefreshTokenHandler _handler;
    private readonly InMemoryUserStore _users = new(new InMemoryRelations(), TimeProvider.System);

    public SessionLineageTests()
    {
        var keys = new SigningKeyRing(new SigningKeys(new Secret(new string('k', 48))), Previous: null);
        _sessions = new InMemorySessionStore(_clock);
        _tokens = new HmacRefreshTokens(keys);
        _handler = new RefreshTokenHandler(_sessions, _users, new JwtAccessTokens(keys, _clock), _tokens, _clock, new RecordingLogger<RefreshTokenHandler>());
    }

    [Fact]
    public async Task Two_hundred_parallel_refreshes_of_one_token_agree_on_one_successor()
    {
        var first = await SignIn();

        var answers = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => Task.Run(() => Refresh(first))));

        answers.ShouldAllBe(a => a.IsSuccess);
        var successor = answers.Select(a => a.Value.RefreshToken.Reveal()).Distinct().ShouldHaveSingleItem();
        _tokens.Read(new Secret(successor))!.Counter.ShouldBe(1);
        (await Refresh(new Secret(successor))).IsSuccess.ShouldBeTrue();
    }

    [Fact]
    public async Task A_token_replayed_after_the_grace_ends_the_lineage_for_the_thief_and_the_owner()
    {
        var first = await SignIn();
        var second = (await Refresh(first)).Value.RefreshToken;
        _clock.Advance(Session.ReuseGrace + TimeSpan.FromMilliseconds(1));

        (await Refresh(first)).Error.ShouldBe(SessionErrors.RefreshTokenReused);
        (await Refresh(second)).Error.ShouldBe(SessionErrors.InvalidRefreshToken);
    }

    [Fact]
    public async Task The_grace_does_not_prolong_itself()
    {
        var first = await SignIn();
        await Refresh(first);
        _clock.Advance(TimeSpan.FromSeconds(20));
        (await Refresh(first)).IsSuccess.ShouldBeTrue();
        _clock.Advance(TimeSpan.FromSeconds(20));

        (await Refresh(first)).Error.ShouldBe(SessionErrors.RefreshTokenReused);
    }

    [Fact]
    public async Task Busy_sessions_live_seven_days_and_idle_ones_three()
    {
        var token = await SignIn();
        for (var days = 0; days < 6; days += 2)
        {
            _clock.Advance(TimeSpan.FromDays(2));
            token = (await Refresh(token)).Value.RefreshToken;
        }

        _clock.Advance(TimeSpan.FromDays(1) - TimeSpan.FromMilliseconds(1));
        token = (await Refresh(token)).Value.RefreshToken;
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        (await Refresh(token)).Error.ShouldBe(SessionErrors.InvalidRefreshToken);

        var idle = await SignIn();
        _clock.Advance(TimeSpan.FromHours(72));
        (await Refresh(idle)).Error.ShouldBe(SessionErrors.InvalidRefreshToken);
    }

    private async Task<Secret> SignIn()
    {
        var outcome = await _users.AddAsync(new NewUser(Make.Name("demo"), Make.Email("demo@example.com"), new Secret("hash"), Role.User, Make.Start), 10, default);
        var user = outcome.User ?? (await _users.FindByLoginAsync("demo", default))!;
        var session = Session.Start(user.Id, new SessionId(new Guid((int)(_clock.GetUtcNow() - Make.Start).TotalHours, 1, 1, new byte[8])), "browser", "", _clock.GetUtcNow());
        await _sessions.AddAsync(session, default);
        return _tokens.Issue(new RefreshTokenContent(user.Id, session.Id, 0));
    }

    private Task<Result<SessionTokens>> Refresh(Secret token) => _handler.Handle(new RefreshTokenCommand(token), CancellationToken.None);
}
