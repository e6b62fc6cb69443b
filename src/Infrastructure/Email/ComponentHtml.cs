using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.Extensions.Logging;

namespace Backend.Infrastructure.Email;

/// <summary>Razor components as text; they write every text so that it stays text.</summary>
internal static class ComponentHtml
{
    public static async Task<string> RenderAsync<TComponent>(IServiceProvider services, ILoggerFactory loggers, Dictionary<string, object?> parameters, CancellationToken cancellationToken)
        where TComponent : IComponent
    {
        cancellationToken.ThrowIfCancellationRequested();
        await using var renderer = new HtmlRenderer(services, loggers);
        return await renderer.Dispatcher.InvokeAsync(async () =>
        {
            var page = await renderer.RenderComponentAsync<TComponent>(ParameterView.FromDictionary(parameters));
            return page.ToHtmlString();
        });
    }
}
