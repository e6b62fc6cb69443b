using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Backend.Integration.Support;

namespace Backend.Integration.Http;

public abstract class SessionTests : ProfileSuite
{
    private const string Register = "/api/v1/users/register";
    private const string Login = "/api/v1/users/login";

    private readonly BackendHost _host;

    protected SessionTests(HostProfile profile)
        : base(profile) => _host = Start(new Dictionary<string, string>(StringComparer.Ordinal) { ["Administration:InitialAdmin"] = "The Admin" });

    [Fact]
    public async Task Registering_and_signing_in_answer_as_existing_clients_expect()
    {
        using var client = _host.CreateClient();

        var (created, message) = await PostAsync(client, Register, new { email = "Some.One@Example.org", username = "Some One", password = BackendHost.Password });
        var (signedIn, tokens) = await PostAsync(client, Login, new { email = "some.one@example.ORG", password = BackendHost.Password });
        client.DefaultRequestHeaders.Authorization = new("Bearer", (string)tokens["access_token"]!);
        var profile = (await client.GetFromJsonAsync<JsonNode>("/api/v1/users/profile"))!;

        created.ShouldBe(HttpStatusCode.Created);
        message.AsObject().Select(p => p.Key).ShouldBe(["msg"]);
        signedIn.ShouldBe(HttpStatusCode.OK);
        tokens.AsObject().Select(p => p.Key).ShouldBe(["access_token", "refresh_token", "expires_in", "token_type", "user"]);
        ((int)tokens["expires_in"]!).ShouldBe(900);
        ((string)tokens["token_type"]!).ShouldBe("Bearer");
        tokens["user"]!["id"]!.GetValueKind().ShouldBe(JsonValueKind.String);
        ((string)tokens["user"]!["username"]!).ShouldBe("Some One");
        ((string)tokens["user"]!["email"]!).ShouldBe("Some.One@Example.org");
        profile.AsObject().Select(p => p.Key).ShouldBe(["id", "email", "username", "createdAt", "tmxUserId", "formerUsername"]);
        profile["id"]!.GetValueKind().ShouldBe(JsonValueKind.Number);
        profile["id"]!.ToString().ShouldBe((string)tokens["user"]!["id"]!);
        DateTimeOffset.Parse((string)profile["createdAt"]!).Offset.ShouldBe(TimeSpan.Zero);
    }

    [Fact]
    public async Task The_access_token_tells_clients_user_session_and_role()
    {
        var user = await _host.SignInAsync();
        var admin = await _host.SignInAsync("the ADMIN");

        var claims = JwtParts.Payload(user.AccessToken);
        ((string)claims["role"]!).ShouldBe("user");
        claims["user_id"]!.GetValueKind().ShouldBe(JsonValueKind.String);
        Guid.TryParse((string)claims["session_id"]!, out _).ShouldBeTrue();
        ((long)claims["exp"]! - (long)claims["iat"]!).ShouldBe(900);
        claims["iss"].ShouldNotBeNull();
        claims["aud"].ShouldNotBeNull();
        JwtParts.Header(user.AccessToken)["typ"]!.GetValue<string>().ShouldBe("at+jwt");
        JwtParts.Header(user.AccessToken)["alg"]!.GetValue<string>().ShouldBe("HS256");
        JwtParts.Header(user.AccessToken)["kid"].ShouldNotBeNull();
        ((string)JwtParts.Payload(admin.AccessToken)["role"]!).ShouldBe("admin");
    }

    [Theory]
    [InlineData("O'Reilly -- <b>;select")]
    [InlineData("Ünï Cödé.Mapper-42")]
    [InlineData("a")]
    [InlineData("drop table & \"quotes\" \\ 日本語 🏁")]
    public async Task Names_are_kept_exactly_as_typed(string name)
    {
        var user = await _host.SignInAsync(name);

        ((string)(await user.Client.GetFromJsonAsync<JsonNode>("/api/v1/users/profile"))!["username"]!).ShouldBe(name);
        (await _host.SignInAgainAsync(name.ToUpperInvariant())).AccessToken.ShouldNotBeEmpty();
    }

    [Fact]
    public async Task A_taken_name_or_address_is_a_conflict_in_any_case()
    {
        using var client = _host.CreateClient();
        await PostAsync(client, Register, new { email = "taken@example.org", username = "Taken Name", password = BackendHost.Password });

        var (name, nameBody) = await PostAsync(client, Register, new { email = "free@example.org", username = "taken NAME", password = BackendHost.Password });
        var (email, emailBody) = await PostAsync(client, Register, new { email = "TAKEN@example.org", username = "Free Name", password = BackendHost.Password });

        name.ShouldBe(HttpStatusCode.Conflict);
        ((string)nameBody["code"]!).ShouldBe("account.user_name_taken");
        ((string)nameBody["msg"]!).ShouldNotBeEmpty();
        email.ShouldBe(HttpStatusCode.Conflict);
        ((string)emailBody["code"]!).ShouldBe("account.email_taken");
    }

