using Backend.Application;
using Backend.Application.Maintenance;
using Backend.Infrastructure;
using Backend.Infrastructure.Selection;
using Backend.WebApi.Endpoints;
using Backend.WebApi.Http;
using Backend.WebApi.Workers;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Cors.Infrastructure;
using Serilog;

namespace Backend.WebApi;

internal static class DependencyInjection
{
    private const int MaxBodyBytes = 1024 * 1024;

    /// <summary>Composes the whole service.</summary>
    /// <param name="errors">What has been found wrong so far.</param>
    /// <exception cref="ConfigurationException">It cannot start as it is configured; every problem is named.</exception>
    public static void AddBackend(this WebApplicationBuilder builder, List<string> errors)
    {
        builder.AddHosting(errors);
        builder.AddLogging();
        builder.AddHttp(errors);
        builder.AddSandbox(errors);
        builder.Services.AddApplication();
        var hosting = Hosting.Read(builder.Configuration, errors);
        builder.Services.AddSingleton(hosting);
        hosting.Check(builder.Services.AddInfrastructure(builder.Configuration, builder.Environment.IsDevelopment(), hosting.WorksByItself, errors), errors);
        builder.Services.ObserveRateLimits(isStrict: builder.Environment.IsDevelopment());
        builder.Services.AddSingleton<MapSearchRun>();
        builder.Services.AddSingleton<DailyCheckRun>();
        if (hosting.TakesEvents)
        {
            builder.Services.AddSingleton<LambdaMessages>();
        }

        builder.Services.AddSingleton(CronSecret.Read(builder.Configuration, errors));
        var schedule = DailySchedule.Read(builder.Configuration, builder.Environment.IsDevelopment(), errors);
        if (hosting.WorksByItself)
        {
            builder.Services.AddHostedService<MapSearchWorker>();
            builder.Services.AddHostedService<MapCountWorker>();
            builder.Services.AddHostedService<DailyCheckWorker>();
            builder.Services.AddHostedService<DailyEmailWorker>();
            builder.Services.AddHostedService<PasswordResetWorker>();
            if (schedule is not null)
            {
                builder.Services.AddSingleton(schedule);
                builder.Services.AddHostedService<DailyScheduleWorker>();
            }

            if (builder.Services.Any(service => service.ServiceType == typeof(IUpkeep)))
            {
                builder.Services.AddHostedService<UpkeepWorker>();
            }
        }

        builder.Services.AddHostedService<StartupLog>();
        builder.Services.AddSingleton(new DrainOptions(Setting.Read(builder.Configuration, "Http:DrainTime", TimeSpan.Zero, TimeSpan.Zero, TimeSpan.FromSeconds(20), errors)));
        builder.Services.AddHostedService<Drain>();
        if (errors.Count > 0)
        {
            throw new ConfigurationException(errors);
        }
    }

    /// <summary>The order of the request pipeline.</summary>
    public static void UseBackend(this WebApplication app)
    {
        if (app.Services.GetService<ForwardedHeadersOptions>() is { } forwarded)
        {
            app.UseForwardedHeaders(forwarded);
        }

        // Made now, or the service would be as old as its first caller.
        app.Services.GetRequiredService<ProcessStart>();
        app.UseSecurityHeaders();
        if (app.Services.GetService<ICorsService>() is not null)
        {
            app.UseCors();
        }

        app.UseExceptionHandler();
        app.UseStatusCodePages(ProblemResponses.WriteForStatusAsync);
        app.UseOptions();
        app.UseRouting();
        app.UseJsonCharsetCheck();
        app.UseAuthentication();
        app.UseAuthorization();
        app.UseMiddleware<UpstreamDeadline>();
        app.WithHead().MapEndpoints(app.Services.GetRequiredService<Hosting>());
    }

    private static void AddHosting(this WebApplicationBuilder builder, List<string> errors)
    {
        builder.Host.UseDefaultServiceProvider(options =>
        {
            options.ValidateOnBuild = true;
            options.ValidateScopes = true;
        });
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = MaxBodyBytes;
        });

        var configuration = builder.Configuration;
        if (string.IsNullOrEmpty(configuration[WebHostDefaults.ServerUrlsKey]) && string.IsNullOrEmpty(configuration["HTTP_PORTS"]))
        {
            var port = Setting.Read(configuration, "PORT", 3000, 0, 65_535, errors);
            builder.WebHost.UseUrls($"http://{(builder.Environment.IsDevelopment() ? "localhost" : "*")}:{port}");
        }
    }

    private static void AddLogging(this WebApplicationBuilder builder) =>
        builder.Services.AddSerilog(
            (services, logger) => logger
                .ReadFrom.Configuration(builder.Configuration)
                .ReadFrom.Services(services)

                // Said in plain sentences at the end of Program, where a stack trace would bury it.
                .Filter.ByExcluding(entry => entry.Exception is ConfigurationException),
            preserveStaticLogger: true);

    private static void AddHttp(this WebApplicationBuilder builder, List<string> errors)
    {
        var services = builder.Services;
        services.ConfigureHttpJsonOptions(options => ApiJson.Configure(options.SerializerOptions));
        services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true);
        services.Configure<RouteOptions>(options => options.LowercaseUrls = true);
        services.AddExceptionHandler<UnhandledExceptionHandler>();
        services.AddProblemDetails();

        // AddAuthentication would also bring data protection, which writes keys to disk that nothing here uses.
        services.AddAuthenticationCore(options => options.DefaultScheme = SessionAuthenticationHandler.SchemeName);
        services.AddWebEncoders();
        new AuthenticationBuilder(services)
            .AddScheme<AuthenticationSchemeOptions, SessionAuthenticationHandler>(SessionAuthenticationHandler.SchemeName, displayName: null, configureOptions: null);
        services.AddAuthorization(static options => options.AddAccessPolicies());
        services.AddApiReference();
        services.AddSingleton(provider => new ProcessStart(provider.GetRequiredService<TimeProvider>().GetUtcNow()));
        if (CrossOrigin.ReadOrigins(builder.Configuration, errors) is { Count: > 0 } origins)
        {
            services.AddCors(options => options.AddDefaultPolicy(policy => CrossOrigin.Allow(policy, origins)));
        }

        if (ClientAddress.ReadOptions(builder.Configuration, errors) is { } forwarded)
        {
            services.AddSingleton(forwarded);
        }
    }

    private static void AddSandbox(this WebApplicationBuilder builder, List<string> errors)
    {
        var configuration = builder.Configuration;
        var lacksCredentials = Infrastructure.DependencyInjection.LacksTrackmaniaCredentials(configuration);
        if (EmbeddedSandbox.TryChoose(configuration, builder.Environment.IsDevelopment(), lacksCredentials, errors, out var options))
        {
            builder.Services.AddSingleton(options);
            builder.Services.AddSingleton<EmbeddedSandbox>();
            builder.Services.AddHostedService(provider => provider.GetRequiredService<EmbeddedSandbox>());
        }
    }
}
