using Backend.Application.Ports;
using Backend.Infrastructure.Selection;
using Microsoft.Extensions.Configuration;

namespace Backend.Infrastructure.Aws;

/// <summary>The tables and queues of a configuration, for commands that need nothing else of the service.</summary>
public static class AwsResources
{
    /// <exception cref="ConfigurationException">A setting cannot be followed, or AWS does not answer.</exception>
    public static async Task<AwsProvisioningOutcome> ProvisionAsync(IConfiguration configuration, CancellationToken cancellationToken)
    {
        var errors = new List<string>();
        var settings = AwsSettings.Read(configuration, errors);
        if (errors.Count > 0)
        {
            throw new ConfigurationException(errors);
        }

        using var dynamo = AwsClients.DynamoDb();
        using var sqs = AwsClients.Sqs();
        try
        {
            return await new AwsProvisioning(dynamo, sqs, settings).ProvisionAsync(cancellationToken);
        }
        catch (StoreUnavailableException exception)
        {
            throw new ConfigurationException([exception.Message]);
        }
    }
}
