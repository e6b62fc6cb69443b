using Backend.Application.Maintenance;
using Backend.Application.Ports;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Backend.Infrastructure.Aws;

internal static class AwsRegistration
{
    /// <summary>What all AWS adapters share. The order of the hosted services matters: nothing may run before everything is there.</summary>
    public static void AddAws(this IServiceCollection services, AwsSettings settings, AwsNeeds needs)
    {
        services.AddSingleton(settings);
        services.AddSingleton(needs);
        services.AddSingleton<Amazon.DynamoDBv2.IAmazonDynamoDB>(_ => AwsClients.DynamoDb());
        services.AddSingleton<Amazon.SQS.IAmazonSQS>(_ => AwsClients.Sqs());
        services.AddSingleton<DynamoDatabase>();
        services.AddSingleton<AwsProvisioning>();
        services.AddSingleton<IHostedService, AwsStart>();
        if (needs.Tables.Count > 0)
        {
            services.AddSingleton<IReadinessProbe, DynamoProbe>();
        }

        services.AddSingleton<SqsQueues>();
        if (needs.Queues.Count > 0)
        {
            services.AddSingleton<IReadinessProbe, SqsProbe>();
        }
    }

    /// <summary>Table and queue, and what keeps the one in step with the other.</summary>
    public static IServiceCollection AddMapSearchesOnAws(this IServiceCollection services)
    {
        services.AddSingleton<DynamoMapSearchJobStore>();
        services.AddSingleton<IMapSearchJobStore>(provider => provider.GetRequiredService<DynamoMapSearchJobStore>());
        services.AddSingleton(provider => new SqsMapSearchQueue(provider.GetRequiredService<SqsQueues>()));
        services.AddSingleton<IMapSearchQueue>(provider => provider.GetRequiredService<SqsMapSearchQueue>());
        services.AddSingleton<IMapSearchMessages>(provider => provider.GetRequiredService<SqsMapSearchQueue>());
        services.AddSingleton<MapSearchSweep>();
        return services.AddSingleton<IUpkeep>(provider => provider.GetRequiredService<MapSearchSweep>());
    }

    /// <summary>The queue alone: the checks stay where users are.</summary>
    public static IServiceCollection AddDailyChecksOnAws(this IServiceCollection services)
    {
        services.AddSingleton<SqsDailyCheckQueue>();
        services.AddSingleton<IDailyCheckQueue>(provider => provider.GetRequiredService<SqsDailyCheckQueue>());
        services.AddSingleton<IDailyCheckMessages>(provider => provider.GetRequiredService<SqsDailyCheckQueue>());
        return services.AddSingleton<IUpkeep, DailyCheckSweep>();
    }
}
