using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.DailyEmails;
using Backend.Domain.History;
using Backend.Integration.Support;
using Backend.TrackmaniaSandbox;
using Microsoft.Extensions.DependencyInjection;

namespace Backend.Integration.Http;

public abstract class AccountTests(HostProfile profile) : ProfileSuite(profile)
{
    private const string Link = "/api/v1/users/tm-username";
    private const string Strange = "O'Reilly -- <b>;select";

    [Fact]
    public async Task A_Trackmania_account_is_linked_by_one_user_only_and_can_be_changed_and_forgotten()
    {
        await using var host = Start();
        var (user, other) = (await host.SignInAsync(), await host.SignInAsync());
        var (first, second) = (host.Sandbox.World.Mappers[0], host.Sandbox.World.Mappers[1]);

        (await user.AskAsync("GET", Link).ShouldSucceedAsync()).ToJsonString().ShouldBe("""{"hasTmUsername":false,"tmUsername":null,"tmAccountId":null}""");
        var linked = await user.AskAsync("POST", Link, new { tmUsername = $" {first.Name.ToUpperInvariant()} " }).ShouldSucceedAsync();
        linked.Keys().ShouldBe("success tmUsername accountId message");
        ((bool)linked["success"]!, (string)linked["tmUsername"]!, (string)linked["accountId"]!).ShouldBe((true, first.Name, first.AccountId.ToString()));
        await other.AskAsync("POST", Link, new { tmUsername = first.Name }).ShouldFailAsync(409, "account.player_taken");
        await user.AskAsync("POST", Link, new { tmUsername = first.Name }).ShouldSucceedAsync();
        await user.AskAsync("POST", Link, new { tmUsername = second.Name }).ShouldSucceedAsync();
        (await user.AskAsync("GET", Link).ShouldSucceedAsync())["tmUsername"]!.GetValue<string>().ShouldBe(second.Name);
        await other.AskAsync("POST", Link, new { tmUsername = first.Name }).ShouldSucceedAsync();
        await user.AskAsync("DELETE", Link).ShouldSucceedAsync();
        (await user.AskAsync("GET", Link).ShouldSucceedAsync())["hasTmUsername"]!.GetValue<bool>().ShouldBeFalse();

        await user.AskAsync("POST", Link, new { tmUsername = Strange }).ShouldFailAsync(404, "account.player_unknown");
        await user.AskAsync("POST", Link, "{}").ShouldFailAsync(400, "validation.failed");
        await user.AskAsync("POST", Link, """{"tmUsername":1}""").ShouldFailAsync(400, "request.malformed");
        host.Sandbox.Faults.Add(new Fault(SandboxHost.OAuth, FaultKind.BadGateway));
        await user.AskAsync("POST", Link, new { tmUsername = first.Name }).ShouldFailAsync(502, "upstream.oauth_unavailable");
    }

    [Fact]
    public async Task A_user_whose_name_was_stripped_gets_the_exact_one_and_signs_in_with_both()
    {
        await using var host = Start();
        var exact = host.Sandbox.World.Mappers.Single(m => m.Name == "Ünï Cödé.Mapper-42");
        var user = await host.SignInAsync("nCdMapper-42");
        var stranger = await host.SignInAsync("stranger");

        await stranger.AskAsync("POST", "/api/v1/users/tmx-user", new { tmxUserId = exact.UserId }).ShouldFailAsync(409, "account.tmx_name_differs");
        var linked = await user.AskAsync("POST", "/api/v1/users/tmx-user", new { tmxUserId = exact.UserId }).ShouldSucceedAsync();

        ((string)linked["username"]!, (long)linked["tmxUserId"]!, (string)linked["formerUsername"]!).ShouldBe((exact.Name, exact.UserId, "nCdMapper-42"));
        (await user.AskAsync("GET", "/api/v1/users/profile").ShouldSucceedAsync()).ToJsonString().ShouldBe(linked.ToJsonString());
        await host.SignInAgainAsync("NCDMAPPER-42");
        await host.SignInAgainAsync(exact.Name);
        await user.AskAsync("POST", "/api/v1/users/tmx-user", new { tmxUserId = 1 }).ShouldFailAsync(404, "account.tmx_user_unknown");
        await user.AskAsync("POST", "/api/v1/users/tmx-user", new { tmxUserId = 0 }).ShouldFailAsync(400, "validation.failed");
    }