    [Fact]
    public async Task Registration_closes_at_the_limit()
    {
        await using var host = Start(new Dictionary<string, string>(StringComparer.Ordinal) { ["Accounts:MaxUsers"] = "1" });
        await host.SignInAsync();
        using var client = host.CreateClient();

        var (status, body) = await PostAsync(client, Register, new { email = "late@example.org", username = "late", password = BackendHost.Password });

        status.ShouldBe(HttpStatusCode.Forbidden);
        ((string)body["msg"]!).ShouldNotBeEmpty();
    }

    [Theory]
    [InlineData("short12", "password")]
    [InlineData("password", "password")]
    [InlineData("QWERTYUIOP", "password")]
    [InlineData("nul\0in the middle", "password")]
    [InlineData("", "password")]
    [InlineData("ääääääääääääääääääääääääääääääääääääx", "password")]
    public async Task Weak_and_unusable_passwords_are_refused(string password, string field)
    {
        using var client = _host.CreateClient();

        var (status, body) = await PostAsync(client, Register, new { email = "weak@example.org", username = "weak", password });

        status.ShouldBe(HttpStatusCode.BadRequest);
        body["errors"]![field]!.AsArray().Count.ShouldBe(1);
        ((string)body["msg"]!).ShouldBe((string)body["errors"]![field]![0]!);
    }

