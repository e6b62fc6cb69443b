using System.Text;
using Backend.Application.Ports;

namespace Backend.WebApi.Http;

/// <summary>A page for people whose address is a secret of theirs: it is kept nowhere, found by nobody and told to no other site.</summary>
internal sealed class PageResult(int status, MailPage page, TimeSpan? retryAfter = null) : IResult
{
    /// <summary>Nothing but the page's own sheet is needed, from nowhere. Forms lead back here.</summary>
    private readonly string _policy = $"default-src 'none'; style-src 'sha256-{page.StyleHash}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    /// <summary>Says that something did not work, and why.</summary>
    public static async Task<PageResult> OfFailureAsync(int status, string message, TimeSpan? retryAfter, IMailPages pages, CancellationToken cancellationToken) =>
        new(status, await pages.RenderMessageAsync("This did not work", message, link: null, cancellationToken), retryAfter);

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = status;
        response.ContentType = "text/html; charset=utf-8";
        response.Headers.ContentSecurityPolicy = _policy;
        response.Headers.CacheControl = "no-store";
        response.Headers["Referrer-Policy"] = "no-referrer";
        response.Headers["X-Robots-Tag"] = "noindex";
        if (retryAfter is { } wait)
        {
            response.Headers.RetryAfter = WholeSeconds.From(wait).ToString();
        }

        var bytes = Encoding.UTF8.GetBytes(page.Html);
        response.ContentLength = bytes.Length;
        await response.Body.WriteAsync(bytes, httpContext.RequestAborted);
    }
}
