using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.Sessions;
using Backend.Integration.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Backend.Integration.Http;

public abstract class RefreshRotationTests : ProfileSuite
{
    private readonly StandingClock _time = new(new DateTimeOffset(2026, 11, 20, 12, 0, 0, TimeSpan.Zero));
    private readonly BackendHost _host;

    protected RefreshRotationTests(HostProfile profile)
        : base(profile) => _host = Start(clock: _time);

    [Theory]
    [InlineData(2)]
    [InlineData(20)]
    [InlineData(200)]
    public async Task Parallel_refreshes_of_one_token_give_one_lineage_and_no_logout(int count)
    {
        var user = await _host.SignInAsync();
        using var barrier = new SemaphoreSlim(0);
        var refreshing = Enumerable.Range(0, count).Select(async _ =>
        {
            await barrier.WaitAsync();
            return await RefreshAsync(user.RefreshToken);
        }).ToList();
        barrier.Release(count);

        var answers = await Task.WhenAll(refreshing);

        answers.ShouldAllBe(a => a.Status == HttpStatusCode.OK);
        answers.Select(a => a.RefreshToken).Distinct().Count().ShouldBe(1);
        answers[0].RefreshToken.ShouldNotBe(user.RefreshToken);
        (await ProfileAsync(answers[^1].AccessToken!)).ShouldBe(HttpStatusCode.OK);
        (await RefreshAsync(answers[0].RefreshToken!)).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_lost_answer_is_made_good_within_thirty_seconds()
    {
        var user = await _host.SignInAsync();
        var lost = await RefreshAsync(user.RefreshToken);
        _time.Advance(TimeSpan.FromSeconds(30));

        var again = await RefreshAsync(user.RefreshToken);

        again.Status.ShouldBe(HttpStatusCode.OK);
        again.RefreshToken.ShouldBe(lost.RefreshToken);
    }

    [Fact]
    public async Task A_replay_after_the_grace_ends_the_session_and_its_access_tokens()
    {
        var user = await _host.SignInAsync();
        var current = await RefreshAsync(user.RefreshToken);
        _time.Advance(TimeSpan.FromSeconds(30) + TimeSpan.FromMilliseconds(1));

        var replay = await RefreshAsync(user.RefreshToken);

        replay.Status.ShouldBe(HttpStatusCode.Unauthorized);
        replay.Code.ShouldBe("session.refresh_token_reused");
        (await ProfileAsync(current.AccessToken!)).ShouldBe(HttpStatusCode.Unauthorized);
        (await RefreshAsync(current.RefreshToken!)).Status.ShouldBe(HttpStatusCode.Unauthorized);
        _host.Logs.Lines.ShouldContain(l => l.StartsWith("Warning", StringComparison.Ordinal) && l.Contains("presented again", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_token_older_than_the_previous_one_ends_the_session_even_at_once()
    {
        var user = await _host.SignInAsync();
        var second = await RefreshAsync(user.RefreshToken);
        var third = await RefreshAsync(second.RefreshToken!);

        (await RefreshAsync(user.RefreshToken)).Code.ShouldBe("session.refresh_token_reused");

        (await RefreshAsync(third.RefreshToken!)).Status.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_session_ends_after_seven_days_however_often_it_is_refreshed()
    {
        var user = await _host.SignInAsync();
        var token = user.RefreshToken;
        for (var day = 1; day <= 6; day++)
        {
            _time.Advance(TimeSpan.FromDays(1));
            token = (await RefreshAsync(token)).RefreshToken!;
        }

        _time.Advance(TimeSpan.FromDays(1) - TimeSpan.FromMinutes(5));
        var last = await RefreshAsync(token);
        last.Status.ShouldBe(HttpStatusCode.OK);
        _time.Advance(TimeSpan.FromMinutes(5));

        (await RefreshAsync(last.RefreshToken!)).Status.ShouldBe(HttpStatusCode.Unauthorized);
        (await ProfileAsync(last.AccessToken!)).ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_session_ends_after_72_hours_without_a_refresh()
    {
        var first = await _host.SignInAsync();
        var second = await _host.SignInAsync();
        _time.Advance(TimeSpan.FromHours(72) - TimeSpan.FromMilliseconds(1));
        (await RefreshAsync(first.RefreshToken)).Status.ShouldBe(HttpStatusCode.OK);
        _time.Advance(TimeSpan.FromMilliseconds(1));

        (await RefreshAsync(second.RefreshToken)).Status.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Neither_kind_of_token_passes_for_the_other()
    {
        var user = await _host.SignInAsync();

        (await RefreshAsync(user.AccessToken)).Status.ShouldBe(HttpStatusCode.Unauthorized);
        (await ProfileAsync(user.RefreshToken)).ShouldBe(HttpStatusCode.Unauthorized);
        (await RefreshAsync(user.RefreshToken)).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task An_access_token_expires_after_fifteen_minutes()
    {
        var user = await _host.SignInAsync();
        _time.Advance(TimeSpan.FromMinutes(15) - TimeSpan.FromSeconds(1));
        (await ProfileAsync(user.AccessToken)).ShouldBe(HttpStatusCode.OK);
        _time.Advance(TimeSpan.FromSeconds(1));

        (await ProfileAsync(user.AccessToken)).ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Logout_bites_at_once_for_both_tokens()
    {
        var user = await _host.SignInAsync();
        using var answer = await user.Client.PostAsJsonAsync("/api/v1/users/logout", new { refresh_token = user.RefreshToken });

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await ProfileAsync(user.AccessToken)).ShouldBe(HttpStatusCode.Unauthorized);
        (await RefreshAsync(user.RefreshToken)).Status.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Logout_everywhere_ends_all_sessions_and_only_those_of_the_caller()
    {
        var user = await _host.SignInAsync();
        var elsewhere = await _host.SignInAgainAsync(user.Name);
        var other = await _host.SignInAsync();

        using var answer = await user.Client.PostAsync("/api/v1/users/logout-everywhere", content: null);

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await ProfileAsync(user.AccessToken)).ShouldBe(HttpStatusCode.Unauthorized);
        (await ProfileAsync(elsewhere.AccessToken)).ShouldBe(HttpStatusCode.Unauthorized);
        (await RefreshAsync(elsewhere.RefreshToken)).Status.ShouldBe(HttpStatusCode.Unauthorized);
        (await ProfileAsync(other.AccessToken)).ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Deletion_bites_at_once()
    {
        var user = await _host.SignInAsync();
        var users = _host.Services.GetRequiredService<IUserStore>();

        await users.RemoveAsync((await users.FindByLoginAsync(user.Name, CancellationToken.None))!.Id, CancellationToken.None);

        (await ProfileAsync(user.AccessToken)).ShouldBe(HttpStatusCode.Unauthorized);
        (await RefreshAsync(user.RefreshToken)).Status.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task The_role_is_the_users_role_now_and_not_the_claim()
    {
        var user = await _host.SignInAsync();
        var users = _host.Services.GetRequiredService<IUserStore>();
        var id = (await users.FindByLoginAsync(user.Name, CancellationToken.None))!.Id;
        var mediator = _host.Services.GetRequiredService<MediatR.IMediator>();
        var query = new Application.Sessions.AuthenticateAccessQuery(new(user.AccessToken));

        await users.SetRoleAsync(id, Role.Admin, CancellationToken.None);
        (await mediator.Send(query)).Value.Role.ShouldBe(Role.Admin);
        ((string)JwtParts.Payload((await RefreshAsync(user.RefreshToken)).AccessToken!)["role"]!).ShouldBe("admin");
        await users.SetRoleAsync(id, Role.User, CancellationToken.None);

        (await mediator.Send(query)).Value.Role.ShouldBe(Role.User);
    }

    [Fact]
    public async Task A_new_secret_accepts_what_the_previous_one_signed_until_that_is_removed()
    {
        const string NewSecret = "the new secret of the tests, long enough too";
        var user = await _host.SignInAsync();
        await using var rolled = Start(new Dictionary<string, string>(StringComparer.Ordinal) { ["JWT_SECRET"] = NewSecret, ["JWT_SECRET_PREVIOUS"] = BackendHost.JwtSecret }, _time);
        await using var after = Start(new Dictionary<string, string>(StringComparer.Ordinal) { ["JWT_SECRET"] = NewSecret }, _time);
        var content = _host.Services.GetRequiredService<IRefreshTokens>().Read(new(user.RefreshToken))!;
        foreach (var host in new[] { rolled, after })
        {
            // As if all three shared their stores.
            var same = await host.SignInAsync();
            var id = (await host.Services.GetRequiredService<IUserStore>().FindByLoginAsync(same.Name, CancellationToken.None))!.Id;
            id.ShouldBe(content.UserId);
            await host.Services.GetRequiredService<ISessionStore>().AddAsync(Session.Start(id, content.SessionId, null, null, _time.GetUtcNow()), CancellationToken.None);
        }

        (await ProfileAsync(user.AccessToken, rolled)).ShouldBe(HttpStatusCode.OK);
        var renewed = await RefreshAsync(user.RefreshToken, rolled);
        renewed.Status.ShouldBe(HttpStatusCode.OK);
        (await ProfileAsync(user.AccessToken, after)).ShouldBe(HttpStatusCode.Unauthorized);
        (await RefreshAsync(user.RefreshToken, after)).Status.ShouldBe(HttpStatusCode.Unauthorized);
        (await ProfileAsync(renewed.AccessToken!, after)).ShouldBe(HttpStatusCode.OK);
    }

    private async Task<Answer> RefreshAsync(string token, BackendHost? host = null)
    {
        using var client = (host ?? _host).CreateClient();
        using var answer = await client.PostAsJsonAsync("/api/v1/users/refresh", new { refresh_token = token });
        var body = (await answer.Content.ReadFromJsonAsync<JsonNode>())!;
        return new Answer(answer.StatusCode, (string?)body["access_token"], (string?)body["refresh_token"], (string?)body["code"]);
    }

    private async Task<HttpStatusCode> ProfileAsync(string accessToken, BackendHost? host = null)
    {
        using var client = (host ?? _host).CreateClient();
        client.DefaultRequestHeaders.Authorization = new("Bearer", accessToken);
        using var answer = await client.GetAsync("/api/v1/users/profile");
        return answer.StatusCode;
    }

    private sealed record Answer(HttpStatusCode Status, string? AccessToken, string? RefreshToken, string? Code);
}
