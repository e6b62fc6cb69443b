using System.Text.Json.Nodes;
using Backend.Domain.DailyEmails;
using Backend.Domain.MapSearches;
using Microsoft.OpenApi;

namespace Backend.Integration.Api;

/// <summary>The approved document as a whole, whatever routes there are.</summary>
public sealed class ApiDocumentTests
{
    private static readonly ApiDocument s_approved = ApiDocument.ReadApproved();

    /// <summary>Ways of spoiling the document, and what has to be noticed then.</summary>
    private static readonly Dictionary<string, (Action<JsonObject> Spoil, string Gap)> s_spoilt = new(StringComparer.Ordinal)
    {
        ["operation id"] = (root => Operation(root).Remove("operationId"), "POST /api/v1/map-searches: no operationId"),
        ["operation id of its own"] = (root => Operation(root)["operationId"] = "GetProfile", "GetProfile: its operationId names 2 operations"),
        ["summary"] = (root => Operation(root)["summary"] = " ", "SubmitMapSearch: no summary"),
        ["tag"] = (root => Operation(root).Remove("tags"), "SubmitMapSearch: not exactly one tag"),
        ["description of a tag"] = (root => root["tags"]!.AsArray().Single(tag => (string)tag!["name"]! == "Map searches")!.AsObject().Remove("description"), "SubmitMapSearch: its tag 'Map searches' has no description"),
        ["security"] = (root => Operation(root).Remove("security"), "SubmitMapSearch: no security"),
        ["security scheme"] = (root => root["components"]!["securitySchemes"] = new JsonObject(), "SubmitMapSearch: its security names a scheme"),
        ["description of a parameter"] = (root => Parameter(root).Remove("description"), "GetMapSearch: no description of the parameter 'id'"),
        ["type of a parameter"] = (root => Parameter(root).Remove("schema"), "GetMapSearch: no type of the parameter 'id'"),
        ["type of a body"] = (root => Body(root).Remove("schema"), "SubmitMapSearch: no type of its request body"),
        ["example of a body"] = (root => Body(root).Remove("example"), "SubmitMapSearch: no example of its request body"),
        ["success"] = (root => Responses(root).Remove("202"), "SubmitMapSearch: no success"),
        ["type of a success"] = (root => Responses(root)["202"]!.AsObject().Remove("content"), "SubmitMapSearch: no type of its 202"),
        ["example of a success"] = (root => Responses(root)["202"]!["content"]!["application/json"]!.AsObject().Remove("example"), "SubmitMapSearch: no example of its 202"),
        ["type of a failure"] = (root => Problem(root, 429)["schema"] = new JsonObject { ["type"] = "string" }, "SubmitMapSearch: its 429 is no problem"),
        ["body of a failure"] = (root => Responses(root)["429"]!.AsObject().Remove("content"), "SubmitMapSearch: its 429 is no problem"),
        ["media type of a failure"] = (root => Responses(root)["429"]!["content"] = new JsonObject { ["application/json"] = Problem(root, 429).DeepClone() }, "SubmitMapSearch: its 429 is no problem"),
        ["example of a failure"] = (root => Problem(root, 429).Remove("examples"), "SubmitMapSearch: no example of its 429"),
        ["status of a failure"] = (root => Problem(root, 429)["examples"]!["rate_limit.exceeded"]!["value"]!["status"] = 400, "SubmitMapSearch: an example of its 429 has another status"),
        ["code of a failure"] = (root => Problem(root, 429)["examples"] = new JsonObject { ["request.failed"] = Problem(root, 429)["examples"]!["rate_limit.exceeded"]!.DeepClone() }, "SubmitMapSearch: its 429 does not say which error it is"),
        ["malformed body"] = (root => Responses(root).Remove("400"), "SubmitMapSearch: no 400"),
        ["too large body"] = (root => Responses(root).Remove("413"), "SubmitMapSearch: no 413"),
        ["body of another type"] = (root => Responses(root).Remove("415"), "SubmitMapSearch: no 415"),
        ["nobody"] = (root => Responses(root).Remove("401"), "SubmitMapSearch: no 401"),
        ["store"] = (root => Responses(root).Remove("503"), "SubmitMapSearch: no 503"),
        ["malformed parameter"] = (root => root["paths"]!["/api/v1/map-searches/{id}/results"]!["get"]!["responses"]!.AsObject().Remove("400"), "GetMapSearchResults: no 400"),
        ["nothing there"] = (root => root["paths"]!["/api/v1/map-searches/{id}"]!["get"]!["responses"]!.AsObject().Remove("404"), "GetMapSearch: no 404"),
        ["type of a member"] = (root => root["components"]!["schemas"]!["ProfileResponse"]!["properties"]!["id"]!.AsObject().Remove("type"), "ProfileResponse: no type of 'id'"),
    };

    public static TheoryData<string> Parts => [.. s_spoilt.Keys];

    [Fact]
    public void Nothing_is_missing() => ApiGaps.Find(s_approved).ShouldBeEmpty();

    [Theory]
    [MemberData(nameof(Parts))]
    public void A_part_that_is_missing_is_noticed(string part)
    {
        var (spoil, gap) = s_spoilt[part];
        var root = s_approved.Root.DeepClone().AsObject();
        spoil(root);

        ApiGaps.Find(new ApiDocument(root)).ShouldContain(found => found.StartsWith(gap, StringComparison.Ordinal));
    }

    [Fact]
    public void It_is_read_without_complaint()
    {
        var read = OpenApiDocument.Parse(s_approved.Root.ToJsonString(), "json").Diagnostic.ShouldNotBeNull();

        read.Errors.ShouldBeEmpty();
        read.Warnings.ShouldBeEmpty();
    }

