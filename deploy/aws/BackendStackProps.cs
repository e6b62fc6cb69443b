using Amazon.CDK;

namespace Backend.Deploy;

/// <summary>What differs between one deployment and another.</summary>
public sealed class BackendStackProps : StackProps
{
    /// <summary>Name of the ECR repository that holds the image.</summary>
    public required string Repository { get; init; }

    /// <summary>Tag of the image, or its digest. A tag that is moved later is not noticed: functions keep the image they were made from.</summary>
    public required string Tag { get; init; }

    /// <summary>What the names of tables and queues begin with.</summary>
    public string Prefix { get; init; } = "backend-";

    /// <summary>The hour at which the daily run begins, in UTC.</summary>
    public int DailyHour { get; init; } = 4;

    /// <summary>Origins whose pages may call the service, separated by commas; none by default.</summary>
    public string? AllowedOrigins { get; init; }
}
