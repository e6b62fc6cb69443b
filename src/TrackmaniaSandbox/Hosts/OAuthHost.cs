namespace Backend.TrackmaniaSandbox;

/// <summary>Application tokens and display names both ways.</summary>
internal sealed class OAuthHost(SandboxWorld world, SandboxCredentials credentials, OAuthTokens tokens)
{
    public const string BasePath = "/oauth";
    private const int MaxBatch = 50;

    public void Map(IEndpointRouteBuilder app)
    {
        app.MapPost(BasePath + "/api/access_token", TokenAsync);
        app.MapGet(BasePath + "/api/display-names", Guarded(NamesAsync));
        app.MapGet(BasePath + "/api/display-names/account-ids", Guarded(IdsAsync));
    }

    public static Task ErrorAsync(HttpContext context, int status, string error, string description) =>
        Json.WriteAsync(context, status, w =>
        {
            w.WriteStartObject();
            w.WriteString("error", error);
            w.WriteString("error_description", description);
            w.WriteString("message", description);
            w.WriteEndObject();
        });

    private RequestDelegate Guarded(RequestDelegate handle) => context =>
        tokens.Accepts(context.Request.Headers.Authorization)
            ? handle(context)
            : ErrorAsync(context, StatusCodes.Status401Unauthorized, "access_denied", "The resource owner or authorization server denied the request.");

    private async Task TokenAsync(HttpContext context)
    {
        if (!context.Request.HasFormContentType)
        {
            await ErrorAsync(context, StatusCodes.Status400BadRequest, "invalid_request", "The request must be a form.");
            return;
        }

        var form = await context.Request.ReadFormAsync(context.RequestAborted);
        if (form["grant_type"] != "client_credentials")
        {
            await ErrorAsync(context, StatusCodes.Status400BadRequest, "unsupported_grant_type", "The grant type is not supported.");
            return;
        }

        if (form["client_id"] != credentials.OAuthClientId || form["client_secret"] != credentials.OAuthClientSecret)
        {
            await ErrorAsync(context, StatusCodes.Status401Unauthorized, "invalid_client", "Client authentication failed");
            return;
        }

        await Json.OkAsync(context, w =>
        {
            w.WriteStartObject();
            w.WriteString("token_type", "bearer");
            w.WriteNumber("expires_in", OAuthTokens.Lifetime);
            w.WriteString("access_token", tokens.Issue());
            w.WriteEndObject();
        });
    }

    private Task NamesAsync(HttpContext context) => AnswerAsync(context, "accountId", asked =>
        asked.Select(text => Guid.TryParse(text, out var id) && world.DisplayNameOf(id) is { } name ? (id.ToString("D"), name) : default));

    private Task IdsAsync(HttpContext context) => AnswerAsync(context, "displayName", asked =>
        asked.Select(text =>
        {
            var account = world.AccountNamed(text);
            return account < 0 ? default : (world.NameOf(account)!, world.Accounts.IdOf(account).ToString("D"));
        }));

    private static Task AnswerAsync(
        HttpContext context, string parameter, Func<IReadOnlyList<string>, IEnumerable<(string Key, string Value)>> resolve)
    {
        var asked = Asked(context, parameter);
        if (asked.Count > MaxBatch)
        {
            return ErrorAsync(context, StatusCodes.Status400BadRequest, "invalid_request", $"At most {MaxBatch} values are allowed.");
        }

        var found = resolve(asked).Where(pair => pair.Key is not null).DistinctBy(pair => pair.Key, StringComparer.Ordinal).ToArray();
        return Json.OkAsync(context, w =>
        {
            // An empty dictionary is written as a list there, and clients have to cope.
            if (found.Length == 0)
            {
                w.WriteStartArray();
                w.WriteEndArray();
                return;
            }

            w.WriteStartObject();
            foreach (var (key, value) in found)
            {
                w.WriteString(key, value);
            }

            w.WriteEndObject();
        });
    }

    /// <summary>Values of <c>name[]=</c> and <c>name[0]=</c>.</summary>
    private static List<string> Asked(HttpContext context, string parameter)
    {
        var values = new List<string>();
        foreach (var (key, list) in context.Request.Query)
        {
            if (key.StartsWith(parameter + "[", StringComparison.Ordinal) && key.EndsWith(']'))
            {
                values.AddRange(list.OfType<string>());
            }
        }

        return values;
    }
}