    [Fact]
    public void Every_example_is_what_its_schema_says()
    {
        var examples = Examples(s_approved).ToList();
        examples.Count.ShouldBeGreaterThan(100);

        examples.SelectMany(example => s_approved.Violations(example.Schema, example.Value.ToJsonString()).Select(violation => $"{example.Where}: {violation}")).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("status", "\"sleeping\"")]
    [InlineData("status", "1")]
    [InlineData("createdAt", "\"yesterday\"")]
    [InlineData("progress", "{}")]
    [InlineData("error", "null")]
    [InlineData("id", null)]
    public void An_example_that_is_something_else_is_noticed(string member, string? value)
    {
        var example = Examples(s_approved).Single(example => example.Where == "GetMapSearch 200");
        var spoilt = example.Value.DeepClone().AsObject();
        spoilt.Remove(member);
        if (value is not null)
        {
            spoilt[member] = JsonNode.Parse(value);
        }

        s_approved.Violations(example.Schema, spoilt.ToJsonString()).ShouldNotBeEmpty();
    }

    [Fact]
    public void Closed_lists_of_words_are_those_of_the_domain()
    {
        Words("MapSearchResponse", "status").ShouldBe(Enum.GetNames<MapSearchState>().Select(name => name.ToLowerInvariant()));
        Words("MapSearchResultsResponse", "status").ShouldBe(Words("MapSearchResponse", "status"));
        Words("LegacyStatusResponse", "status").ShouldBe(Words("MapSearchResponse", "status").Except(["cancelled"]));
        Words("ProgressResponse", "phase").ShouldBe(["queued", "listing-maps", "reading-leaderboards", "resolving-names", "finished"]);
        Words("UnsentEmailResponse", "state").ShouldBe(DailyEmailWords.States.Except(["sent"]));
        Words("SubmitMapSearchBody", "period").ShouldBe(SearchPeriod.All.Select(period => period.Name));
        Words("MapSearchResponse", "period").ShouldBe(Words("SubmitMapSearchBody", "period"));
        s_approved.Operations.Single(operation => operation.Id == "StartMapSearch").Parameters.Single(parameter => (string)parameter["name"]! == "period")["schema"]!["enum"]!.AsArray()
            .Select(word => (string)word!).ShouldBe(Words("SubmitMapSearchBody", "period"));
    }

    /// <summary>Nothing in their bodies must be there.</summary>
    private static readonly string[] s_optional = ["LookUpAccountNames", "CreateAlert", "ChangeAlert", "ChangeMailPreferences"];

    [Fact]
    public void A_client_must_send_what_is_needed_and_no_more()
    {
        Required("LoginBody").ShouldBe(["password"]);
        Required("ConfirmPasswordResetBody").ShouldBe(["token", "newPassword"], ignoreOrder: true);
        Required("RegisterBody").ShouldBe(["email", "username", "password"], ignoreOrder: true);
        Schema("RegisterBody")["properties"]!["email"]!["type"]!.ToJsonString().ShouldBe("\"string\"");
        s_approved.Operations.Where(operation => operation.Body is not null).ShouldAllBe(
            operation => (bool?)operation.Node["requestBody"]!["required"] == true == s_optional.All(id => id != operation.Id));
    }

    [Fact]
    public void An_answer_is_not_said_to_have_what_it_may_leave_out()
    {
        Required("Problem").Intersect(["errors", "retryAfter"]).ShouldBeEmpty();
        Required("MapSearchResponse").ShouldNotContain("error");
        Schema("MapSearchResponse")["properties"]!["error"]!["type"]!.ToJsonString().ShouldBe("\"string\"");

        // What it writes as null it always writes.
        Required("ProgressResponse").ShouldContain("queuePlace");
        Schema("ProgressResponse")["properties"]!["queuePlace"]!["type"]!.AsArray().Select(type => (string)type!).ShouldBe(["null", "integer"], ignoreOrder: true);
    }

    private static IEnumerable<(string Where, JsonNode Schema, JsonNode Value)> Examples(ApiDocument document)
    {
        foreach (var operation in document.Operations)
        {
            var media = operation.Responses.SelectMany(answer => (answer.Value!["content"]?.AsObject() ?? []).Select(content => (Where: $"{operation.Id} {answer.Key}", Content: content.Value!)));
            foreach (var (where, content) in operation.Body is { } body ? media.Prepend(($"{operation.Id} request", body)) : media)
            {
                if (content["example"] is { } example)
                {
                    yield return (where, content["schema"]!, example);
                }

                foreach (var (name, named) in content["examples"]?.AsObject() ?? [])
                {
                    yield return ($"{where} {name}", content["schema"]!, named!["value"]!);
                }
            }
        }
    }

    private static JsonObject Schema(string name) => s_approved.Root["components"]!["schemas"]![name]!.AsObject();

    private static IEnumerable<string> Required(string schema) => Schema(schema)["required"]!.AsArray().Select(name => (string)name!);

    private static IEnumerable<string> Words(string schema, string member) => Schema(schema)["properties"]![member]!["enum"]!.AsArray().Select(word => (string)word!);

    private static JsonObject Operation(JsonObject root) => root["paths"]!["/api/v1/map-searches"]!["post"]!.AsObject();

    private static JsonObject Body(JsonObject root) => Operation(root)["requestBody"]!["content"]!["application/json"]!.AsObject();

    private static JsonObject Responses(JsonObject root) => Operation(root)["responses"]!.AsObject();

    private static JsonObject Problem(JsonObject root, int status) => Responses(root)[$"{status}"]!["content"]!["application/problem+json"]!.AsObject();

    private static JsonObject Parameter(JsonObject root) => root["paths"]!["/api/v1/map-searches/{id}"]!["get"]!["parameters"]![0]!.AsObject();
}
