using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Backend.Application.Ports;
using Backend.Application.Sessions;
using Backend.Domain.Accounts;
using Backend.Integration.Support;
using MediatR;
using Microsoft.Extensions.DependencyInjection;

namespace Backend.Integration.Chaos;

/// <summary>A user does not notice which of two instances answers.</summary>
[Collection(nameof(Undisturbed))]
public abstract class SharedSessionTests(HostProfile profile)
{
    private static readonly TimeSpan s_atOnce = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task Parallel_refreshes_over_two_instances_give_one_lineage_and_a_late_replay_ends_it_on_both()
    {
        const int Count = 200;
        var time = new StandingClock(new DateTimeOffset(2026, 11, 20, 12, 0, 0, TimeSpan.Zero));
        await using var system = await TwoInstances.StartAsync(profile, time);
        var user = await system.One.SignInAsync();
        using var barrier = new SemaphoreSlim(0);
        var refreshing = Enumerable.Range(0, Count).Select(async i =>
        {
            await barrier.WaitAsync();
            return await RefreshAsync(i % 2 == 0 ? system.One : system.Other, user.RefreshToken);
        }).ToList();
        barrier.Release(Count);

        var answers = await Task.WhenAll(refreshing);

        answers.ShouldAllBe(a => a.Status == HttpStatusCode.OK);
        answers.Select(a => a.RefreshToken).Distinct().Count().ShouldBe(1);
        answers[0].RefreshToken.ShouldNotBe(user.RefreshToken);
        foreach (var host in new[] { system.One, system.Other })
        {
            (await ProfileAsync(host, answers[0].AccessToken!)).ShouldBe(HttpStatusCode.OK);
        }

        var current = await RefreshAsync(system.Other, answers[0].RefreshToken!);
        current.Status.ShouldBe(HttpStatusCode.OK);
        (await ProfileAsync(system.Other, current.AccessToken!)).ShouldBe(HttpStatusCode.OK);
        time.Advance(TimeSpan.FromSeconds(30) + TimeSpan.FromMilliseconds(1));
        (await ProfileAsync(system.Other, current.AccessToken!)).ShouldBe(HttpStatusCode.OK);

        var replay = await RefreshAsync(system.One, user.RefreshToken);

        replay.Status.ShouldBe(HttpStatusCode.Unauthorized);
        replay.Code.ShouldBe("session.refresh_token_reused");
        time.Advance(s_atOnce);
        foreach (var host in new[] { system.One, system.Other })
        {
            (await ProfileAsync(host, current.AccessToken!)).ShouldBe(HttpStatusCode.Unauthorized);
            (await RefreshAsync(host, current.RefreshToken!)).Status.ShouldBe(HttpStatusCode.Unauthorized);
        }
    }

    [Fact]
    public async Task What_ends_a_session_on_one_instance_ends_it_on_the_other_within_a_second()
    {
        await using var system = await TwoInstances.StartAsync(profile);
        var ends = new Dictionary<string, Func<SignedInUser, SignedInUser, Task>>(StringComparer.Ordinal)
        {
            ["logout"] = async (_, victim) =>
            {
                using var answer = await victim.Client.PostAsJsonAsync("/api/v1/users/logout", new { refresh_token = victim.RefreshToken });
                answer.EnsureSuccessStatusCode();
            },
            ["logout everywhere"] = async (user, _) =>
            {
                using var answer = await user.Client.PostAsync("/api/v1/users/logout-everywhere", content: null);
                answer.EnsureSuccessStatusCode();
            },
            ["revocation"] = async (user, victim) =>
            {
                using var answer = await user.Client.DeleteAsync($"/api/v1/users/sessions/{JwtParts.Payload(victim.AccessToken)["session_id"]}");
                answer.EnsureSuccessStatusCode();
            },
            ["deletion"] = async (user, _) =>
            {
                var users = system.One.Services.GetRequiredService<IUserStore>();
                await users.RemoveAsync((await users.FindByLoginAsync(user.Name, CancellationToken.None))!.Id, CancellationToken.None);
            },
        };
        foreach (var (name, end) in ends)
        {
            var user = await system.One.SignInAsync();
            var victim = await system.One.SignInAgainAsync(user.Name);
            (await ProfileAsync(system.Other, victim.AccessToken)).ShouldBe(HttpStatusCode.OK);

            await end(user, victim);

            await MeasureAsync(name, async () => await ProfileAsync(system.Other, victim.AccessToken) == HttpStatusCode.Unauthorized);
            (await RefreshAsync(system.Other, victim.RefreshToken)).Status.ShouldBe(HttpStatusCode.Unauthorized);
        }
    }

