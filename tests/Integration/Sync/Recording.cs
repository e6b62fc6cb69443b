using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Backend.Application.Alerts;
using Backend.Application.PasswordResets;
using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.History;
using Backend.Integration.Support;
using Backend.TrackmaniaSandbox;
using Backend.WebApi.Http;
using MediatR;
using Microsoft.Extensions.DependencyInjection;
using MimeKit;

namespace Backend.Integration.Sync;

/// <summary>What one profile answered in the conversation, with everything random replaced by its name.</summary>
internal sealed partial class Recording
{
    private readonly BackendHost _host;
    private readonly StandingClock _clock;
    private readonly HttpClient _client;
    private readonly List<Answer> _answers = [];
    private readonly List<Mask> _masks = [];

    /// <summary>To be replaced in answers, and to be put into requests.</summary>
    private readonly Dictionary<string, string> _random = new(StringComparer.Ordinal);

    /// <summary>Only to be put into requests.</summary>
    private readonly Dictionary<string, string> _known = new(StringComparer.Ordinal) { ["junk"] = "junk", ["large"] = new string('a', 1024 * 1024), [Conversation.Scheduler] = Conversation.CronSecret };

    private Recording(HostProfile profile, BackendHost host, StandingClock clock)
    {
        Profile = profile;
        _host = host;
        _clock = clock;
        _client = host.CreateClient();
        _client.Timeout = TimeSpan.FromSeconds(30);
    }

    public HostProfile Profile { get; }

    public IReadOnlyList<Answer> Answers => _answers;

    public IReadOnlyList<Mask> Masks => _masks;

    public static async Task<Recording> MakeAsync(HostProfile profile, BackendHost host, StandingClock clock)
    {
        var recording = new Recording(profile, host, clock);
        using (recording._client)
        {
            foreach (var step in Conversation.Steps)
            {
                await recording.TakeAsync(step);
            }
        }

        return recording;
    }

