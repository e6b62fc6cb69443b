using System.Net;
using System.Security.Cryptography;
using Backend.Integration.Support;

namespace Backend.Integration.Http;

/// <summary>Reads that are answered 304 while nothing has changed.</summary>
public abstract class RevalidationTests : ProfileSuite
{
    private const string Account = "/api/v1/users/profile";
    private const string Sessions = "/api/v1/users/sessions";

    private readonly BackendHost _host;

    protected RevalidationTests(HostProfile profile)
        : base(profile) => _host = Start();

    [Fact]
    public async Task A_read_is_tagged_by_its_content_and_what_is_known_is_not_sent_again()
    {
        var user = await _host.SignInAsync();
        foreach (var path in new[] { Account, Sessions })
        {
            using var first = await user.Client.GetAsync(path);
            var tag = first.Headers.ETag.ShouldNotBeNull().ToString();
            tag.ShouldBe(TagOf(await first.Content.ReadAsByteArrayAsync()));
            first.Content.Headers.ContentType!.ToString().ShouldBe("application/json; charset=utf-8");

            foreach (var ifNoneMatch in new[] { tag, tag["W/".Length..], "*", $"\"other\", {tag}", $"W/\"other\",{tag}" })
            {
                foreach (var method in new[] { HttpMethod.Get, HttpMethod.Head })
                {
                    using var known = await AskAsync(user, method, path, ifNoneMatch);

                    known.StatusCode.ShouldBe(HttpStatusCode.NotModified, ifNoneMatch);
                    (await known.Content.ReadAsByteArrayAsync()).ShouldBeEmpty();
                    known.Header("ETag").ShouldBe(tag);
                    known.Header("Content-Type").ShouldBeNull();
                    known.Header("Cache-Control").ShouldBe("private, no-cache");
                    known.Header("Vary").ShouldBe("Authorization");
                    known.ShouldBeSecured();
                }
            }

            foreach (var ifNoneMatch in new[] { "\"other\"", tag.ToUpperInvariant().Replace("W/", "w/", StringComparison.Ordinal), "junk", "\"" })
            {
                using var other = await AskAsync(user, HttpMethod.Get, path, ifNoneMatch);

                other.StatusCode.ShouldBe(HttpStatusCode.OK, ifNoneMatch);
                other.Header("ETag").ShouldBe(tag);
                other.Header("Cache-Control").ShouldBe("private, no-cache");
                other.Header("Vary").ShouldBe("Authorization");
                (await other.Content.ReadAsStringAsync()).ShouldBe(await first.Content.ReadAsStringAsync());
            }
        }
    }

    [Fact]
    public async Task What_has_changed_is_sent_and_nobody_is_told_what_another_has()
    {
        var user = await _host.SignInAsync();
        var other = await _host.SignInAsync();
        using var first = await user.Client.GetAsync(Sessions);
        using var profile = await user.Client.GetAsync(Account);
        await _host.SignInAgainAsync(user.Name);

        using var changed = await AskAsync(user, HttpMethod.Get, Sessions, first.Headers.ETag!.ToString());
        using var foreign = await AskAsync(other, HttpMethod.Get, Account, profile.Headers.ETag!.ToString());
        using var anonymous = _host.CreateClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, Account);
        request.Headers.TryAddWithoutValidation("If-None-Match", "*");
        using var refused = await anonymous.SendAsync(request);

        changed.StatusCode.ShouldBe(HttpStatusCode.OK);
        changed.Headers.ETag.ShouldNotBe(first.Headers.ETag);
        foreign.StatusCode.ShouldBe(HttpStatusCode.OK);
        refused.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        refused.Headers.ETag.ShouldBeNull();
    }

    /// <summary>Said once more, because clients and other instances hold tags: another rule would make all of them fetch anew.</summary>
    private static string TagOf(byte[] body) => $"W/\"{System.Buffers.Text.Base64Url.EncodeToString(SHA256.HashData(body).AsSpan(0, 16))}\"";

    private static async Task<HttpResponseMessage> AskAsync(SignedInUser user, HttpMethod method, string path, string ifNoneMatch)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Headers.TryAddWithoutValidation("If-None-Match", ifNoneMatch).ShouldBeTrue();
        return await user.Client.SendAsync(request);
    }
}
