using Backend.Application.Ports;
using Backend.Infrastructure.Aws;
using Backend.Infrastructure.InMemory;
using Backend.Infrastructure.Postgres;
using Backend.Infrastructure.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace Backend.Infrastructure.Selection;

/// <summary>What can be chosen for which port.</summary>
internal static class PortTable
{
    /// <summary>Mails are handed to other technologies than data are kept by, so they are chosen apart from the table.</summary>
    public const string Email = "Email";

    public static IReadOnlyList<PortEntry> Ports { get; } =
    [
        // What belongs to a user goes with him in one step, so one technology keeps all of it.
        new("Users", typeof(IUserStore), typeof(IAlertStore), typeof(IDriverNotificationStore), typeof(INotificationHistory), typeof(IFeedbackStore), typeof(ISiteSettingStore), typeof(IDailyRunStore), typeof(IDailyEmailStore), typeof(IPasswordResetStore))
        {
            InMemory = s => s.AddSingleton<InMemoryRelations>()
                .AddSingleton<IUserStore, InMemoryUserStore>()
                .AddSingleton<IAlertStore, InMemoryAlertStore>()
                .AddSingleton<IDriverNotificationStore, InMemoryDriverNotificationStore>()
                .AddSingleton<INotificationHistory, InMemoryNotificationHistory>()
                .AddSingleton<IFeedbackStore, InMemoryFeedbackStore>()
                .AddSingleton<ISiteSettingStore, InMemorySiteSettingStore>()
                .AddSingleton<IDailyRunStore, InMemoryDailyRunStore>()
                .AddSingleton<IDailyEmailStore, InMemoryDailyEmailStore>()
                .AddSingleton<IPasswordResetStore, InMemoryPasswordResetStore>(),
            Postgres = s => s.AddSingleton<IUserStore, PostgresUserStore>()
                .AddSingleton<IAlertStore, PostgresAlertStore>()
                .AddSingleton<IDriverNotificationStore, PostgresDriverNotificationStore>()
                .AddSingleton<INotificationHistory, PostgresNotificationHistory>()
                .AddSingleton<IFeedbackStore, PostgresFeedbackStore>()
                .AddSingleton<ISiteSettingStore, PostgresSiteSettingStore>()
                .AddSingleton<IDailyRunStore, PostgresDailyRunStore>()
                .AddSingleton<IDailyEmailStore, PostgresDailyEmailStore>()
                .AddSingleton<IPasswordResetStore, PostgresPasswordResetStore>(),
        },
        new("DailyQueue", typeof(IDailyCheckQueue))
        {
            // The checks are kept where users are, whatever that is.
            InMemory = s => s.AddSingleton<IDailyCheckQueue, StoredDailyCheckQueue>(),
            Postgres = s => s.AddSingleton<IDailyCheckQueue, StoredDailyCheckQueue>(),
            Aws = s => s.AddDailyChecksOnAws(),
            AwsQueue = AwsSchema.DailyCheckQueue,
        },
        new("Sessions", typeof(ISessionStore))
        {
            InMemory = s => s.AddSingleton<ISessionStore, InMemorySessionStore>(),
            Postgres = s => s.AddSingleton<ISessionStore, PostgresSessionStore>(),
            Aws = s => s.AddSingleton<ISessionStore, DynamoSessionStore>(),
            AwsTable = AwsSchema.Sessions,
        },
        new("Jobs", typeof(IMapSearchJobStore), typeof(IMapSearchQueue))
        {
            InMemory = s => s.AddSingleton<IMapSearchJobStore, InMemoryMapSearchJobStore>().AddSingleton<IMapSearchQueue, InMemoryMapSearchQueue>(),
            Postgres = s => s.AddMapSearchBell().AddSingleton<IMapSearchJobStore, PostgresMapSearchJobStore>().AddSingleton<IMapSearchQueue, PostgresMapSearchQueue>(),
            Aws = s => s.AddMapSearchesOnAws(),
            AwsTable = AwsSchema.MapSearches,
            AwsQueue = AwsSchema.MapSearchQueue,
        },
        new("UpstreamTokens", typeof(IUpstreamTokenStore))
        {
            InMemory = s => s.AddSingleton<IUpstreamTokenStore, InMemoryUpstreamTokenStore>(),
            Postgres = s => s.AddSingleton<IUpstreamTokenStore, PostgresUpstreamTokenStore>(),
            Aws = s => s.AddSingleton<IUpstreamTokenStore, DynamoUpstreamTokenStore>(),
            AwsTable = AwsSchema.UpstreamTokens,
        },
        new("UpstreamBudget", typeof(IUpstreamBudget))
        {
            InMemory = s => s.AddSingleton<IUpstreamBudget, InMemoryUpstreamBudget>(),
            Postgres = s => s.AddSingleton<IUpstreamBudget, PostgresUpstreamBudget>(),
            Aws = s => s.AddSingleton<IUpstreamBudget, DynamoUpstreamBudget>(),
            AwsTable = AwsSchema.UpstreamBudget,
        },
        new("LeaderboardCache", typeof(ILeaderboardCache))
        {
            InMemory = s => s.AddSingleton<ILeaderboardCache, InMemoryLeaderboardCache>(),
            Postgres = s => s.AddSingleton<ILeaderboardCache, PostgresLeaderboardCache>(),
            Aws = s => s.AddSingleton<ILeaderboardCache, DynamoLeaderboardCache>(),
            AwsTable = AwsSchema.LeaderboardCache,
        },
        new("RateLimits", typeof(IRateLimiter))
        {
            InMemory = s => s.AddSingleton<IRateLimiter, InMemoryRateLimiter>(),
            Postgres = s => s.AddSingleton<IRateLimiter, PostgresRateLimiter>(),
            Aws = s => s.AddSingleton<IRateLimiter, DynamoRateLimiter>(),
            AwsTable = AwsSchema.RateLimits,
        },
    ];

    /// <summary>Of all that has a setting <c>Adapters:&lt;name&gt;</c>.</summary>
    public static IEnumerable<string> Names => Ports.Select(p => p.Name).Append(Email);
}

/// <summary>One line of the table: ports that change only together, and how each technology provides them.</summary>
/// <param name="name">Setting <c>Adapters:&lt;name&gt;</c>.</param>
internal sealed class PortEntry(string name, params Type[] ports)
{
    public string Name { get; } = name;

    public IReadOnlyList<Type> Ports { get; } = ports;

    public Func<IServiceCollection, IServiceCollection>? InMemory { get; init; }

    public Func<IServiceCollection, IServiceCollection>? Postgres { get; init; }

    public Func<IServiceCollection, IServiceCollection>? Aws { get; init; }

    public AwsTable? AwsTable { get; init; }

    public AwsQueue? AwsQueue { get; init; }

    public IEnumerable<AdapterKind> Kinds => Enum.GetValues<AdapterKind>().Where(kind => Registration(kind) is not null);

    /// <summary>What serves the port in a profile: relational data stays relational on AWS too. Null when the profile cannot be had.</summary>
    public AdapterKind? KindIn(AdapterKind profile) =>
        Registration(profile) is not null ? profile : profile == AdapterKind.Aws && Postgres is not null ? AdapterKind.Postgres : null;

    public Func<IServiceCollection, IServiceCollection>? Registration(AdapterKind kind) => kind switch
    {
        AdapterKind.InMemory => InMemory,
        AdapterKind.Postgres => Postgres,
        AdapterKind.Aws => Aws,
        _ => null,
    };
}
