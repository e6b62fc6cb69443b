using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Backend.Integration.Api;

namespace Backend.Integration.Http;

/// <param name="Ids">Of things that are there.</param>
/// <param name="Secrets">Real ones, with which a bent request may get past the check of them.</param>
internal sealed record Knowledge(bool IsSignedIn, IReadOnlyList<string> Ids, IReadOnlyList<string> Secrets);

/// <summary>A request as no client should make it: bent here and there, or senseless altogether.</summary>
internal sealed partial class NonsenseRequest
{
    private const int Giant = 1_200_000;

    /// <summary>The server reads 8 KB; method and version take some of it.</summary>
    private const int LongestLine = 8_000;

    private static readonly string[] s_names = ["Solo", "Demo Mapper", "Nobody", "Ünï Cödé.Mapper-42 🏁", "name", "abc", "1"];

    private static readonly string[] s_pieces =
    [
        "a", "Solo", "Demo Mapper", "1d", "-1", "0", "1", "007", "99999999999999999999", "1.5", "1e400", "NaN", "null", "true", "'", "\"", "<b>", "--", ";", "%", "%s", "..", "/", "\\", "{}", "[]", "@", " ", "\t",
        "\0", "\n", "\r\n", "\u0085", "\u2028", "\u202e", "\u200f", "\ufeff", "\ufffe", "\u0301", "ß", "İ", "ﷺ", "🏁", "👩‍👩‍👧‍👦", "\ud800", "\udc00", "a@example.org", "../../etc/passwd", "' OR 1=1 --", "{{7*7}}", "${jndi:x}",
    ];

    /// <summary>JSON, as text: some of it no library would write.</summary>
    private static readonly string[] s_values =
    [
        "null", "true", "0", "-0", "-1", "1.5", "1e400", "-1e-400", "2147483648", "9223372036854775808", "123456789012345678901234567890", "00", "NaN", "+1", "\"\"", "\" \"", "\"\\u0000\"", "\"a\\u0000b\"", "\"\\ud800\"", "\"\\udc00\\ud800\"",
        "\"\\u202eabc\"", "\"🏁\"", "\"\\uFEFF\"", "\"\\x\"", "\"unfinished", "[]", "{}", "[null]", "[[],{}]", "{\"\":null}", "{\"$ref\":\"#\"}", "{\"a\":1,\"a\":2}", "\"1d\"", "\"-1\"", "\"true\"", "\"2026-02-30T25:61:61Z\"", "\"11111111-2222-4333-8444-555555555555\"",
    ];

    private static readonly string[] s_contentTypes =
    [
        "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/xml", "application/json; charset=utf-16", "application/json; charset=bogus", "application/json; charset=", "application/json;charset=\"utf-8",
        "application/jsonx", "json", "*/*", "application/problem+json", "application/json; profile=\"x\"", "APPLICATION/JSON; CHARSET=UTF-8", "application/json, application/json",
    ];

    private readonly List<(string Name, string Value)> _headers = [];
    private readonly Random _random;
    private readonly string _method;
    private readonly StringBuilder _target = new();
    private bool _isMisshapen;
    private byte[]? _body;
    private string? _contentType;

    private NonsenseRequest(Random random, string method)
    {
        _random = random;
        _method = method;
    }

    /// <summary>It may lead to another route than the one it was made for, or to none.</summary>
    public bool IsElsewhere { get; private set; }

    /// <summary>A server may refuse it before it looks for a route.</summary>
    public bool IsMisshapen => _isMisshapen || _target.Length > LongestLine || _headers.Exists(header => !Ascii.IsValid(header.Value));

