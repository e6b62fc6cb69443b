using Backend.Application.Ports;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Backend.Infrastructure.Trackmania;

internal static class TrackmaniaClients
{
    /// <summary>Needs an <see cref="IUpstreamBudget"/> and an <see cref="IUpstreamTokenStore"/>, both singletons, from whichever adapters are chosen.</summary>
    public static IServiceCollection AddTrackmaniaClients(this IServiceCollection services, TrackmaniaOptions options)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(options);
        services.AddSingleton(new TrackmaniaAddresses(options.CoreUrl, options.LiveUrl, options.OAuthUrl, options.TmxUrl));
        services.AddSingleton<NadeoTokenProvider>();
        services.AddSingleton<OAuthTokenProvider>();
        services.AddSingleton<MapSnapshots>();

        services.AddHttpClient<NadeoAuthenticationClient>()
            .AddUpstreamPipeline(UpstreamService.Nadeo, UpstreamPriority.Renewal, options.NadeoTimeout, options.NadeoMaxBodyBytes, options);
        services.AddHttpClient<ILeaderboardSource, NadeoLeaderboardClient>(nameof(NadeoLeaderboardClient))
            .AddUpstreamPipeline(UpstreamService.Nadeo, UpstreamPriority.Interactive, options.NadeoTimeout, options.NadeoMaxBodyBytes, options);
        services.AddHttpClient<OAuthAuthenticationClient>()
            .AddUpstreamPipeline(UpstreamService.OAuth, UpstreamPriority.Renewal, options.OAuthTimeout, options.OAuthMaxBodyBytes, options);
        services.AddHttpClient<IPlayerNames, TrackmaniaOAuthClient>(nameof(TrackmaniaOAuthClient))
            .AddUpstreamPipeline(UpstreamService.OAuth, UpstreamPriority.Interactive, options.OAuthTimeout, options.OAuthMaxBodyBytes, options);
        services.AddHttpClient<IMapDirectory, TrackmaniaExchangeClient>(nameof(TrackmaniaExchangeClient))
            .AddUpstreamPipeline(UpstreamService.Tmx, UpstreamPriority.Interactive, options.TmxTimeout, options.TmxMaxBodyBytes, options);
        services.AddHttpClient<ITmxUserDirectory, TrackmaniaExchangeUserClient>(nameof(TrackmaniaExchangeUserClient))
            .AddUpstreamPipeline(UpstreamService.Tmx, UpstreamPriority.Interactive, options.TmxTimeout, options.TmxMaxBodyBytes, options);

        // What nobody waits for takes only the slots that nobody else wants.
        services.AddNightly<ILeaderboardSource, NadeoLeaderboardClient>(UpstreamService.Nadeo, options.NadeoTimeout, options.NadeoMaxBodyBytes, options);
        services.AddSingleton(provider => (IPositionSource)provider.GetRequiredKeyedService<ILeaderboardSource>(UpstreamPriority.Nightly));
        services.AddNightly<IPlayerNames, TrackmaniaOAuthClient>(UpstreamService.OAuth, options.OAuthTimeout, options.OAuthMaxBodyBytes, options);
        services.AddNightly<IMapDirectory, TrackmaniaExchangeClient>(UpstreamService.Tmx, options.TmxTimeout, options.TmxMaxBodyBytes, options);
        return services;
    }

    private static void AddNightly<TPort, TClient>(this IServiceCollection services, UpstreamService service, TimeSpan timeout, long maxBytes, TrackmaniaOptions options)
        where TPort : class
        where TClient : class, TPort
    {
        var name = $"Nightly{typeof(TClient).Name}";
        services.AddHttpClient(name).AddUpstreamPipeline(service, UpstreamPriority.Nightly, timeout, maxBytes, options);
        services.AddKeyedSingleton<TPort>(
            UpstreamPriority.Nightly, (provider, _) => ActivatorUtilities.CreateInstance<TClient>(provider, provider.GetRequiredService<IHttpClientFactory>().CreateClient(name)));
    }
}
