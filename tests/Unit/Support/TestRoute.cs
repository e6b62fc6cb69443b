using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;

namespace Backend.Unit.Support;

/// <summary>The one route of an application that never starts, asked without a server.</summary>
internal sealed class TestRoute
{
    private readonly WebApplication _app;

    public TestRoute(Action<IEndpointRouteBuilder> map)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        _app = builder.Build();
        map(_app);
    }

    public RouteEndpoint Endpoint => ((IEndpointRouteBuilder)_app).DataSources.SelectMany(d => d.Endpoints).OfType<RouteEndpoint>().Single();

    public async Task<TestAnswer> AskAsync(params (string Name, string Value)[] headers)
    {
        var endpoint = Endpoint;
        var context = new DefaultHttpContext { RequestServices = _app.Services };
        using var body = new MemoryStream();
        context.Request.Method = HttpMethods.Get;
        context.Response.Body = body;
        foreach (var (name, value) in headers)
        {
            context.Request.Headers[name] = value;
        }

        context.SetEndpoint(endpoint);
        await endpoint.RequestDelegate!(context);
        return new TestAnswer(context.Response.StatusCode, context.Response.Headers, body.ToArray());
    }
}

internal sealed record TestAnswer(int Status, IHeaderDictionary Headers, byte[] Body);
