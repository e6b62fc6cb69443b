using System.Globalization;
using System.Net;
using Backend.Infrastructure.Trackmania;
using Microsoft.Extensions.Time.Testing;

namespace Backend.Integration.Trackmania;

public sealed class QuietTimeTests
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 20, 12, 0, 0, TimeSpan.Zero));

    [Theory]
    [InlineData(429, "7", 1, 7.0)]
    [InlineData(429, "0", 1, 0.0)]
    [InlineData(429, "Fri, 20 Nov 2026 12:00:09 GMT", 1, 9.0)]
    [InlineData(429, "Fri, 20 Nov 2026 11:59:00 GMT", 1, 0.0)]
    [InlineData(429, "7200", 1, 300.0)]
    [InlineData(429, "junk", 1, 2.0)]
    [InlineData(429, null, 1, 2.0)]
    [InlineData(429, null, 3, 8.0)]
    [InlineData(503, "7", 1, 7.0)]
    [InlineData(503, null, 1, null)]
    [InlineData(500, "7", 1, null)]
    [InlineData(200, "7", 1, null)]
    public void An_answer_calls_for_quiet(int status, string? retryAfter, int attempt, double? seconds)
    {
        using var response = new HttpResponseMessage((HttpStatusCode)status);
        response.Headers.TryAddWithoutValidation("Retry-After", retryAfter);

        QuietTime.AskedBy(response, attempt, _time)?.TotalSeconds.ToString(CultureInfo.InvariantCulture)
            .ShouldBe(seconds?.ToString(CultureInfo.InvariantCulture));
        (QuietTime.AskedBy(response, attempt, _time) is null).ShouldBe(seconds is null);
    }
}