    [Fact]
    public async Task Preferences_of_mails_are_changed_in_part_and_held_to_their_types()
    {
        await using var host = Start();
        var (user, other) = (await host.SignInAsync(), await host.SignInAsync());
        const string Path = "/api/v1/users/preferences";
        const string Standard = """{"timeZone":"UTC","mapperMail":true,"driverMail":true}""";

        (await user.AskAsync("GET", Path).ShouldSucceedAsync()).ToJsonString().ShouldBe(Standard);
        foreach (var same in new[] { "{}", "null", """{"timeZone":null,"mapperMail":null}""" })
        {
            (await user.AskAsync("PUT", Path, same).ShouldSucceedAsync()).ToJsonString().ShouldBe(Standard);
        }

        (await user.AskAsync("PUT", Path, """{"driverMail":false}""").ShouldSucceedAsync()).ToJsonString().ShouldBe("""{"timeZone":"UTC","mapperMail":true,"driverMail":false}""");
        var changed = (await user.AskAsync("PUT", Path, """{"timeZone":"America/New_York"}""").ShouldSucceedAsync()).ToJsonString();
        changed.ShouldBe("""{"timeZone":"America/New_York","mapperMail":true,"driverMail":false}""");
        foreach (var bad in new[] { "\"Nowhere/Land\"", "\"\"", "\"europe/berlin\"", "\"W. Europe Standard Time\"", $"\"{new string('x', 5000)}\"" })
        {
            var refused = await user.AskAsync("PUT", Path, $$"""{"timeZone":{{bad}},"driverMail":true}""");
            ((int)refused.Status, (string?)refused.Body["code"], refused.Body["errors"]!.AsObject().Single().Key).ShouldBe((400, "validation.failed", "timeZone"), bad);
        }

        foreach (var bad in new[] { """{"mapperMail":"true"}""", """{"mapperMail":1}""", """{"driverMail":[]}""", """{"timeZone":1}""", """{"mapperMail":true,"mapperMail":false}""", "[]" })
        {
            await user.AskAsync("PUT", Path, bad).ShouldFailAsync(400, "request.malformed");
        }

        (await user.AskAsync("GET", Path).ShouldSucceedAsync()).ToJsonString().ShouldBe(changed);
        (await user.AskAsync("GET", "/api/v1/users/export").ShouldSucceedAsync())["mailPreferences"]!.ToJsonString().ShouldBe(changed);
        (await other.AskAsync("GET", Path).ShouldSucceedAsync()).ToJsonString().ShouldBe(Standard);
    }

    [Fact]
    public async Task A_changed_password_ends_every_other_session()
    {
        await using var host = Start(new Dictionary<string, string>(StringComparer.Ordinal) { ["RateLimits:ConfirmPassword"] = "3/900" });
        var user = await host.SignInAsync();
        var elsewhere = await host.SignInAgainAsync(user.Name);

        await user.AskAsync("POST", "/api/v1/users/password", new { currentPassword = "wrong", newPassword = "another good one" }).ShouldFailAsync(403, "account.wrong_password");
        await user.AskAsync("POST", "/api/v1/users/password", new { currentPassword = BackendHost.Password, newPassword = "short" }).ShouldFailAsync(400, "validation.failed");
        await user.AskAsync("POST", "/api/v1/users/password", new { currentPassword = BackendHost.Password, newPassword = "another good one" }).ShouldSucceedAsync();

        await user.AskAsync("GET", "/api/v1/users/profile").ShouldSucceedAsync();
        await elsewhere.AskAsync("GET", "/api/v1/users/profile").ShouldFailAsync(401, "session.ended");
        using var client = host.CreateClient();
        await client.AskAsync("POST", "/api/v1/users/login", new { email = user.Name, password = BackendHost.Password }).ShouldFailAsync(401, "session.invalid_credentials");
        await client.AskAsync("POST", "/api/v1/users/login", new { email = user.Name, password = "another good one" }).ShouldSucceedAsync();
        await user.AskAsync("POST", "/api/v1/users/password", new { currentPassword = "wrong", newPassword = "another good one" }).ShouldFailAsync(403, "account.wrong_password");
        await user.AskAsync("POST", "/api/v1/users/delete-account", new { password = "another good one" }).ShouldFailAsync(429, "rate_limit.exceeded");
    }

    [Fact]
    public async Task An_export_holds_everything_of_the_user()
    {
        await using var host = Start();
        var (user, _) = await FilledAsync(host, $"{Strange} 🏁");

        using var answer = await user.Client.GetAsync("/api/v1/users/export");
        var export = (await answer.Content.ReadFromJsonAsync<JsonNode>())!;

        answer.Content.Headers.ContentDisposition!.DispositionType.ShouldBe("attachment");
        export.Keys().ShouldBe("exportedAt profile trackmania mailPreferences sessions alert driverNotifications notificationHistory feedback mapSearches");
        ((string)export["profile"]!["username"]!).ShouldBe($"{Strange} 🏁");
        ((bool)export["trackmania"]!["hasTmUsername"]!).ShouldBeTrue();
        export["sessions"]!.AsArray().ShouldHaveSingleItem();
        ((string)export["alert"]!["recordFilter"]!).ShouldBe("top5");
        ((string)export["driverNotifications"]![0]!["mapName"]!).ShouldBe(Strange);
        ((string)export["notificationHistory"]![0]!["message"]!).ShouldBe(Strange);
        ((string)export["feedback"]![0]!["message"]!).ShouldBe(Strange);
        ((string)export["mapSearches"]![0]!["username"]!).ShouldBe("Prolific Mapper");
        answer.Headers.ToString().ShouldNotContain("hash", Case.Insensitive);
        export.ToJsonString().ShouldNotContain("$2a$");
    }

