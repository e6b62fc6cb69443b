using System.Text.Json;

namespace Backend.Infrastructure.Trackmania;

/// <summary>
/// Reads the body within the attempt, so that its time limit covers a body that drips and a retry covers one that was
/// cut short. A good status with a body that is no JSON (cut short, or a proxy's page) counts as a failed attempt;
/// JSON of the wrong shape does not, because asking again would not change it.
/// </summary>
internal sealed class WholeAnswerHandler(long maxBytes) : DelegatingHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await base.SendAsync(request, cancellationToken);
        try
        {
            if (response.IsSuccessStatusCode)
            {
                await response.Content.LoadIntoBufferAsync(maxBytes, cancellationToken);
                await RequireJsonAsync(response.Content, cancellationToken);
            }
            else
            {
                // Nobody reads the bodies of failures: their shapes are not agreed on.
                response.Content.Dispose();
                response.Content = new ByteArrayContent([]);
            }

            return response;
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    private static async Task RequireJsonAsync(HttpContent content, CancellationToken cancellationToken)
    {
        try
        {
            // The buffered content hands out one and the same stream, so it is wound back for its reader, not closed.
            var body = await content.ReadAsStreamAsync(cancellationToken);
            using var document = await JsonDocument.ParseAsync(body, cancellationToken: cancellationToken);
            body.Position = 0;
        }
        catch (JsonException exception)
        {
            throw new HttpRequestException(HttpRequestError.InvalidResponse, "The body is not JSON.", exception);
        }
    }
}