    private async Task TakeAsync(Step step)
    {
        switch (step)
        {
            case Ask ask:
                await AskAsync(ask);
                break;
            case Pass pass:
                _clock.Advance(pass.Time);
                break;
            case GoTo moment:
                var left = Conversation.Start + moment.At - _clock.GetUtcNow();
                left.ShouldBeGreaterThan(TimeSpan.Zero);
                _clock.Advance(left);
                break;
            case StopWorker:
                await _host.StopWorkerAsync();
                break;
            case BreakLeaderboards:
                _host.Sandbox.Faults.Add(new Fault(SandboxHost.Live, FaultKind.InternalServerError));
                break;
            case MendLeaderboards:
                _host.Sandbox.Faults.Clear();
                break;
            case StartWorker:
                await _host.StartWorkerAsync();
                break;
            case CountMaps:
                (await _host.Services.GetRequiredService<IMediator>().Send(new CountAlertMapsCommand())).Value.ShouldBe(new AlertMapsCounted(1, 0));
                break;
            case Mailed mailed:
                _random[mailed.Name] = _host.Services.GetRequiredService<IMailTokens>().Issue((await FindAsync(mailed.User)).Id).Reveal();
                break;
            case SendPasswordReset sent:
                _random[sent.Name] = await SendPasswordResetAsync();
                break;
            case Brought brought:
                await AddAsync(brought);
                break;
            case Ripen ripen:
                await EndAsync(ripen.Search, ripen.User, () => _clock.Advance(TimeSpan.FromMilliseconds(1)));
                break;
            case UntilEnded ended:
                await EndAsync(ended.Search, ended.User, static () => { });
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(step), step, message: null);
        }
    }

    private async Task AddAsync(Brought brought)
    {
        var user = await FindAsync(brought.User);
        var now = _clock.GetUtcNow().AddDays(-brought.DaysAgo);
        var entry = new HistoryEntry(user.Id, brought.Kind, DateOnly.FromDateTime(now.UtcDateTime), brought.Outcome, brought.Message, brought.Found, now);
        (await _host.Services.GetRequiredService<INotificationHistory>().AddAsync(entry, CancellationToken.None)).ShouldBeTrue();
    }

    private async Task<string> SendPasswordResetAsync()
    {
        (await _host.Services.GetRequiredService<IMediator>().Send(new SendPasswordResetsCommand())).Value.ShouldBe(new SentPasswordResets(1, 0, 0));
        var tokens = Directory.GetFiles(_host.MailFolder, "password.*.eml").Select(file => ResetToken().Match(MimeMessage.Load(file).TextBody!).Groups["token"].Value);
        return tokens.Single(token => !_random.ContainsValue(token));
    }

    private async Task<User> FindAsync(string name) => (await _host.Services.GetRequiredService<IUserStore>().FindByLoginAsync(name, CancellationToken.None)).ShouldNotBeNull();

    private async Task EndAsync(string search, string user, Action meanwhile) => await Eventually.GetAsync(
        async () =>
        {
            meanwhile();
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri($"/api/v1/map-searches/{_random[search]}", UriKind.Relative));
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _random[user]);
            using var answer = await _client.SendAsync(request);
            return await answer.Content.ReadAsStringAsync();
        },
        static text => (string?)JsonNode.Parse(text)!["status"] == "completed");

    private async Task AskAsync(Ask ask)
    {
        using var request = new HttpRequestMessage(new HttpMethod(ask.Method), new Uri(Fill(ask.Path), UriKind.Relative));
        request.Headers.UserAgent.ParseAdd(ask.UserAgent);
        if (ask.User is { } user)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Fill($"{{{user}}}"));
        }

        if (ask.IfNoneMatch is { } version)
        {
            request.Headers.TryAddWithoutValidation("If-None-Match", Fill(version)).ShouldBeTrue();
        }

        if (ask.Body is { } body)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(Fill(body)));
            request.Content.Headers.TryAddWithoutValidation("Content-Type", ask.ContentType).ShouldBeTrue();

            // A refusal closes the connection, on which nothing should be under way then.
            request.Headers.ExpectContinue = ask.Status == 413;
        }

        using var answer = await SendAsync(ask, request);
        var bytes = await answer.Content.ReadAsByteArrayAsync();
        var text = Encoding.UTF8.GetString(bytes);
        var headers = answer.Headers.Concat(answer.Content.Headers).ToDictionary(h => h.Key, h => string.Join(", ", h.Value), StringComparer.OrdinalIgnoreCase);
        ((int)answer.StatusCode).ShouldBe(ask.Status, $"{ask.What} on {Profile}: {text}");

        // Of a body with random parts, which are masked in the body.
        if (headers.TryGetValue("ETag", out var tag) && tag == Revalidation.TagOf(bytes).ToString() && !ask.Takes.Any(t => t.IsHeader))
        {
            headers["ETag"] = "that of the body";
        }

        var isProblem = text.Length > 0 && answer.Content.Headers.ContentType?.MediaType == "application/problem+json";
        var taken = isProblem ? [.. ask.Takes, new Taken("$.traceId", $"trace of {ask.What}")] : ask.Takes;
        var numbers = new List<(Range Place, string Text)>();
        foreach (var take in taken)
        {
            if (take.IsNumber)
            {
                var token = JsonPlaces.PlaceOf(bytes, take.Path);
                var shown = Encoding.UTF8.GetString(bytes[token]);
                var number = Number().Match(shown);
                number.Success.ShouldBeTrue($"{take.Path} of {ask.What} on {Profile}: {shown}");
                (_known.TryAdd(take.Name, number.Value) ? number.Value : _known[take.Name]).ShouldBe(number.Value, $"{take.Path} of {ask.What} on {Profile}");
                _masks.Add(new Mask(ask.What, take.Path, shown.Replace(number.Value, "number", StringComparison.Ordinal)));
                var start = token.Start.Value + number.Index;
                numbers.Add((start..(start + number.Length), $"{{{take.Name}}}"));
                continue;
            }

            if (take.IsHeader)
            {
                _known[take.Name] = headers[take.Path];
                continue;
            }

            var value = (string?)JsonPlaces.Find(JsonNode.Parse(text)!, take.Path);
            value.ShouldNotBeNullOrEmpty($"{take.Path} of {ask.What} on {Profile}");
            _masks.Add(new Mask(ask.What, take.Path, Shape(value)));
            _random[take.Name] = value;
        }

        // Numbers of different lengths make bodies of different lengths.
        if (numbers.Count > 0 && headers.TryGetValue("Content-Length", out var length) && length == bytes.Length.ToString(CultureInfo.InvariantCulture))
        {
            headers["Content-Length"] = "that of the body";
        }

        // The server's own clock is the machine's.
        _answers.Add(new Answer(
            ask.What,
            (int)answer.StatusCode,
            [.. headers.Where(h => h.Key != "Date").OrderBy(h => h.Key, StringComparer.Ordinal).Select(h => $"{h.Key}: {Name(h.Value)}")],
            TakeOutDifferences(ask, Name(JsonPlaces.Replace(bytes, numbers)))));
    }

    /// <summary>At a standing clock a request may wait for ever, for a slot of the pace.</summary>
    private async Task<HttpResponseMessage> SendAsync(Ask ask, HttpRequestMessage request)
    {
        try
        {
            var answering = _client.SendAsync(request);
            if (ask.Ripens)
            {
                await Eventually.GetAsync(
                    () =>
                    {
                        _clock.Advance(TimeSpan.FromMilliseconds(1));
                        return Task.FromResult(answering.IsCompleted);
                    },
                    static isCompleted => isCompleted);
            }

            return await answering;
        }
        catch (TaskCanceledException exception)
        {
            throw new TimeoutException($"{ask.What} on {Profile} was not answered.", exception);
        }
    }

    private string TakeOutDifferences(Ask ask, string text)
    {
        foreach (var difference in Conversation.Differences.Where(d => d.What == ask.What))
        {
            var body = JsonNode.Parse(text)!;
            var end = difference.Path.LastIndexOf('.');
            var parent = JsonPlaces.Find(body, difference.Path[..end])!.AsObject();
            var name = difference.Path[(end + 1)..];
            parent.ContainsKey(name).ShouldBeTrue($"{difference.Path} of {ask.What} on {Profile}");
            (parent[name]?.ToJsonString() ?? "null").ShouldBe(difference.Expected(Profile), $"{difference.Path} of {ask.What} on {Profile}");
            parent[name] = "differs";
            text = body.ToJsonString();
        }

        return text;
    }

    private string Fill(string text)
    {
        foreach (var (name, value) in _random.Concat(_known))
        {
            text = text.Replace($"{{{name}}}", value, StringComparison.Ordinal);
        }

        return text;
    }

    /// <summary>The longest first: a token may hold what is masked by itself.</summary>
    private string Name(string text)
    {
        foreach (var (name, value) in _random.OrderByDescending(r => r.Value.Length))
        {
            text = text.Replace(value, $"{{{name}}}", StringComparison.Ordinal);
        }

        return text;
    }

    /// <summary>All that is not random about a random value.</summary>
    private static string Shape(string value)
    {
        if (Guid.TryParseExact(value, "D", out var id))
        {
            return $"uuid {id.Version.ToString(CultureInfo.InvariantCulture)}";
        }

        if (Hexadecimal().IsMatch(value))
        {
            return $"{value.Length} hexadecimal digits";
        }

        return value.Count(c => c == '.') == 2
            ? $"{JwtParts.Header(value).ToJsonString()} {Uuid().Replace(JwtParts.Payload(value).ToJsonString(), "uuid")} {value.Split('.')[2].Length}"
            : $"{System.Buffers.Text.Base64Url.DecodeFromChars(value).Length} bytes";
    }

    [GeneratedRegex("/mail/reset-password[?]token=(?<token>[A-Za-z0-9_-]{43})", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex ResetToken();

    [GeneratedRegex("[1-9][0-9]*", RegexOptions.NonBacktracking)]
    private static partial Regex Number();

    [GeneratedRegex("^[0-9a-f]+$", RegexOptions.NonBacktracking)]
    private static partial Regex Hexadecimal();

    [GeneratedRegex("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", RegexOptions.NonBacktracking)]
    private static partial Regex Uuid();
}

/// <param name="Headers">All but the date, in order.</param>
internal sealed record Answer(string What, int Status, IReadOnlyList<string> Headers, string Body)
{
    public override string ToString() => $"{Status}\n{string.Join('\n', Headers)}\n\n{Body}";
}

/// <summary>A random value that a name was put for.</summary>
internal sealed record Mask(string What, string Path, string Shape);
