using System.Text;

namespace Backend.WebApi.Http;

/// <summary>A page for people whose address is a secret of theirs: it is kept nowhere, found by nobody and told to no other site.</summary>
internal sealed class PageResult(int status, string html, TimeSpan? retryAfter = null) : IResult
{
    /// <summary>Styles stand on the elements, as in mails; nothing else is needed, from nowhere. Forms lead back here.</summary>
    private const string Policy = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = status;
        response.ContentType = "text/html; charset=utf-8";
        response.Headers.ContentSecurityPolicy = Policy;
        response.Headers.CacheControl = "no-store";
        response.Headers["Referrer-Policy"] = "no-referrer";
        response.Headers["X-Robots-Tag"] = "noindex";
        if (retryAfter is { } wait)
        {
            response.Headers.RetryAfter = WholeSeconds.From(wait).ToString();
        }

        var bytes = Encoding.UTF8.GetBytes(html);
        response.ContentLength = bytes.Length;
        await response.Body.WriteAsync(bytes, httpContext.RequestAborted);
    }
}
