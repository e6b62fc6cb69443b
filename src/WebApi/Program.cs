using Backend.Infrastructure.Aws;
using Backend.Infrastructure.Selection;
using Backend.WebApi;
using Backend.WebApi.Commands;
using Microsoft.AspNetCore.Connections;

try
{
    // Settings lie beside the program, wherever it is started from.
    var command = args is [MigrateCommand.Name or AwsProvisionCommand.Name or HealthcheckCommand.Name or MakeAdminCommand.Name, ..] ? args[0] : null;
    var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = command is null ? args : [], ContentRootPath = AppContext.BaseDirectory });
    var configuration = builder.Configuration;
    switch (command)
    {
        case HealthcheckCommand.Name:
            return await new HealthcheckCommand(configuration, Console.Out).RunAsync(args[1..], CancellationToken.None);
        case AwsProvisionCommand.Name:
            return await new AwsProvisionCommand(configuration, Console.Out).RunAsync(args[1..], CancellationToken.None);
    }

    var errors = new List<string>();
    await AwsParameters.AddAsync(configuration, errors, CancellationToken.None);
    if (command is MigrateCommand.Name)
    {
        // Its output is for whoever typed it; the log has only what went wrong.
        using var loggers = LoggerFactory.Create(logging => logging
            .SetMinimumLevel(LogLevel.Warning)
            .AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace));
        return errors.Count > 0
            ? throw new ConfigurationException(errors)
            : await new MigrateCommand(configuration, loggers, Console.Out).RunAsync(args[1..], CancellationToken.None);
    }

    builder.AddBackend(errors);
    var app = builder.Build();
    if (command is MakeAdminCommand.Name)
    {
        await using (app)
        {
            return await new MakeAdminCommand(app.Services, Console.Out).RunAsync(args[1..], CancellationToken.None);
        }
    }

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
