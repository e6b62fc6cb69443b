using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.Common;
using Backend.Integration.Api;
using Backend.Integration.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Backend.Integration.Http;

/// <summary>
/// Senseless requests to every route there is, from everybody. BACKEND_TESTS_LONG=1 sends ten times as many, and others each time;
/// BACKEND_TESTS_SEED repeats those of an earlier run.
/// </summary>
public abstract class FuzzTests(HostProfile profile) : ProfileSuite(profile)
{
    private const string AnsweredBy = "X-Answered-By";
    private const string Forbidden = "request.forbidden";
    private const int MostFailures = 10;

    private static readonly bool s_long = Environment.GetEnvironmentVariable("BACKEND_TESTS_LONG") == "1";
    private static readonly int s_requests = s_long ? 9000 : 900;

    /// <summary>The short form judges a change, so it is the same before and after it.</summary>
    private static readonly int s_seed = Environment.GetEnvironmentVariable("BACKEND_TESTS_SEED") is { Length: > 0 } given
        ? int.Parse(given, CultureInfo.InvariantCulture)
        : s_long ? RandomNumberGenerator.GetInt32(int.MaxValue) : 20260714;

    private readonly ConcurrentQueue<string> _failures = new();

    [Fact]
    public async Task Whatever_is_sent_by_whomever_is_answered_as_documented()
    {
        await using var host = StartTelling();
        var document = await DescribeAsync(host);
        var targets = TargetsOf(host, document);
        targets.Count(target => target.Operation is not null && target.Method != "HEAD").ShouldBe(document.Operations.Count);

        var callers = CallersOf(host);
        await SendAsync(host, document, targets, callers, Math.Max(4, s_requests / (targets.Count * callers.Count)));

        _failures.ShouldBeEmpty($"BACKEND_TESTS_SEED={s_seed}{(s_long ? " BACKEND_TESTS_LONG=1" : string.Empty)}");
        (from caller in callers
         from target in targets
         where target.Method != "HEAD" && target.Operation is { NeedsSession: true } operation && (caller.IsAdmin || (caller.IsSignedIn && !IsForFew(operation))) && !caller.Reached.ContainsKey(target)
         select $"{caller.Name} never got past the door of {target}").ShouldBeEmpty();
        await WorksAsync(host);
    }

    /// <summary>Or the test above would show nothing.</summary>
    [Fact]
    public async Task An_answer_that_is_not_documented_is_noticed()
    {
        await using var host = StartTelling();
        foreach (var status in new[] { "200", "400", "401", "404" })
        {
            var document = await DescribeAsync(host);
            foreach (var operation in document.Operations)
            {
                operation.Responses.Remove(status);
            }

            _failures.Clear();
            await SendAsync(host, document, TargetsOf(host, document), CallersOf(host), rounds: 1);

            _failures.ShouldNotBeEmpty(status);
            _failures.ShouldAllBe(failure => failure.Contains($"does not list {status}", StringComparison.Ordinal));
        }
    }

    private static List<Caller> CallersOf(BackendHost host) => [new(host, "anonymous", role: null), new(host, "user", Role.User), new(host, "admin", Role.Admin)];

    private static async Task<ApiDocument> DescribeAsync(BackendHost host)
    {
        using var client = host.CreateClient();
        return ApiDocument.Parse(await client.GetStringAsync("/openapi/v1.json"));
    }

    private BackendHost StartTelling() => Start(services: services => services.AddSingleton<IStartupFilter, TellingWhoAnswers>());

    /// <summary>Everything that is mapped, so that a new route is among it.</summary>
    private static List<Target> TargetsOf(BackendHost host, ApiDocument document) =>
    [
        .. from endpoint in host.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
           from method in endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["GET"]
           let name = endpoint.Metadata.GetMetadata<IEndpointNameMetadata>()?.EndpointName
           select new Target(method, endpoint.RoutePattern.RawText!, document.Operations.SingleOrDefault(operation => operation.Id == name)),
    ];

    private static bool IsForFew(ApiOperation operation) => operation.Responses["403"]?["content"]?[ApiOperation.Problem]?["examples"]?[Forbidden] is not null;

    private Task SendAsync(BackendHost host, ApiDocument document, List<Target> targets, List<Caller> callers, int rounds) =>
        Task.WhenAll(callers.Select(caller => Task.Run(() => SendAsync(host, document, targets, caller, rounds))));