    [Fact]
    public async Task Of_a_removed_user_nothing_is_left_in_any_store()
    {
        await using var host = Start(new Dictionary<string, string>(StringComparer.Ordinal) { ["Trackmania:NadeoRate"] = "20", ["RateLimits:Feedback"] = "5/300", ["RateLimits:LoginAccount"] = "1/900", ["RateLimits:PasswordResetAccount"] = "10/3600", ["RateLimits:PasswordResetAccountAddress"] = "3/3600" });
        const string Name = "Removed Person 🏁";
        var (user, id) = await FilledAsync(host, Name);
        var elsewhere = await host.SignInAgainAsync(Name);
        string[] texts = [Name, "removed.person@example.org", "REMOVED.PERSON@EXAMPLE.ORG", Strange];
        await user.AskAsync("POST", "/api/v1/users/password-reset", new { email = "removed.person@example.org" }).ShouldSucceedAsync(202);
        (await StoreScan.FindAsync(host, id, texts)).Count.ShouldBeGreaterThan(5);

        await user.AskAsync("POST", "/api/v1/users/delete-account", new { password = "wrong" }).ShouldFailAsync(403, "account.wrong_password");
        await user.AskAsync("POST", "/api/v1/users/delete-account", "{}").ShouldFailAsync(400, "validation.failed");
        await user.AskAsync("POST", "/api/v1/users/delete-account", new { password = BackendHost.Password }).ShouldSucceedAsync();

        await user.AskAsync("GET", "/api/v1/users/profile").ShouldFailAsync(401, "session.ended");
        await elsewhere.AskAsync("POST", "/api/v1/map-searches", new { mapper = "Solo", period = "1d" }).ShouldFailAsync(401, "session.ended");
        using var client = host.CreateClient();
        await client.AskAsync("POST", "/api/v1/users/login", new { email = Name, password = BackendHost.Password }).ShouldFailAsync(401, "session.invalid_credentials");
        await client.AskAsync("POST", "/api/v1/users/refresh", new { refresh_token = user.RefreshToken }).ShouldFailAsync(401, "session.refresh_token_invalid");

        // The search was under way; its worker notices with its next step.
        await Eventually.GetAsync(async () => string.Join('\n', await StoreScan.FindAsync(host, id, texts)), static traces => traces.Length == 0, TimeSpan.FromSeconds(20));
        await client.AskAsync("POST", "/api/v1/users/register", new { email = "removed.person@example.org", username = Name, password = BackendHost.Password }).ShouldSucceedAsync(201);
    }

    /// <summary>A run that has news of the user and a mail for him.</summary>
    private static async Task MailAsync(BackendHost host, UserId id, string name)
    {
        await host.StopWorkerAsync();
        var runs = host.Services.GetRequiredService<IDailyRunStore>();
        var now = TimeProvider.System.GetUtcNow();
        await runs.StartAsync(DateOnly.FromDateTime(now.UtcDateTime), "test", now, CancellationToken.None);
        var check = (await runs.TryClaimAsync(CancellationToken.None)).ShouldNotBeNull();
        check.Key.UserId.ShouldBe(id);
        (await runs.TryCompleteAsync(check, new NewDailyEmail(new EmailContent(name, Strange, Strange), Maps: 1, Changes: null), [], now, CancellationToken.None)).ShouldBeTrue();
        await host.StartWorkerAsync();
    }

    /// <summary>A user with something in every store, and a search that is under way.</summary>
    private static async Task<(SignedInUser User, UserId Id)> FilledAsync(BackendHost host, string name)
    {
        using var client = host.CreateClient();
        await client.AskAsync("POST", "/api/v1/users/register", new { email = "removed.person@example.org", username = name, password = BackendHost.Password }).ShouldSucceedAsync(201);
        var user = await host.SignInAgainAsync(name);
        var id = new UserId((long)(await user.AskAsync("GET", "/api/v1/users/profile").ShouldSucceedAsync())["id"]!);
        var (map, record) = host.Sandbox.World.MapsOf("Demo Mapper").Where(m => m.Uid is not null).Select(m => (m, host.Sandbox.World.BoardOf(m.Uid!)[0])).First();
        await user.AskAsync("POST", Link, new { tmUsername = host.Sandbox.World.DisplayNameOf(record.AccountId) }).ShouldSucceedAsync();
        await user.AskAsync("POST", "/api/v1/users/alerts", "{}").ShouldSucceedAsync();
        await user.AskAsync("POST", "/api/v1/driver/notifications", new { mapUid = map.Uid, mapName = Strange }).ShouldSucceedAsync();
        await user.AskAsync("POST", "/api/v1/feedback", new { message = Strange }).ShouldSucceedAsync(201);
        await MailAsync(host, id, name);
        var entry = new HistoryEntry(id, NotificationKind.MapperAlert, new DateOnly(2026, 1, 1), NotificationOutcome.Sent, Strange, 1, TimeProvider.System.GetUtcNow());
        (await host.Services.GetRequiredService<INotificationHistory>().AddAsync(entry, CancellationToken.None)).ShouldBeTrue();
        await user.DoneAsync(await user.SubmitAsync("Prolific Mapper"), 1);
        return (user, id);
    }
}
