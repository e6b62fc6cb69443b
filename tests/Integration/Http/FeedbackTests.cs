using System.Text.Json;
using Backend.Integration.Support;

namespace Backend.Integration.Http;

public abstract class FeedbackTests(HostProfile profile) : ProfileSuite(profile)
{
    private const string Path = "/api/v1/feedback";

    [Fact]
    public async Task Feedback_is_kept_as_typed_read_and_deleted_by_administrators()
    {
        await using var host = Start(new Dictionary<string, string>(StringComparer.Ordinal) { ["Administration:InitialAdmin"] = "admin" });
        var (user, admin) = (await host.SignInAsync("O'Reilly -- <b>;select"), await host.SignInAsync("admin"));
        const string Message = " O'Reilly -- <b>;select & \"update\" the drop-down &amp; 🏁\r\n\tunion ";

        var submitted = await user.AskAsync("POST", Path, new { message = Message, type = "general" }).ShouldSucceedAsync(201);
        submitted.Keys().ShouldBe("message feedback_id");
        var id = (long)submitted["feedback_id"]!;
        var listed = (await admin.AskAsync("GET", Path).ShouldSucceedAsync())["feedback"]!.AsArray().ShouldHaveSingleItem()!;
        listed.Keys().ShouldBe("id username message type created_at read_at");
        listed["id"]!.GetValueKind().ShouldBe(JsonValueKind.Number);
        ((long)listed["id"]!, (string)listed["username"]!, (string)listed["message"]!, (string)listed["type"]!).ShouldBe((id, user.Name, Message, "general"));
        listed["read_at"].ShouldBeNull();

        (await admin.AskAsync("PUT", $"{Path}/{id}/read").ShouldSucceedAsync()).Keys().ShouldBe("message");
        var readAt = (string)(await admin.AskAsync("GET", Path).ShouldSucceedAsync())["feedback"]![0]!["read_at"]!;
        await admin.AskAsync("PUT", $"{Path}/{id}/read").ShouldSucceedAsync();
        ((string)(await admin.AskAsync("GET", Path).ShouldSucceedAsync())["feedback"]![0]!["read_at"]!).ShouldBe(readAt);
        (await admin.AskAsync("DELETE", $"{Path}/{id}").ShouldSucceedAsync()).Keys().ShouldBe("message");
        await admin.AskAsync("DELETE", $"{Path}/{id}").ShouldFailAsync(404, "feedback.not_found");
        await admin.AskAsync("PUT", $"{Path}/{id}/read").ShouldFailAsync(404, "feedback.not_found");
        await admin.AskAsync("PUT", $"{Path}/abc/read").ShouldFailAsync(404, "feedback.not_found");
        await user.AskAsync("GET", Path).ShouldFailAsync(403, "request.forbidden");
        await user.AskAsync("PUT", $"{Path}/{id}/read").ShouldFailAsync(403, "request.forbidden");
        await user.AskAsync("DELETE", $"{Path}/{id}").ShouldFailAsync(403, "request.forbidden");
    }

    [Fact]
    public async Task A_full_box_takes_no_more_until_some_is_read()
    {
        await using var host = Start(new Dictionary<string, string>(StringComparer.Ordinal) { ["Administration:InitialAdmin"] = "admin" });
        var admin = await host.SignInAsync("admin");
        var users = new List<SignedInUser>();
        for (var i = 0; i < 6; i++)
        {
            users.Add(await host.SignInAsync());
        }

        var answers = await Task.WhenAll(users.SelectMany(user => Enumerable.Range(0, 11).Select(_ => user.AskAsync("POST", Path, new { message = "message" }))));

        answers.Count(a => (int)a.Status == 201).ShouldBe(50);
        answers.ShouldAllBe(a => (int)a.Status == 201 || (int)a.Status == 429 || (int)a.Status == 503);
        await users[0].AskAsync("POST", Path, new { message = "message" }).ShouldFailAsync(503, "feedback.backlog");
        var listed = (await admin.AskAsync("GET", Path).ShouldSucceedAsync())["feedback"]!.AsArray();
        listed.Count.ShouldBe(50);
        await admin.AskAsync("PUT", $"{Path}/{(long)listed[0]!["id"]!}/read").ShouldSucceedAsync();
        await admin.AskAsync("POST", Path, new { message = "message" }).ShouldSucceedAsync(201);
    }

    [Fact]
    public async Task What_is_wrong_has_its_answer()
    {
        await using var host = Start(new Dictionary<string, string>(StringComparer.Ordinal) { ["RateLimits:Feedback"] = "1/300" });
        var user = await host.SignInAsync();
        using var anonymous = host.CreateClient();

        await anonymous.AskAsync("POST", Path, new { message = "message" }).ShouldFailAsync(401, "session.access_token_invalid");
        foreach (var bad in new object[] { "{}", new { message = " " }, new { message = new string('x', 2001) }, new { message = "a\0b" }, new { message = "m", type = new string('x', 51) } })
        {
            await user.AskAsync("POST", Path, bad).ShouldFailAsync(400, "validation.failed");
        }

        await user.AskAsync("POST", Path, """{"message":["a"]}""").ShouldFailAsync(400, "request.malformed");
        await user.AskAsync("POST", Path, new { message = new string('x', 2000) }).ShouldSucceedAsync(201);
        await user.AskAsync("POST", Path, new { message = "message" }).ShouldFailAsync(429, "rate_limit.exceeded");
    }
}