    private async Task SendAsync(BackendHost host, ApiDocument document, List<Target> targets, Caller caller, int rounds)
    {
        // A cookie, a redirect or a proxy of the machine would come between.
        using var handler = new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false, UseProxy = false, RequestHeaderEncodingSelector = static (_, _) => Encoding.Latin1 };
        using var client = new HttpClient(handler) { BaseAddress = host.ClientOptions.BaseAddress, Timeout = TimeSpan.FromSeconds(30) };
        for (var round = 0; round < rounds && _failures.Count < MostFailures; round++)
        {
            // The files of the reference page are large and take no part in anything, and HEAD is GET.
            foreach (var target in targets.Where(target => round == 0 || (target.Operation is not null && target.Method != "HEAD")))
            {
                // Of its own, so that a request stays what it is when routes are added.
                var random = new Random(BitConverter.ToInt32(SHA256.HashData(Encoding.UTF8.GetBytes($"{s_seed} {caller.Name} {target} {round}"))));
                var knowledge = new Knowledge(caller.IsSignedIn, caller.IdsOf(target), [BackendHost.Password, await caller.RefreshTokenAsync()]);
                var request = NonsenseRequest.Make(random, document, target.Method, target.Pattern, target.Operation, round, knowledge);
                try
                {
                    await SendAsync(client, document, target, caller, request);
                }
                catch (Exception exception)
                {
                    _failures.Enqueue($"{caller.Name}, round {round}, {target}: {exception.Message}{Environment.NewLine}{request}");
                }
            }
        }
    }

    private static async Task SendAsync(HttpClient client, ApiDocument document, Target target, Caller caller, NonsenseRequest request)
    {
        for (var renewed = false; ; renewed = true)
        {
            using var message = request.ToMessage(client.BaseAddress!);
            if (await caller.AccessTokenAsync() is { } token)
            {
                message.Headers.TryAddWithoutValidation("Authorization", $"Bearer {token}");
            }

            using var answer = await client.SendAsync(message);
            var body = await answer.Content.ReadAsStringAsync();
            Judge(document, target, request, answer, body);
            if (!IsTurnedAway(caller, answer, body))
            {
                caller.Reached.TryAdd(target, true);
                if (body.Length > 0)
                {
                    caller.Learn(target, answer, body);
                }

                return;
            }

            // An earlier request has ended the session, the account or the role, as it may. Once more as somebody new.
            if (!caller.IsSignedIn || renewed)
            {
                return;
            }

            await caller.RenewAsync();
        }
    }

    /// <summary>By the check of who calls, before the route was asked.</summary>
    private static bool IsTurnedAway(Caller caller, HttpResponseMessage answer, string body) =>
        answer.Headers.WwwAuthenticate.Count > 0 || (caller.IsAdmin && answer.StatusCode == HttpStatusCode.Forbidden && body.Contains($"\"{Forbidden}\"", StringComparison.Ordinal));

    private static void Judge(ApiDocument document, Target target, NonsenseRequest request, HttpResponseMessage answer, string body)
    {
        var status = (int)answer.StatusCode;
        status.ShouldBeLessThan(500, body);
        if (!answer.Headers.Contains("X-Content-Type-Options"))
        {
            // The server itself cannot read the request line or the headers: the service never saw them.
            status.ShouldBeOneOf(400, 414, 431);
            request.IsMisshapen.ShouldBeTrue($"a {status} of the server for a request that is well-formed");
            return;
        }

        var answered = answer.Headers.TryGetValues(AnsweredBy, out var names) ? document.Operations.SingleOrDefault(operation => operation.Id == names.Single()) : null;
        if (answered is null && target.Operation is not null && !(request.IsElsewhere && status is 404 or 405))
        {
            // No route was reached: what was sent does not suit the one it was meant for.
            answered = target.Operation;
        }

        if (answered is not null)
        {
            answered.Lists(status).ShouldBeTrue($"{answered} does not list {status}: {body}");
        }

        if (target.Method == "HEAD")
        {
            body.ShouldBeEmpty();
        }
        else if (target.IsPage && answer.Content.Headers.ContentType?.MediaType == "text/html")
        {
            answer.ShouldBePage();
        }
        else if (status >= 400)
        {
            ShouldBeProblem(document, answer, body);
        }
        else if (answered?.Responses[$"{status}"]?["content"]?[ApiOperation.Json]?["schema"] is { } schema)
        {
            answer.Content.Headers.ContentType?.MediaType.ShouldBe(ApiOperation.Json);
            document.Violations(schema, body).ShouldBeEmpty(body);
        }
        else if (answered is not null)
        {
            body.ShouldBeEmpty();
        }
    }

    private static void ShouldBeProblem(ApiDocument document, HttpResponseMessage answer, string body)
    {
        answer.Content.Headers.ContentType?.MediaType.ShouldBe(ApiOperation.Problem);
        document.Violations(document.Root["components"]!["schemas"]!["Problem"]!, body).ShouldBeEmpty(body);
        var problem = JsonNode.Parse(body)!;
        ((int)problem["status"]!).ShouldBe((int)answer.StatusCode);
        ((string)problem["msg"]!).ShouldBe((string)problem["error"]!);
        ((string)problem["detail"]!).ShouldNotBeNullOrWhiteSpace();
        ((string)problem["code"]!).ShouldMatch("^[a-z_]+([.][a-z_]+)*$");
        answer.Headers.RetryAfter?.Delta?.TotalSeconds.ShouldBe((int)problem["retryAfter"]!);
        body.ShouldNotContain("   at ");
    }

    private static async Task WorksAsync(BackendHost host)
    {
        host.Logs.Lines.Where(line => line.StartsWith("Error", StringComparison.Ordinal) || line.StartsWith("Fatal", StringComparison.Ordinal)).ShouldBeEmpty();
        var user = await new Caller(host, "somebody new", Role.User).SignInAsync();
        using var ready = await user.Client.GetAsync("/health/ready");
        ready.StatusCode.ShouldBe(HttpStatusCode.OK);
        var id = await user.SubmitAsync("Solo");
        (await user.EndAsync(id))["status"]!.GetValue<string>().ShouldBe("completed");
        (await user.ResultsAsync(id)).ShouldNotBeEmpty();
    }

    /// <param name="Operation">None when the document leaves the route out.</param>
    private sealed record Target(string Method, string Pattern, ApiOperation? Operation)
    {
        /// <summary>For people, who are told in words what went wrong.</summary>
        public bool IsPage => Operation is null && Pattern.StartsWith("/mail/", StringComparison.Ordinal);

        public override string ToString() => $"{Method} {Pattern}";
    }

    /// <summary>Somebody who is replaced by somebody else of his kind when nobody knows him any more.</summary>
    private sealed class Caller(BackendHost host, string name, Role? role)
    {
        private readonly Dictionary<string, List<string>> _ids = new(StringComparer.Ordinal);
        private SignedInUser? _user;

        public string Name => name;

        public bool IsSignedIn => role is not null;

        public bool IsAdmin => role is Role.Admin;

        public ConcurrentDictionary<Target, bool> Reached { get; } = [];

        /// <summary>Of things that answers have told of, for requests that find something: of the newest, for others may be gone.</summary>
        public IReadOnlyList<string> IdsOf(Target target) => target.Operation is { } operation && _ids.TryGetValue(operation.Tag, out var ids) ? [.. ids.TakeLast(5)] : [];

        public async Task<string?> AccessTokenAsync() => role is null ? null : (_user ??= await SignInAsync()).AccessToken;

        public async Task<string> RefreshTokenAsync() => role is null ? "no token" : (_user ??= await SignInAsync()).RefreshToken;

        public async Task RenewAsync() => _user = await SignInAsync();

        /// <summary>Not by registration, which an administrator may have closed.</summary>
        public async Task<SignedInUser> SignInAsync()
        {
            var key = Support.Ids.Next().ToString("N");
            UserName.TryCreate($"caller {key}", out var userName).ShouldBeTrue();
            EmailAddress.TryCreate($"{key}@example.org", out var email).ShouldBeTrue();
            var hash = await host.Services.GetRequiredService<IPasswordHasher>().HashAsync(new Secret(BackendHost.Password), CancellationToken.None);
            var users = host.Services.GetRequiredService<IUserStore>();
            var added = await users.AddAsync(new NewUser(userName!, email!, hash.Value, Role.User, TimeProvider.System.GetUtcNow()), int.MaxValue, CancellationToken.None);
            added.Status.ShouldBe(AddUserStatus.Added);
            await users.SetRoleAsync(added.User!.Id, role ?? Role.User, CancellationToken.None);
            return await host.SignInAgainAsync(userName!.Value);
        }

        public void Learn(Target target, HttpResponseMessage answer, string body)
        {
            if (target.Operation is { } operation && answer.IsSuccessStatusCode && answer.Content.Headers.ContentType?.MediaType == ApiOperation.Json)
            {
                if (!_ids.TryGetValue(operation.Tag, out var ids))
                {
                    _ids[operation.Tag] = ids = [];
                }

                ids.AddRange(Find(JsonNode.Parse(body), isOuter: true));
            }
        }

        /// <summary>What is called an id, and on the outside also what is called an id of something.</summary>
        private static IEnumerable<string> Find(JsonNode? node, bool isOuter) => node switch
        {
            JsonArray items => items.Take(20).SelectMany(item => Find(item, isOuter)),
            JsonObject members => members.SelectMany(member => member.Value is JsonValue value
                ? member.Key == "id" || (isOuter && member.Key.EndsWith("id", StringComparison.OrdinalIgnoreCase)) ? [value.ToString()] : []
                : Find(member.Value, isOuter: false)),
            _ => [],
        };
    }

    /// <summary>The route that was reached is told in a header, for a bent path leads who knows where.</summary>
    private sealed class TellingWhoAnswers : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.Use(static (context, next) =>
            {
                context.Response.OnStarting(() =>
                {
                    var endpoint = context.GetEndpoint() ?? context.Features.Get<IExceptionHandlerFeature>()?.Endpoint;
                    if (endpoint?.Metadata.GetMetadata<IEndpointNameMetadata>() is { } named)
                    {
                        context.Response.Headers[AnsweredBy] = named.EndpointName;
                    }

                    return Task.CompletedTask;
                });
                return next(context);
            });
            next(app);
        };
    }
}
