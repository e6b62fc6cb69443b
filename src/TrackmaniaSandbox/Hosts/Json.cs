using System.Buffers;
using System.Globalization;
using System.Text.Json;

namespace Backend.TrackmaniaSandbox;

/// <summary>Answers as upstream writes them: chunked JSON.</summary>
internal static class Json
{
    public static async Task WriteAsync(HttpContext context, int status, Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            write(writer);
        }

        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        await context.Response.Body.WriteAsync(buffer.WrittenMemory, context.RequestAborted);
    }

    public static Task OkAsync(HttpContext context, Action<Utf8JsonWriter> write) =>
        WriteAsync(context, StatusCodes.Status200OK, write);

    /// <summary>A number from the query: the fallback when absent, null when it is not a number.</summary>
    public static long? Number(HttpContext context, string name, long fallback)
    {
        string? text = context.Request.Query[name];
        if (string.IsNullOrEmpty(text))
        {
            return fallback;
        }

        return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) ? value : null;
    }

    public static string Route(HttpContext context, string name) => (string)context.Request.RouteValues[name]!;
}
