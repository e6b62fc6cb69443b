using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Backend.Integration.Support;

namespace Backend.Integration.Http;

/// <summary>Forged tokens, and what the log knows of real ones.</summary>
public abstract class TokenTests(HostProfile profile) : ProfileSuite(profile)
{
    public static TheoryData<string> Forgeries => ["none", "none-upper", "hs512", "rs256", "other-key", "no-kid", "typ-jwt", "typ-missing", "iss", "aud", "exp-missing", "exp-past", "nbf-future", "payload", "no-session", "extra-part", "huge", "jku"];

    [Theory]
    [MemberData(nameof(Forgeries))]
    public async Task A_forged_token_is_refused(string forgery)
    {
        await using var host = Start();
        var user = await host.SignInAsync();
        var forged = Forge(user.AccessToken, forgery);
        using var client = host.CreateClient();
        client.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", $"Bearer {forged}");

        using var answer = await client.GetAsync("/api/v1/users/profile");

        answer.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        answer.Headers.WwwAuthenticate.ToString().ShouldStartWith("Bearer");
        ((string)(await answer.Content.ReadFromJsonAsync<JsonNode>())!["code"]!).ShouldBe("session.access_token_invalid");
    }

    /// <summary>The forger's own signing works: what it refuses to change is accepted.</summary>
    [Fact]
    public async Task A_token_signed_again_with_the_right_key_is_accepted()
    {
        await using var host = Start();
        var user = await host.SignInAsync();
        using var client = host.CreateClient();
        client.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", $"bearer {Forge(user.AccessToken, "nothing")}");

        using var answer = await client.GetAsync("/api/v1/users/profile");

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task No_secret_reaches_the_log()
    {
        const string Canary = "canary-password-0815 <b>";
        await using var host = Start(new Dictionary<string, string>(StringComparer.Ordinal) { ["Serilog:MinimumLevel:Default"] = "Verbose", ["RateLimits:Login"] = "8/300" });
        using var client = host.CreateClient();
        var secrets = new List<string> { Canary, BackendHost.JwtSecret, BackendHost.Password, host.Sandbox.Credentials.ServerPassword, host.Sandbox.Credentials.OAuthClientSecret, host.Sandbox.Credentials.BasicAuthorization, "$2a$" };

        // That of a server that was given may be any word.
        if (host.Database is { Password.Length: > 15 } database)
        {
            secrets.Insert(0, database.Password);
        }

        for (var i = 0; i < 2; i++)
        {
            using var registered = await client.PostAsJsonAsync("/api/v1/users/register", new { email = "canary@example.org", username = "canary", password = Canary });
        }

        for (var i = 0; i < 10; i++)
        {
            using var failed = await client.PostAsJsonAsync("/api/v1/users/login", new { email = "canary", password = i < 2 ? Canary : "canary-wrong-4711" });
            if ((await failed.Content.ReadFromJsonAsync<JsonNode>())!["refresh_token"] is { } refresh)
            {
                secrets.Add((string)refresh!);
            }
        }

        secrets.Add("canary-wrong-4711");
        using var malformed = await client.PostAsync("/api/v1/users/login", new StringContent($"{{\"email\":\"canary\",\"password\":\"{Canary}\"", Encoding.UTF8, "application/json"));
        secrets.Count.ShouldBeGreaterThanOrEqualTo(10);
        var user = await RefreshAsync(client, secrets[^2]);
        secrets.AddRange([user.AccessToken, user.RefreshToken]);
        using var authorized = host.CreateClient();
        authorized.DefaultRequestHeaders.Authorization = new("Bearer", user.AccessToken);
        var signedIn = new SignedInUser(authorized, "canary", user.AccessToken, user.RefreshToken);
        await signedIn.EndAsync(await signedIn.SubmitAsync("Solo"));
        await RefreshAsync(client, user.RefreshToken);
        using var reuse = await client.PostAsJsonAsync("/api/v1/users/refresh", new { refresh_token = secrets[^4] });
        using var loggedOut = await client.PostAsJsonAsync("/api/v1/users/logout", new { refresh_token = user.RefreshToken });
        using var refused = await authorized.GetAsync("/api/v1/users/profile");

        host.Logs.Lines.Count.ShouldBeGreaterThan(20);
        host.Logs.Text.ShouldContain("LoginCommand");
        foreach (var secret in secrets)
        {
            host.Logs.Text.ShouldNotContain(secret);
        }

        // The upstream tokens that this service holds are JWTs too.
        host.Logs.Text.ShouldNotContain("eyJ");
    }

    private static async Task<(string AccessToken, string RefreshToken)> RefreshAsync(HttpClient client, string token)
    {
        using var answer = await client.PostAsJsonAsync("/api/v1/users/refresh", new { refresh_token = token });
        var body = (await answer.Content.ReadFromJsonAsync<JsonNode>())!;
        return ((string)body["access_token"]!, (string)body["refresh_token"]!);
    }

    private static string Forge(string token, string forgery)
    {
        var header = JwtParts.Header(token);
        var payload = JwtParts.Payload(token);
        var key = BackendHost.JwtSecret;
        switch (forgery)
        {
            case "none": header["alg"] = "none"; return $"{Encode(header)}.{Encode(payload)}.";
            case "none-upper": header["alg"] = "NONE"; return $"{Encode(header)}.{Encode(payload)}.";
            case "hs512": header["alg"] = "HS512"; return $"{Encode(header)}.{Encode(payload)}.{Url(HMACSHA512.HashData(Encoding.UTF8.GetBytes(key), Encoding.ASCII.GetBytes($"{Encode(header)}.{Encode(payload)}")))}";
            case "rs256": header["alg"] = "RS256"; break;
            case "other-key": key = "some other secret of more than 32 bytes"; break;
            case "no-kid": header.Remove("kid"); break;
            case "typ-jwt": header["typ"] = "JWT"; break;
            case "typ-missing": header.Remove("typ"); break;
            case "iss": payload["iss"] = "somebody"; break;
            case "aud": payload["aud"] = "someone"; break;
            case "exp-missing": payload.Remove("exp"); break;
            case "exp-past": payload["exp"] = 1_700_000_000; break;
            case "nbf-future": payload["nbf"] = 4_000_000_000; break;
            case "payload": payload["role"] = "admin"; return $"{token.Split('.')[0]}.{Encode(payload)}.{token.Split('.')[2]}";
            case "no-session": payload.Remove("session_id"); break;
            case "extra-part": return $"{token}.{token.Split('.')[2]}";
            case "huge": payload["more"] = new string('x', 10_000); break;
            case "jku": header["jku"] = "http://127.0.0.1/keys"; header["kid"] = "mine"; key = "some other secret of more than 32 bytes"; break;
            case "nothing": break;
            default: throw new ArgumentOutOfRangeException(nameof(forgery), forgery, message: null);
        }

        var signed = $"{Encode(header)}.{Encode(payload)}";
        return $"{signed}.{Url(HMACSHA256.HashData(Encoding.UTF8.GetBytes(key), Encoding.ASCII.GetBytes(signed)))}";
    }

    private static string Encode(JsonObject part) => Url(Encoding.UTF8.GetBytes(part.ToJsonString()));

    private static string Url(byte[] bytes) => Convert.ToBase64String(bytes).TrimEnd('=').Replace('+', '-').Replace('/', '_');
}
