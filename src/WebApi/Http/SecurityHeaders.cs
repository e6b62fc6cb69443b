namespace Backend.WebApi.Http;

internal static class SecurityHeaders
{
    public static IApplicationBuilder UseSecurityHeaders(this IApplicationBuilder app) => app.Use(static (context, next) =>
    {
        Apply(context.Response);
        return next(context);
    });

    /// <summary>Again where the framework has cleared the headers.</summary>
    public static void Apply(HttpResponse response)
    {
        var headers = response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers.XXSSProtection = "1; mode=block";
        headers["Referrer-Policy"] = "strict-origin-when-cross-origin";

        // Over plain HTTP too: behind a proxy that ends TLS every request is one, and browsers heed it over TLS only.
        headers.StrictTransportSecurity = "max-age=31536000; includeSubDomains";
    }
}
