using Amazon.SimpleSystemsManagement;
using Amazon.SimpleSystemsManagement.Model;
using Backend.Application.Ports;
using Microsoft.Extensions.Configuration;

namespace Backend.Infrastructure.Aws;

/// <summary>
/// Secrets from the Parameter Store of AWS Systems Manager: <c>Aws:Parameters:&lt;setting&gt;</c> names the parameter that holds the
/// setting's value. They are read once, at start; a setting that is given directly is left as it is.
/// </summary>
public static class AwsParameters
{
    private const string Section = "Aws:Parameters";

    private const int MaxReadTogether = 10;

    private static readonly TimeSpan s_attempt = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    /// <param name="errors">Gets one sentence for each parameter that cannot be had.</param>
    public static async Task AddAsync(IConfigurationManager configuration, ICollection<string> errors, CancellationToken cancellationToken)
    {
        var names = configuration.GetSection(Section).AsEnumerable(makePathsRelative: true)
            .Where(entry => !string.IsNullOrEmpty(entry.Value) && string.IsNullOrEmpty(configuration[entry.Key]))
            .ToDictionary(entry => entry.Key, entry => entry.Value!, StringComparer.OrdinalIgnoreCase);
        if (names.Count == 0)
        {
            return;
        }

        if (!AwsSettings.HasRegion())
        {
            errors.Add($"Parameters are named in {Section}, but there is no region; set AWS_REGION.");
            return;
        }

        try
        {
            using var client = new AmazonSimpleSystemsManagementClient(AwsClients.Configure(new AmazonSimpleSystemsManagementConfig(), s_attempt));
            var values = await ReadAsync(client, names.Values.Distinct(StringComparer.Ordinal), cancellationToken);
            foreach (var (setting, name) in names.Where(n => !values.ContainsKey(n.Value)))
            {
                errors.Add($"{Section}:{setting} is '{name}', but there is no such parameter.");
            }

            configuration.AddInMemoryCollection(names.Where(n => values.ContainsKey(n.Value)).Select(n => KeyValuePair.Create(n.Key, (string?)values[n.Value])));
        }
        catch (StoreUnavailableException exception)
        {
            errors.Add($"The parameters of {Section} cannot be read. {exception.Message.TrimEnd('.')}.");
        }
        catch (Amazon.Runtime.AmazonServiceException exception)
        {
            errors.Add($"The parameters of {Section} cannot be read: {exception.Message.TrimEnd('.')}.");
        }
    }

    private static async Task<Dictionary<string, string>> ReadAsync(AmazonSimpleSystemsManagementClient client, IEnumerable<string> names, CancellationToken cancellationToken)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var chunk in names.Chunk(MaxReadTogether))
        {
            var answer = await AwsFailures.GuardAsync(
                token => client.GetParametersAsync(new GetParametersRequest { Names = [.. chunk], WithDecryption = true }, token), cancellationToken, s_patience);
            foreach (var parameter in answer.Parameters ?? [])
            {
                // A version or label that was asked for comes back beside the name.
                values[parameter.Name + parameter.Selector] = parameter.Value;
            }
        }

        return values;
    }
}