    /// <param name="operation">None for a route that is not documented.</param>
    /// <param name="round">Every kind of body gets its turn.</param>
    public static NonsenseRequest Make(Random random, ApiDocument document, string method, string pattern, ApiOperation? operation, int round, Knowledge knowledge)
    {
        var request = new NonsenseRequest(random, method);
        request.AddPath(pattern, knowledge.Ids);
        request.AddQuery(document, operation);
        request.AddHeaders(operation);
        if (!knowledge.IsSignedIn && random.Next(4) == 0)
        {
            request._headers.Add(("Authorization", request.Pick(["Bearer", "Bearer ", "Bearer x", "bearer a.b.c", "Basic YTpi", "Bearer eyJhbGciOiJub25lIn0.e30.", $"Bearer {new string('x', 5000)}", "Bearer é", "Bearer a, Bearer b", "Digest username=\"a"])));
        }

        if (operation?.Body is { } body)
        {
            request.AddBody(document, body, round, knowledge.Secrets);
        }
        else if (random.Next(4) == 0)
        {
            // A body that nobody asked for.
            request._body = request.Bytes();
            request._contentType = request.Pick(s_contentTypes);
        }

        return request;
    }

    public HttpRequestMessage ToMessage(Uri address)
    {
        var message = new HttpRequestMessage(new HttpMethod(_method), new Uri($"{address.GetLeftPart(UriPartial.Authority)}{_target}", new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }));
        foreach (var (name, value) in _headers)
        {
            message.Headers.TryAddWithoutValidation(name, value);
        }

        if (_body is not null)
        {
            message.Content = new ByteArrayContent(_body);
            if (_contentType is not null)
            {
                message.Content.Headers.TryAddWithoutValidation("Content-Type", _contentType);
            }

            // Or the connection may break while a body is sent that nobody reads.
            message.Headers.ExpectContinue = _body.Length >= Giant;
        }

