using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Backend.Integration.Support;

namespace Backend.Integration.Http;

/// <summary>
/// Asks as a client does, and writes down what was sent and what came back, byte for byte, but for what is random: that gets a name,
/// by which later requests use it. Time passes before each request, and otherwise only when it is told to.
/// </summary>
internal sealed partial class Transcript(HttpClient client, StandingClock clock)
{
    private readonly StringBuilder _text = new();

    /// <summary>Tokens and UUIDs, which mean the same wherever they stand.</summary>
    private readonly Dictionary<string, string> _random = new(StringComparer.Ordinal);

    /// <summary>Numbers that stores gave, which mean something only where they stand.</summary>
    private readonly Dictionary<string, string> _numbers = new(StringComparer.Ordinal);

    public override string ToString() => _text.ToString();

    public void Chapter(string title) => _text.Append("# ").Append(title).Append("\n\n");

    /// <summary>The value that got this name.</summary>
    public string this[string name] => _random.TryGetValue(name, out var value) ? value : _numbers[name];

    /// <summary>One that has to ask Trackmania more than once: time passes until it is answered, and on to the next full minute.</summary>
    public async Task<JsonNode> RipenAsync(int status, string method, string path, string body, string user)
    {
        var answering = AskAsync(status, method, path, body, user);
        await Eventually.GetAsync(
            () =>
            {
                clock.Advance(TimeSpan.FromMilliseconds(1));
                return Task.FromResult(answering.IsCompleted);
            },
            static isCompleted => isCompleted);
        clock.Advance(TimeSpan.FromMinutes(1) - TimeSpan.FromTicks(clock.GetUtcNow().Ticks % TimeSpan.TicksPerMinute));
        return await answering;
    }

    /// <param name="user">Name of an access token.</param>
    /// <param name="names">For random values of the answer, by their paths.</param>
    public async Task<JsonNode> AskAsync(int status, string method, string path, string? body = null, string? user = null, params (string Path, string Name)[] names)
    {
        // At a standing clock nobody would get a second slot of the pace.
        clock.Advance(TimeSpan.FromSeconds(1));
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(Fill(path), UriKind.Relative));
        request.Headers.Authorization = user is null ? null : new AuthenticationHeaderValue("Bearer", this[user]);
        if (body is not null)
        {
            request.Content = new StringContent(Fill(body), Encoding.UTF8, "application/json");
        }

        using var answer = await client.SendAsync(request);
        var bytes = await answer.Content.ReadAsByteArrayAsync();
        var text = Encoding.UTF8.GetString(bytes);
        ((int)answer.StatusCode).ShouldBe(status, $"{method} {path}: {text}");
        var parsed = JsonNode.Parse(text)!;
        if (status >= 400)
        {
            _random[$"trace {_random.Keys.Count(name => name.StartsWith("trace ", StringComparison.Ordinal)) + 1}"] = (string)parsed["traceId"]!;
        }

        var numbers = new List<(Range Place, string Text)>();
        foreach (var (place, name) in names)
        {
            var token = JsonPlaces.PlaceOf(bytes, place);
            var shown = Encoding.UTF8.GetString(bytes[token]);
            if (Numbered().Match(shown) is not { Success: true } match)
            {
                _random[name] = shown.Trim('"');
                continue;
            }

            var number = match.Groups["number"];
            (_numbers.TryAdd(name, number.Value) ? number.Value : _numbers[name]).ShouldBe(number.Value, $"{place} of {method} {path}");
            var start = token.Start.Value + number.Index;
            numbers.Add((start..(start + number.Length), $"{{{name}}}"));
        }

        _text.Append(method).Append(' ').Append(path).Append(user is null ? string.Empty : $" (Bearer {{{user}}})").Append('\n');
        _text.Append(body is null ? string.Empty : $"{body}\n");
        _text.Append(status).Append(' ').Append(answer.Header("Content-Type")).Append('\n').Append(Name(JsonPlaces.Replace(bytes, numbers))).Append("\n\n");
        return parsed;
    }

    private string Fill(string text) => _random.Concat(_numbers).Aggregate(text, static (filled, named) => filled.Replace($"{{{named.Key}}}", named.Value, StringComparison.Ordinal));

    private string Name(string text) => _random.Aggregate(text, static (named, random) => named.Replace(random.Value, $"{{{random.Key}}}", StringComparison.Ordinal));

    [GeneratedRegex("^\"?(map_)?(?<number>[1-9][0-9]*)\"?$", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Numbered();
}
