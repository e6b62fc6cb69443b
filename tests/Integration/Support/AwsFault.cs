namespace Backend.Integration.Support;

/// <summary>What <see cref="FaultyAws"/> does to a request.</summary>
internal abstract record AwsFault
{
    /// <summary>The request never arrives: its connection is closed.</summary>
    /// <remarks>The SDK's transport sends such a request again at once, up to ten times, even when the client is to try only once.</remarks>
    public static AwsFault Lost { get; } = new LostRequest();

    /// <summary>The request is carried out, but its connection is closed in place of an answer, so that the client sends it again.</summary>
    /// <remarks><inheritdoc cref="Lost" path="/remarks"/></remarks>
    public static AwsFault Unanswered { get; } = new LostAnswer();

    /// <summary>The request waits for <see cref="FaultyAws.Release"/>, and is carried out then.</summary>
    public static AwsFault Hanging { get; } = new Hang();

    /// <summary>The request is carried out after a while.</summary>
    public static AwsFault Late(TimeSpan delay) => new Delay(delay);

    /// <summary>The request is not carried out.</summary>
    /// <param name="code">As <c>ProvisionedThroughputExceededException</c>.</param>
    public static AwsFault Error(string code, int status = 400, string message = "The test wants it.") => new Answer(code, status, message);

    internal sealed record LostRequest : AwsFault;

    internal sealed record LostAnswer : AwsFault;

    internal sealed record Hang : AwsFault;

    internal sealed record Delay(TimeSpan Duration) : AwsFault;

    internal sealed record Answer(string Code, int Status, string Message) : AwsFault;
}
