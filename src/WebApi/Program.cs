using Backend.Infrastructure.Selection;
using Backend.WebApi;
using Microsoft.AspNetCore.Connections;

try
{
    // Settings lie beside the program, wherever it is started from.
    var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
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
