using Backend.Application.Ports;

namespace Backend.Infrastructure.Aws;

/// <summary>Asks for an item that is not there, as every request asks for one.</summary>
internal sealed class DynamoProbe(DynamoDatabase database, AwsNeeds needs, AwsSettings settings) : IReadinessProbe
{
    public string Name => "dynamodb";

    public Task<bool> IsReadyAsync(CancellationToken cancellationToken) =>
        AwsProbe.AnswersAsync(() => database.FindAsync(settings.NameOf(needs.Tables[0]), "probe", "probe", cancellationToken), cancellationToken);
}

internal sealed class SqsProbe(SqsQueues queues, AwsNeeds needs) : IReadinessProbe
{
    public string Name => "sqs";

    public Task<bool> IsReadyAsync(CancellationToken cancellationToken) =>
        AwsProbe.AnswersAsync(
            () => Task.WhenAll(needs.Queues.Select(queue => queues.Of(queue).ReadAttributesAsync(["QueueArn"], cancellationToken))), cancellationToken);
}

file static class AwsProbe
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(2);

    public static async Task<bool> AnswersAsync<T>(Func<Task<T>> ask, CancellationToken cancellationToken)
    {
        try
        {
            await ask().WaitAsync(s_limit, TimeProvider.System, cancellationToken);
            return true;
        }
        catch (Exception exception) when (exception is TimeoutException or StoreUnavailableException)
        {
            return false;
        }
    }
}