        return message;
    }

    public override string ToString()
    {
        var text = new StringBuilder($"{_method} {Shorten(_target.ToString())}").AppendLine();
        foreach (var (name, value) in _headers)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"{name}: {Shorten(value)}");
        }

        return _body is null ? text.ToString() : text.AppendLine(CultureInfo.InvariantCulture, $"Content-Type: {_contentType ?? "none"}").Append(CultureInfo.InvariantCulture, $"{_body.Length} bytes: {Shorten(Encoding.UTF8.GetString(_body))}").ToString();
    }

    private static string Shorten(string text) => Invisible().Replace(text.Length > 600 ? $"{text[..600]}… ({text.Length})" : text, match => $"\\u{(int)match.Value[0]:x4}");

    private void AddPath(string pattern, IReadOnlyList<string> ids)
    {
        _target.Append(Parameter().Replace(pattern.Length > 1 ? pattern.TrimEnd('/') : pattern, _ =>
        {
            if (ids.Count > 0 && _random.Next(2) == 0)
            {
                return Uri.EscapeDataString(ids[_random.Next(ids.Count)]);
            }

            IsElsewhere = true;
            return _random.Next(6) switch
            {
                0 => "11111111-2222-4333-8444-555555555555",
                1 => Pick(["0", "1", "-1", "2147483648", "9223372036854775808", "99999999999999999999"]),
                2 => Raw(),
                3 => Escape(new string('x', 1 + _random.Next(3000))),
                _ => Escape(Text()),
            };
        }));
        if (_random.Next(20) == 0)
        {
            IsElsewhere = true;
            _target.Append(Pick(["/", "//", "/.", "/..", "/%2e%2e", "/x", ".json", ";a=b", "%20", "%00"]));
            _isMisshapen = true;
        }
    }

    private void AddQuery(ApiDocument document, ApiOperation? operation)
    {
        var documented = (operation?.Parameters ?? []).Where(parameter => (string?)parameter["in"] == "query").ToList();
        var parts = new List<string>();

        // Some requests are to get as far as what the route does.
        var isPlain = _random.Next(3) == 0;
        foreach (var parameter in documented.Where(_ => isPlain || _random.Next(5) != 0))
        {
            var name = (string)parameter["name"]!;
            var schema = document.Resolve(parameter["schema"]!);
            var words = schema["enum"]?.AsArray();
            parts.Add(isPlain ? $"{name}={(words is not null ? words[_random.Next(words.Count)] : (string?)schema["type"] == "integer" ? _random.Next(-2, 300) : Escape(Pick(s_names)))}" : _random.Next(7) switch
            {
                0 => name,
                1 => $"{name}=",
                2 => $"{name}[]={Escape(Text())}",
                3 => $"{name}={Escape(Text())}&{name}={Escape(Text())}",
                4 => $"{name}={Raw()}",
                5 => $"{name}={Escape(string.Concat(Enumerable.Repeat(Pick(["x", "9", "🏁"]), _random.Next(600))))}",
                _ => $"{name}={Escape(Text())}",
            });
        }

        if (!isPlain && _random.Next(4) == 0)
        {
            parts.Add(Pick(["=", "&&", "a=b=c", "%", "%zz=%zz", "%00=%00", "a[b][c]=d", "__proto__=1", string.Join('&', Enumerable.Range(0, 400).Select(i => $"p{i}={i}")), $"{Escape(Text())}={Escape(Text())}"]));
        }

        if (parts.Count > 0 || _random.Next(10) == 0)
        {
            _target.Append('?').AppendJoin('&', parts);
        }

        if (_random.Next(100) == 0)
        {
            _target.Append(_target.ToString().Contains('?', StringComparison.Ordinal) ? "&" : "?").Append("long=").Append('x', 9000);
        }
    }

    private void AddHeaders(ApiOperation? operation)
    {
        foreach (var parameter in (operation?.Parameters ?? []).Where(parameter => (string?)parameter["in"] == "header" && _random.Next(2) == 0))
        {
            _headers.Add(((string)parameter["name"]!, Pick(["*", "\"1\"", "W/\"1\"", "\"-1\"", "\"99999999999999999999\"", "\"", "\"1\", \"2\"", "1", new string('x', 4000)])));
        }

        if (_random.Next(6) == 0)
        {
            _headers.Add(Pick([
                ("Accept", "text/html"), ("Accept", "nonsense"), ("Accept-Charset", "utf-16"), ("Accept-Encoding", "br, nonsense"), ("X-Forwarded-For", "not an address, ::1"), ("X-Forwarded-For", string.Join(", ", Enumerable.Repeat("10.0.0.1", 300))),
                ("X-HTTP-Method-Override", "DELETE"), ("Range", "bytes=0-0"), ("If-Modified-Since", "yesterday"), ("traceparent", "00-zz-zz-00"), ("traceparent", "00-00000000000000000000000000000000-0000000000000000-00"), ("baggage", new string('b', 3000)), ("Cookie", "a=b; a=c; ="), ("User-Agent", new string('u', 3000)), ("Origin", "null"),
            ]));
        }
    }

    private void AddBody(ApiDocument document, JsonObject body, int round, IReadOnlyList<string> secrets)
    {
        _contentType = ApiOperation.Json;
        switch ((round + _random.Next(3)) % 12)
        {
            case 0:
                _body = Bytes();
                break;
            case 1:
                _body = Encoding.UTF8.GetBytes(Pick(s_values));
                break;
            case 2:
                var depth = _random.Next(20, 20_000);
                _body = Encoding.UTF8.GetBytes(_random.Next(2) == 0 ? new string('[', depth) + new string(']', depth) : string.Concat(Enumerable.Repeat("{\"a\":", depth)) + "1" + new string('}', depth));
                break;
            case 3:
                _contentType = Pick(s_contentTypes);
                goto default;
            case 4:
                var text = Bend(document, body, secrets);
                _body = Pick<Encoding>([Encoding.Unicode, Encoding.BigEndianUnicode, Encoding.UTF32, Encoding.Latin1]).GetBytes(text);
                break;
            case 5:
                var whole = Bend(document, body, secrets);
                _body = Encoding.UTF8.GetBytes(_random.Next(3) switch { 0 => whole[.._random.Next(whole.Length + 1)], 1 => whole + Pick(s_values), _ => $"[{whole},{whole}]" });
                break;
            case 6 when _random.Next(4) == 0:
                _body = Encoding.UTF8.GetBytes($"{{\"x\":\"{new string('x', Giant)}\"}}");
                break;
            case 7:
                _body = [0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes(Bend(document, body, secrets))];
                break;
            case 8 when _random.Next(2) == 0:
                _body = null;
                _contentType = null;
                break;
            default:
                _body = Encoding.UTF8.GetBytes(Bend(document, body, secrets));
                break;
        }
    }

    /// <summary>The documented example, changed a little; sometimes not at all.</summary>
    private string Bend(ApiDocument document, JsonObject body, IReadOnlyList<string> secrets)
    {
        var example = body["example"]?.DeepClone() ?? new JsonObject();
        if (example is JsonObject members)
        {
            foreach (var (name, member) in document.Resolve(body["schema"]!)["properties"]?.AsObject() ?? [])
            {
                if ((string?)document.Resolve(member!)["format"] == "password" && _random.Next(3) != 0)
                {
                    members[name] = Pick(secrets);
                }
            }
        }

        var json = new StringBuilder();
        Bend(example, json, _random.Next(4));
        return json.ToString();
    }

    /// <param name="force">Of the bending: 0 leaves all as it is.</param>
    private void Bend(JsonNode? node, StringBuilder json, int force)
    {
        switch (node)
        {
            case JsonObject members:
                json.Append('{');
                var written = 0;
                foreach (var (name, member) in members)
                {
                    if (force > 0 && _random.Next(12) == 0)
                    {
                        continue;
                    }

                    for (var times = force > 0 && _random.Next(12) == 0 ? 2 : 1; times > 0; times--)
                    {
                        json.Append(written++ > 0 ? "," : string.Empty).Append(JsonValue.Create(force > 0 && _random.Next(12) == 0 ? name.ToUpperInvariant() : name)!.ToJsonString()).Append(':');
                        Member(member, json, force);
                    }
                }

                if (force > 0 && _random.Next(4) == 0)
                {
                    json.Append(written > 0 ? "," : string.Empty).Append(CultureInfo.InvariantCulture, $"{JsonValue.Create(Text())!.ToJsonString()}:{Pick(s_values)}");
                }

                json.Append('}');
                break;
            case JsonArray items:
                json.Append('[');
                var most = force > 0 && _random.Next(4) == 0 ? 2000 : items.Count;
                for (var i = 0; i < most && items.Count > 0; i++)
                {
                    json.Append(i > 0 ? "," : string.Empty);
                    Member(items[i % items.Count], json, force);
                }

                json.Append(']');
                break;
            default:
                json.Append(node?.ToJsonString() ?? "null");
                break;
        }
    }

    private void Member(JsonNode? member, StringBuilder json, int force)
    {
        switch (force > 0 ? _random.Next(8 / force) : -1)
        {
            case 0:
                json.Append(Pick(s_values));
                break;
            case 1 when _random.Next(2) == 0:
                json.Append(JsonValue.Create(Text())!.ToJsonString());
                break;
            case 1 when _random.Next(3) == 0:
                json.Append('"').Append(Pick(["x", "9", "ß", "🏁"]).PadRight(_random.Next(20_000), 'x')).Append('"');
                break;
            default:
                Bend(member, json, force);
                break;
        }
    }

    private byte[] Bytes()
    {
        var bytes = new byte[_random.Next(300)];
        _random.NextBytes(bytes);
        return bytes;
    }

    private string Text() => string.Concat(Enumerable.Range(0, _random.Next(5)).Select(_ => Pick(s_pieces)));

    /// <summary>What a URI may hold, and what it may not, as it is.</summary>
    private string Raw()
    {
        IsElsewhere = true;
        _isMisshapen = true;
        return Pick(["%", "%2", "%zz", "%00", "%c0%af", "%ff%fe", "%ed%a0%80", "%e2%80%ae", "%2e%2e%2f", "%2F", "%5c", "%0d%0a", "..", ".", "<>", "\\", "^`|", "\"", "'", "[]", "{}", "$&+,;=@:!*()", "%25%32%46"]);
    }

    private string Escape(string text)
    {
        // NUL is what the server does not let into a path.
        _isMisshapen |= text.Contains('\0', StringComparison.Ordinal);
        return Uri.EscapeDataString(text);
    }

    private T Pick<T>(IReadOnlyList<T> choices) => choices[_random.Next(choices.Count)];

    [GeneratedRegex(@"\{[^}]+\}", RegexOptions.NonBacktracking)]
    private static partial Regex Parameter();

    [GeneratedRegex(@"[\p{C}-[\n]]", RegexOptions.NonBacktracking)]
    private static partial Regex Invisible();
}