    [Theory]
    [InlineData("🏁🏁🏁🏁🏁🏁🏁🏁 finish; -- <b>select</b>")]
    [InlineData("sixty-four characters and more of a passphrase, as people like them.")]
    [InlineData("äääääääääääääääääääääääääääääääääääx")]
    public async Task Long_passwords_of_any_letters_are_welcome(string password)
    {
        using var client = _host.CreateClient();
        var email = $"{Ids.Next():N}@example.org";

        (await PostAsync(client, Register, new { email, username = email[..20], password })).Status.ShouldBe(HttpStatusCode.Created);

        (await PostAsync(client, Login, new { username = email[..20], password })).Status.ShouldBe(HttpStatusCode.OK);
        (await PostAsync(client, Login, new { username = email[..20], password = password + "x" })).Status.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_password_with_more_bytes_than_a_hash_holds_never_signs_in()
    {
        var user = await _host.SignInAsync();
        using var client = _host.CreateClient();
        const string Password = "äääääääääääääääääääääääääääääääääääx1";
        Password.Length.ShouldBe(37);
        var email = $"{Ids.Next():N}@example.org";
        await PostAsync(client, Register, new { email, username = email[..20], password = Password[..36] });

        (await PostAsync(client, Login, new { email, password = Password + "anything at all" })).Status.ShouldBe(HttpStatusCode.Unauthorized);
        (await PostAsync(client, Login, new { email = user.Name, password = new string('x', 100_000) })).Status.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Theory]
    [InlineData("not an address", "name", "email")]
    [InlineData("a@b", "name", "email")]
    [InlineData("", "name", "email")]
    [InlineData("a@example.org", "", "username")]
    [InlineData("a@example.org", "   ", "username")]
    [InlineData("a@example.org", "some@example.org", "username")]
    [InlineData("a@example.org", "con\u0007trol", "username")]
    public async Task Unusable_names_and_addresses_are_refused_by_field(string email, string username, string field)
    {
        using var client = _host.CreateClient();

        var (status, body) = await PostAsync(client, Register, new { email, username, password = BackendHost.Password });

        status.ShouldBe(HttpStatusCode.BadRequest);
        body["errors"]!.AsObject().Select(p => p.Key).ShouldBe([field]);
    }

    [Fact]
    public async Task An_unknown_user_and_a_wrong_password_are_told_the_same()
    {
        var user = await _host.SignInAsync();
        using var client = _host.CreateClient();

        var (wrong, wrongBody) = await PostAsync(client, Login, new { email = user.Name, password = "wrong password" });
        var (unknown, unknownBody) = await PostAsync(client, Login, new { email = "nobody at all", password = "wrong password" });

        wrong.ShouldBe(HttpStatusCode.Unauthorized);
        unknown.ShouldBe(HttpStatusCode.Unauthorized);
        wrongBody.AsObject().Remove("traceId");
        unknownBody.AsObject().Remove("traceId");
        unknownBody.ToJsonString().ShouldBe(wrongBody.ToJsonString());
    }

    [Fact]
    public async Task Missing_parts_are_told_by_field()
    {
        using var client = _host.CreateClient();

        (await PostAsync(client, Login, new { password = "x" })).Body["errors"]!["email"].ShouldNotBeNull();
        (await PostAsync(client, Login, new { email = "x" })).Body["errors"]!["password"].ShouldNotBeNull();
        (await PostAsync(client, "/api/v1/users/refresh", new { })).Body["errors"]!["refresh_token"].ShouldNotBeNull();
        (await PostAsync(client, "/api/v1/users/logout", new { refresh_token = "" })).Status.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Logging_out_with_junk_succeeds()
    {
        using var client = _host.CreateClient();

        var (status, body) = await PostAsync(client, "/api/v1/users/logout", new { refresh_token = "junk" });

        status.ShouldBe(HttpStatusCode.OK);
        ((string)body["msg"]!).ShouldNotBeEmpty();
    }

    [Fact]
    public async Task A_refresh_does_not_look_at_the_authorization_header()
    {
        var user = await _host.SignInAsync();
        using var client = _host.CreateClient();
        client.DefaultRequestHeaders.Authorization = new("Bearer", "expired.or.junk");

        var (status, body) = await PostAsync(client, "/api/v1/users/refresh", new { refresh_token = user.RefreshToken });

        status.ShouldBe(HttpStatusCode.OK);
        body.AsObject().Select(p => p.Key).ShouldBe(["access_token", "refresh_token", "expires_in", "token_type"]);
    }

    [Fact]
    public async Task Sessions_are_listed_with_device_and_time_and_never_with_a_token()
    {
        var user = await _host.SignInAsync();
        using var phone = _host.CreateClient();
        phone.DefaultRequestHeaders.UserAgent.ParseAdd("Phone/1.0");
        await PostAsync(phone, Login, new { email = user.Name, password = BackendHost.Password });

        var text = await user.Client.GetStringAsync("/api/v1/users/sessions");

        var sessions = JsonNode.Parse(text)!.AsArray();
        sessions.Count.ShouldBe(2);
        sessions[0]!.AsObject().Select(p => p.Key).ShouldBe(["id", "createdAt", "lastUsedAt", "userAgent", "ipAddress", "current"]);
        ((string)sessions[0]!["userAgent"]!).ShouldBe("Phone/1.0");
        ((string)sessions[0]!["ipAddress"]!).ShouldBe("127.0.0.1");
        sessions.Select(s => (bool)s!["current"]!).ShouldBe([false, true]);
        text.ShouldNotContain(user.RefreshToken);
        text.ShouldNotContain("eyJ");
    }

    [Fact]
    public async Task A_session_can_be_ended_from_another_and_bites_at_once()
    {
        var here = await _host.SignInAsync();
        var there = await _host.SignInAgainAsync(here.Name);
        var id = (string)JwtParts.Payload(there.AccessToken)["session_id"]!;

        using var ended = await here.Client.DeleteAsync($"/api/v1/users/sessions/{id}");
        using var again = await here.Client.DeleteAsync($"/api/v1/users/sessions/{id}");
        using var refused = await there.Client.GetAsync("/api/v1/users/profile");

        ended.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        again.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        refused.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        ((string)(await refused.Content.ReadFromJsonAsync<JsonNode>())!["code"]!).ShouldBe("session.ended");
    }

    [Fact]
    public async Task The_twenty_first_session_ends_the_oldest()
    {
        var oldest = await _host.SignInAsync();
        var second = await _host.SignInAgainAsync(oldest.Name);
        for (var i = 0; i < 19; i++)
        {
            await _host.SignInAgainAsync(oldest.Name);
        }

        using var refused = await oldest.Client.GetAsync("/api/v1/users/profile");
        var listed = (await second.Client.GetFromJsonAsync<JsonArray>("/api/v1/users/sessions"))!;

        refused.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        listed.Count.ShouldBe(20);
    }

    [Fact]
    public async Task Each_sign_in_is_a_new_session()
    {
        var first = await _host.SignInAsync();
        var second = await _host.SignInAgainAsync(first.Name);

        ((string)JwtParts.Payload(second.AccessToken)["session_id"]!).ShouldNotBe((string)JwtParts.Payload(first.AccessToken)["session_id"]!);
    }

    private static async Task<(HttpStatusCode Status, JsonNode Body)> PostAsync(HttpClient client, string path, object body)
    {
        using var answer = await client.PostAsJsonAsync(path, body);
        return (answer.StatusCode, (await answer.Content.ReadFromJsonAsync<JsonNode>())!);
    }
}
