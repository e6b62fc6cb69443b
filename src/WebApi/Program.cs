using Backend.Infrastructure.Selection;
using Backend.WebApi;
using Backend.WebApi.Commands;
using Microsoft.AspNetCore.Connections;

try
{
    // Settings lie beside the program, wherever it is started from.
    var isCommand = args is [MigrateCommand.Name or HealthcheckCommand.Name, ..];
    var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = isCommand ? [] : args, ContentRootPath = AppContext.BaseDirectory });
    if (args is [HealthcheckCommand.Name, ..])
    {
        return await new HealthcheckCommand(builder.Configuration, Console.Out).RunAsync(args[1..], CancellationToken.None);
    }

    if (isCommand)
    {
        // Its output is for whoever typed it; the log has only what went wrong.
        using var loggers = LoggerFactory.Create(logging => logging
            .SetMinimumLevel(LogLevel.Warning)
            .AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace));
        return await new MigrateCommand(builder.Configuration, loggers, Console.Out).RunAsync(args[1..], CancellationToken.None);
    }

    builder.AddBackend();
    var app = builder.Build();
    app.UseBackend();
    await app.RunAsync();
    return 0;
}
catch (ConfigurationException exception)
{
    await Console.Error.WriteLineAsync(exception.Message);
    return 1;
}
catch (IOException exception) when (exception.InnerException is AddressInUseException)
{
    await Console.Error.WriteLineAsync($"The service cannot start: {exception.Message} Choose another with PORT or ASPNETCORE_URLS.");
    return 1;
}