    [Fact]
    public async Task A_change_of_role_on_one_instance_holds_on_the_other_within_a_second()
    {
        await using var system = await TwoInstances.StartAsync(profile);
        var user = await system.One.SignInAsync();
        var users = system.One.Services.GetRequiredService<IUserStore>();
        var id = (await users.FindByLoginAsync(user.Name, CancellationToken.None))!.Id;
        var mediator = system.Other.Services.GetRequiredService<IMediator>();
        foreach (var role in new[] { Role.Admin, Role.User })
        {
            (await mediator.Send(new AuthenticateAccessQuery(new(user.AccessToken)))).Value.Role.ShouldNotBe(role);

            await users.SetRoleAsync(id, role, CancellationToken.None);

            await MeasureAsync($"role {role}", async () => (await mediator.Send(new AuthenticateAccessQuery(new(user.AccessToken)))).Value.Role == role);
        }
    }

    [Fact]
    public async Task Limits_count_what_both_instances_let_through()
    {
        await using var system = await TwoInstances.StartAsync(profile, ("RateLimits:Login", "5/300"), ("RateLimits:Register", "3/300"));

        var logins = await OnBothAsync(system, 40, (client, _) => client.PostAsJsonAsync("/api/v1/users/login", new { email = "nobody", password = "wrong" }));
        var registrations = await OnBothAsync(
            system, 20, (client, i) => client.PostAsJsonAsync("/api/v1/users/register", new { email = $"limited{i}@example.org", username = $"limited {i}", password = BackendHost.Password }));

        logins.Count(s => s == HttpStatusCode.Unauthorized).ShouldBe(5);
        logins.Count(s => s == HttpStatusCode.TooManyRequests).ShouldBe(35);
        registrations.Count(s => s == HttpStatusCode.Created).ShouldBe(3);
        registrations.Count(s => s == HttpStatusCode.TooManyRequests).ShouldBe(17);
    }

    private static async Task MeasureAsync(string what, Func<Task<bool>> holds)
    {
        var started = TimeProvider.System.GetTimestamp();
        await Eventually.GetAsync(holds, h => h, TimeSpan.FromSeconds(5));
        var took = TimeProvider.System.GetElapsedTime(started);
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what}: {took.TotalMilliseconds:0} ms"));
        took.ShouldBeLessThan(s_atOnce, what);
    }

    private static async Task<HttpStatusCode[]> OnBothAsync(TwoInstances system, int count, Func<HttpClient, int, Task<HttpResponseMessage>> send)
    {
        using var barrier = new SemaphoreSlim(0);
        var sending = Enumerable.Range(0, count).Select(async i =>
        {
            using var client = (i % 2 == 0 ? system.One : system.Other).CreateClient();
            await barrier.WaitAsync();
            using var answer = await send(client, i);
            return answer.StatusCode;
        }).ToList();
        barrier.Release(count);
        return await Task.WhenAll(sending);
    }

    private static async Task<Answer> RefreshAsync(BackendHost host, string token)
    {
        using var client = host.CreateClient();
        using var answer = await client.PostAsJsonAsync("/api/v1/users/refresh", new { refresh_token = token });
        var body = (await answer.Content.ReadFromJsonAsync<JsonNode>())!;
        return new Answer(answer.StatusCode, (string?)body["access_token"], (string?)body["refresh_token"], (string?)body["code"]);
    }

    private static async Task<HttpStatusCode> ProfileAsync(BackendHost host, string accessToken)
    {
        using var client = host.CreateClient();
        client.DefaultRequestHeaders.Authorization = new("Bearer", accessToken);
        using var answer = await client.GetAsync("/api/v1/users/profile");
        return answer.StatusCode;
    }

    private sealed record Answer(HttpStatusCode Status, string? AccessToken, string? RefreshToken, string? Code);
}
