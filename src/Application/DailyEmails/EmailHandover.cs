using Backend.Application.Ports;

namespace Backend.Application.DailyEmails;

internal static class EmailHandover
{
    /// <summary>Less than a host gives its workers to stop.</summary>
    private static readonly TimeSpan s_timeToStop = TimeSpan.FromSeconds(15);

    /// <summary>What was begun is brought to an end that is known: on the way down it gets a little time, and is called off then.</summary>
    public static async Task<EmailDelivery> HandOverAsync(this IEmailTransport transport, OutgoingEmail email, TimeProvider clock, CancellationToken stop)
    {
        using var over = new CancellationTokenSource(Timeout.InfiniteTimeSpan, clock);
        await using var stopping = stop.Register(() => over.CancelAfter(s_timeToStop));
        return await transport.SendAsync(email, over.Token);
    }
}
