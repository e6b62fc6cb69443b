using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Backend.Application.PasswordResets;
using Backend.Application.Ports;
using Backend.Integration.Support;
using MediatR;
using Microsoft.Extensions.DependencyInjection;
using MimeKit;

namespace Backend.Integration.Http;

/// <summary>From the wish for a new password over the mail to the password.</summary>
public abstract partial class PasswordResetTests(HostProfile profile) : ProfileSuite(profile)
{
    private const string Wish = "/api/v1/users/password-reset";
    private const string Confirm = "/api/v1/users/password-reset/confirm";
    private const string Page = "/mail/reset-password";
    private const string Fresh = "another good password";

    private readonly StandingClock _clock = new(new DateTimeOffset(2026, 11, 20, 12, 0, 0, TimeSpan.Zero));

    [Fact]
    public async Task A_wish_leads_to_a_mail_whose_link_changes_the_password_once_and_ends_all_sessions()
    {
        // With its worker, on real time.
        await using var host = Start();
        var (user, other) = (await host.SignInAsync(), await host.SignInAsync());
        var elsewhere = await host.SignInAgainAsync(user.Name);
        using var client = host.CreateClient();
        var email = await AddressAsync(user);

        var known = await client.AskAsync("POST", Wish, new { email = $" {email.ToUpperInvariant()} " });
        var unknown = await client.AskAsync("POST", Wish, new { email = "nobody@example.net" });

        ((int)known.Status, known.Body.ToJsonString()).ShouldBe((202, """{"msg":"If there is an account with this address, a mail with a link for a new password is on its way."}"""));
        ((int)unknown.Status, unknown.Body.ToJsonString()).ShouldBe((202, known.Body.ToJsonString()));
        var mail = (await Eventually.GetAsync(() => Task.FromResult(Mails(host)), static mails => mails.Count > 0)).ShouldHaveSingleItem();
        mail.To.ToString().ShouldContain(email);
        mail.MessageId.ShouldStartWith("password.");
        mail.Headers.Contains("List-Unsubscribe").ShouldBeFalse();
        mail.TextBody!.ShouldContain("within 10 minutes");
        var token = TokenOf(mail);
        (await LiveAsync(user)).ShouldBeTrue();

        await client.AskAsync("POST", Confirm, new { token, newPassword = "short" }).ShouldFailAsync(400, "validation.failed");
        await client.AskAsync("POST", Confirm, new { token, newPassword = "password1" }).ShouldFailAsync(400, "validation.failed");
        await client.AskAsync("POST", Confirm, new { newPassword = Fresh }).ShouldFailAsync(400, "validation.failed");
        (await client.AskAsync("POST", Confirm, new { token, newPassword = Fresh }).ShouldSucceedAsync()).Keys().ShouldBe("success msg");

        foreach (var ended in new[] { user, elsewhere })
        {
            (await LiveAsync(ended)).ShouldBeFalse();
            await client.AskAsync("POST", "/api/v1/users/refresh", new { refresh_token = ended.RefreshToken }).ShouldFailAsync(401, "session.refresh_token_invalid");
        }

        (await LiveAsync(other)).ShouldBeTrue();
        (await SignsInAsync(client, user, BackendHost.Password)).ShouldBeFalse();
        (await SignsInAsync(client, user, Fresh)).ShouldBeTrue();
        (await SignsInAsync(client, other, BackendHost.Password)).ShouldBeTrue();
        await client.AskAsync("POST", Confirm, new { token, newPassword = "yet another password" }).ShouldFailAsync(404, "password_reset.unknown");
        (await SignsInAsync(client, user, Fresh)).ShouldBeTrue();
        host.Logs.Text.ShouldNotContain(token);
        host.Logs.Text.ShouldNotContain(email, Case.Insensitive);
        Mails(host).Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_live_token_is_in_the_mail_and_nowhere_else()
    {
        await using var host = await StartIdleAsync();
        var user = await host.SignInAsync();
        var id = (await host.Services.GetRequiredService<IUserStore>().FindByLoginAsync(user.Name, CancellationToken.None)).ShouldNotBeNull().Id;

        var token = await MailedAsync(host, user);

        (await StoreScan.FindAsync(host, id, token)).ShouldAllBe(trace => !trace.Contains(token, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Of_two_who_use_a_link_at_once_one_wins()
    {
        await using var host = await StartIdleAsync();
        using var client = host.CreateClient();
        for (var round = 0; round < 3; round++)
        {
            var user = await host.SignInAsync();
            var token = await MailedAsync(host, user);
            string[] passwords = [$"good password {round} a", $"good password {round} b"];

            var answers = await Task.WhenAll(passwords.Select(newPassword => client.AskAsync("POST", Confirm, new { token, newPassword })));

            answers.Select(a => (int)a.Status).Order().ShouldBe([200, 404]);
            foreach (var (password, answer) in passwords.Zip(answers))
            {
                (await SignsInAsync(client, user, password)).ShouldBe(answer.Status == HttpStatusCode.OK);
            }
        }
    }

    [Fact]
    public async Task Void_expired_and_foreign_tokens_are_one_and_the_same_error()
    {
        await using var host = await StartIdleAsync();
        var (user, changing, leaving) = (await host.SignInAsync(), await host.SignInAsync(), await host.SignInAsync());
        using var client = host.CreateClient();
        var replaced = await MailedAsync(host, user);
        var expired = await MailedAsync(host, user);
        _clock.Advance(TimeSpan.FromMinutes(10));
        var outdated = await MailedAsync(host, changing);
        await changing.AskAsync("POST", "/api/v1/users/password", new { currentPassword = BackendHost.Password, newPassword = Fresh }).ShouldSucceedAsync();
        var gone = await MailedAsync(host, leaving);
        await leaving.AskAsync("POST", "/api/v1/users/delete-account", new { password = BackendHost.Password }).ShouldSucceedAsync();
        var id = (await host.Services.GetRequiredService<IUserStore>().FindByLoginAsync(user.Name, CancellationToken.None)).ShouldNotBeNull().Id;
        var ofMails = host.Services.GetRequiredService<IMailTokens>().Issue(id).Reveal();
        var answers = new HashSet<string>(StringComparer.Ordinal);

        foreach (var token in new[] { replaced, expired, outdated, gone, ofMails, user.AccessToken, user.RefreshToken, "junk", new string('A', 43), new string('x', 100_000), "\0", "\uD83C\uDFC1" })
        {
            var answer = await client.AskAsync("POST", Confirm, new { token, newPassword = "yet another password" });
            ((int)answer.Status).ShouldBe(404, token);
            answer.Body.AsObject().Remove("traceId");
            answers.Add(answer.Body.ToJsonString());
            (await PageAsync(client, HttpMethod.Post, token)).Status.ShouldBe(404, token);
        }

        answers.ShouldHaveSingleItem().ShouldContain("\"password_reset.unknown\"");
        (await SignsInAsync(client, user, BackendHost.Password)).ShouldBeTrue();
        (await SignsInAsync(client, changing, Fresh)).ShouldBeTrue();

        // Nor is a good one good for anything else.
        var good = await MailedAsync(host, user);
        using var preferences = await client.GetAsync($"/mail/preferences?token={good}");
        using var unsubscribed = await client.PostAsync($"/mail/unsubscribe?token={good}", content: null);
        (preferences.StatusCode, unsubscribed.StatusCode).ShouldBe((HttpStatusCode.NotFound, HttpStatusCode.NotFound));
        await client.AskAsync("POST", "/api/v1/users/refresh", new { refresh_token = good }).ShouldFailAsync(401, "session.refresh_token_invalid");
        client.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", $"Bearer {good}");
        await client.AskAsync("GET", "/api/v1/users/profile").ShouldFailAsync(401, "session.access_token_invalid");
        _clock.Advance(TimeSpan.FromMinutes(10) - TimeSpan.FromSeconds(1));
        await client.AskAsync("POST", Confirm, new { token = good, newPassword = Fresh }).ShouldSucceedAsync();
    }

    [Fact]
    public async Task The_page_uses_nothing_up_until_its_form_is_sent()
    {
        await using var host = await StartIdleAsync();
        var user = await host.SignInAsync("<b>Zoé</b>");
        using var client = host.CreateClient();
        var token = await MailedAsync(host, user);

        foreach (var method in new[] { HttpMethod.Get, HttpMethod.Head, HttpMethod.Get })
        {
            (await PageAsync(client, method, token)).Status.ShouldBe(200);
        }

        var page = await PageAsync(client, HttpMethod.Get, token);
        page.Body.ShouldContain("New password of &lt;b&gt;Zo&#xE9;&lt;/b&gt;");
        page.Body.ShouldContain($"<form method=\"post\" action=\"{Page}?token={token}\"");
        (await SignsInAsync(client, user, BackendHost.Password)).ShouldBeTrue();
        foreach (var bad in new[] { "short", "", "password1", null })
        {
            var refused = await PageAsync(client, HttpMethod.Post, token, bad);
            refused.Status.ShouldBe(400);
            refused.Body.ShouldContain("Nothing is changed. ");
            refused.Body.ShouldNotContain("value=\"password1");
        }

        var saved = await PageAsync(client, HttpMethod.Post, token, Fresh);
        saved.Status.ShouldBe(200);
        saved.Body.ShouldContain("Your password is changed");
        (await SignsInAsync(client, user, Fresh)).ShouldBeTrue();
        (await LiveAsync(user)).ShouldBeFalse();
        var unknown = (await PageAsync(client, HttpMethod.Get, "junk")).Body;
        (await PageAsync(client, HttpMethod.Get, token)).ShouldBe(new Answer(404, unknown));
        (await PageAsync(client, HttpMethod.Post, token, "yet another password")).ShouldBe(new Answer(404, unknown));
        host.Logs.Text.ShouldNotContain(token);
    }

    [Fact]
    public async Task Wishes_are_limited_by_account_and_by_client_and_tell_nothing_of_the_account()
    {
        await using var host = await StartIdleAsync(("RateLimits:PasswordReset", "6/900"), ("RateLimits:PasswordResetAccountAddress", "2/3600"), ("RateLimits:PasswordResetAccount", "4/3600"), ("RateLimits:ConfirmPasswordReset", "1/900"));
        var user = await host.SignInAsync();
        using var client = host.CreateClient();
        foreach (var email in new[] { await AddressAsync(user), "nobody@example.net" })
        {
            foreach (var status in new[] { 202, 202, 429 })
            {
                using var answer = await client.PostAsync(Wish, new StringContent(new JsonObject { ["email"] = email }.ToJsonString(), new System.Net.Http.Headers.MediaTypeHeaderValue("application/json")));
                ((int)answer.StatusCode).ShouldBe(status, email);
                answer.Header("RateLimit-Policy").ShouldBe("\"password-reset\";q=6;w=900");
            }
        }

        await client.AskAsync("POST", Wish, new { email = "third@example.net" }).ShouldFailAsync(429, "rate_limit.exceeded");
        await client.AskAsync("POST", Wish, new { email = "no address" }).ShouldFailAsync(400, "validation.failed");
        await client.AskAsync("POST", Confirm, new { token = "junk", newPassword = Fresh }).ShouldFailAsync(404, "password_reset.unknown");
        await client.AskAsync("POST", Confirm, new { token = "junk", newPassword = Fresh }).ShouldFailAsync(429, "rate_limit.exceeded");
        (await PageAsync(client, HttpMethod.Post, "junk")).Status.ShouldBe(429);
        await SendAsync(host);
        Mails(host).Count.ShouldBe(1);
    }

    [Fact]
    public async Task Strangers_do_not_hold_up_the_owner_and_no_mailbox_is_flooded()
    {
        await using var host = await StartIdleAsync(("RateLimits:PasswordResetAccountAddress", "2/3600"), ("RateLimits:PasswordResetAccount", "5/3600"), ("Http:TrustedProxies", "127.0.0.1"));
        var email = await AddressAsync(await host.SignInAsync());
        var answers = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (client, status) in new[] { ("2001:db8::1", 202), ("2001:db8::2", 202), ("2001:db8::3", 429), ("203.0.113.1", 202), ("203.0.113.2", 202), ("203.0.113.3", 202), ("203.0.113.4", 202) })
        {
            using var asking = host.CreateClient();
            asking.DefaultRequestHeaders.Add("X-Forwarded-For", client);
            var before = Mails(host).Count;
            var (answered, body) = await asking.AskAsync("POST", Wish, new { email });
            ((int)answered).ShouldBe(status, client);
            if (status == 202)
            {
                answers.Add(body.ToJsonString());
                var isNoted = client is not "203.0.113.4";
                await SendAsync(host, isNoted ? 1 : 0);
                Mails(host).Count.ShouldBe(before + (isNoted ? 1 : 0), client);
            }
        }

        answers.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_link_works_until_the_mail_of_a_later_wish_is_on_its_way()
    {
        await using var host = await StartIdleAsync();
        var user = await host.SignInAsync();
        using var client = host.CreateClient();
        var first = await MailedAsync(host, user);
        await client.AskAsync("POST", Wish, new { email = await AddressAsync(user) }).ShouldSucceedAsync(202);
        (await PageAsync(client, HttpMethod.Get, first)).Status.ShouldBe(200);

        await SendAsync(host);

        (await PageAsync(client, HttpMethod.Get, first)).Status.ShouldBe(404);
        var latest = await MailedAsync(host, user);
        await client.AskAsync("POST", Wish, new { email = await AddressAsync(user) }).ShouldSucceedAsync(202);
        await client.AskAsync("POST", Confirm, new { token = latest, newPassword = Fresh }).ShouldSucceedAsync();
        await SendAsync(host, 0);
    }

    /// <summary>Whichever is first: the other one has then been told the truth of an earlier password or link.</summary>
    [Fact]
    public async Task Of_a_new_password_and_a_link_that_is_used_at_once_one_wins_and_no_session_outlives_it()
    {
        await using var host = await StartIdleAsync();
        using var client = host.CreateClient();
        for (var round = 0; round < 6; round++)
        {
            var user = await host.SignInAsync();
            var elsewhere = await host.SignInAgainAsync(user.Name);
            var token = await MailedAsync(host, user);
            var (changed, reset) = ($"changed password {round}", $"reset password {round}");

            var answers = await Task.WhenAll(
                user.AskAsync("POST", "/api/v1/users/password", new { currentPassword = BackendHost.Password, newPassword = changed }),
                client.AskAsync("POST", Confirm, new { token, newPassword = reset }));

            var isReset = answers[1].Status == HttpStatusCode.OK;
            answers.Select(a => (int)a.Status).ShouldBe(isReset ? [answers[0].Status == HttpStatusCode.Unauthorized ? 401 : 403, 200] : [200, 404]);
            (await SignsInAsync(client, user, BackendHost.Password)).ShouldBeFalse();
            (await SignsInAsync(client, user, changed)).ShouldBe(!isReset);
            (await SignsInAsync(client, user, reset)).ShouldBe(isReset);
            (await LiveAsync(elsewhere)).ShouldBeFalse();
            (await LiveAsync(user)).ShouldBe(!isReset, "whoever has changed the password stays, as he is told");
            (await PageAsync(client, HttpMethod.Get, token)).Status.ShouldBe(404);
        }
    }

    private async Task<BackendHost> StartIdleAsync(params (string Key, string Value)[] settings)
    {
        var host = Start(settings.ToDictionary(s => s.Key, s => s.Value, StringComparer.Ordinal), _clock);
        await host.StopWorkerAsync();
        return host;
    }

    /// <summary>The token of the mail that the user's wish leads to.</summary>
    private static async Task<string> MailedAsync(BackendHost host, SignedInUser user)
    {
        var before = Mails(host).Select(mail => mail.MessageId).ToHashSet(StringComparer.Ordinal);
        using var client = host.CreateClient();
        await client.AskAsync("POST", Wish, new { email = await AddressAsync(user) }).ShouldSucceedAsync(202);
        await SendAsync(host);
        return TokenOf(Mails(host).Where(mail => !before.Contains(mail.MessageId)).ShouldHaveSingleItem());
    }

    private static async Task SendAsync(BackendHost host, int sent = 1) => (await host.Services.GetRequiredService<IMediator>().Send(new SendPasswordResetsCommand())).Value.ShouldBe(new SentPasswordResets(sent, 0, 0));

    private static async Task<string> AddressAsync(SignedInUser user) => (string)(await user.AskAsync("GET", "/api/v1/users/profile").ShouldSucceedAsync())["email"]!;

    private static async Task<bool> LiveAsync(SignedInUser user) => (await user.AskAsync("GET", "/api/v1/users/profile")).Status == HttpStatusCode.OK;

    private static async Task<bool> SignsInAsync(HttpClient client, SignedInUser user, string password) =>
        (await client.AskAsync("POST", "/api/v1/users/login", new { email = user.Name, password })).Status == HttpStatusCode.OK;

    private static List<MimeMessage> Mails(BackendHost host) =>
        Directory.Exists(host.MailFolder) ? [.. Directory.GetFiles(host.MailFolder, "*.eml").Order(StringComparer.Ordinal).Select(file => MimeMessage.Load(file))] : [];

    private static string TokenOf(MimeMessage mail)
    {
        var token = Links().Match(mail.TextBody!).Groups["token"].Value;
        token.Length.ShouldBe(43);
        mail.HtmlBody!.ShouldContain($"{Page}?token={token}\"");
        return token;
    }

    private static async Task<Answer> PageAsync(HttpClient client, HttpMethod method, string token, string? password = Fresh)
    {
        using var request = new HttpRequestMessage(method, $"{Page}?token={Uri.EscapeDataString(token.Length > 5000 ? token[..5000] : token)}");
        if (method == HttpMethod.Post)
        {
            request.Content = password is null ? null : new FormUrlEncodedContent([new("newPassword", password)]);
        }

        using var answer = await client.SendAsync(request);
        answer.ShouldBePage();
        return new Answer((int)answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    [GeneratedRegex(@"/mail/reset-password\?token=(?<token>[A-Za-z0-9_-]+)", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Links();

    private sealed record Answer(int Status, string Body);
}
