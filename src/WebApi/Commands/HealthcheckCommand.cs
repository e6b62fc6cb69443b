using System.Globalization;

namespace Backend.WebApi.Commands;

/// <summary>
/// <c>healthcheck</c>: asks the service that runs beside it with the same settings whether it lives. For images that have neither a shell
/// nor curl.
/// </summary>
internal sealed class HealthcheckCommand(IConfiguration configuration, TextWriter output)
{
    public const string Name = "healthcheck";

    private const int Lives = 0;
    private const int Dead = 1;
    private const int Misused = 2;

    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(3);

    /// <returns>The exit code: 0 it lives, 1 it does not, 2 wrong usage.</returns>
    public async Task<int> RunAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        if (arguments.Count > 0)
        {
            await output.WriteLineAsync("usage: healthcheck");
            return Misused;
        }

        if (FindAddress(configuration) is not { } address)
        {
            await output.WriteLineAsync("There is no address with http and a fixed port in PORT or ASPNETCORE_URLS.");
            return Dead;
        }

        using var handler = new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false };
        using var client = new HttpClient(handler) { Timeout = s_limit };
        try
        {
            using var answer = await client.GetAsync(new Uri(address, "/health/live"), cancellationToken);
            await output.WriteLineAsync($"{address} answers {((int)answer.StatusCode).ToString(CultureInfo.InvariantCulture)}.");
            return answer.IsSuccessStatusCode ? Lives : Dead;
        }
        catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException && !cancellationToken.IsCancellationRequested)
        {
            await output.WriteLineAsync($"{address} does not answer: {exception.Message}");
            return Dead;
        }
    }

    /// <summary>Where the service listens as it is configured, seen from its own machine. The order is that of the service itself.</summary>
    internal static Uri? FindAddress(IConfiguration configuration)
    {
        var urls = configuration[WebHostDefaults.ServerUrlsKey];
        var addresses = !string.IsNullOrEmpty(urls)
            ? urls.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            : [.. PortsOf(configuration).Select(port => $"http://*:{port}")];
        return addresses.Select(Locate).FirstOrDefault(address => address is not null);
    }

    private static string[] PortsOf(IConfiguration configuration) =>
        configuration["HTTP_PORTS"] is { Length: > 0 } ports
            ? ports.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            : [configuration["PORT"] is { Length: > 0 } port ? port : "3000"];

    private static Uri? Locate(string address)
    {
        BindingAddress binding;
        try
        {
            binding = BindingAddress.Parse(address);
        }
        catch (FormatException)
        {
            return null;
        }

        // Of a port that the system chooses nobody but the service knows, and a certificate for the public name is none for this machine.
        if (binding.Scheme != Uri.UriSchemeHttp || binding.IsUnixPipe || binding.IsNamedPipe || binding.Port is 0 or > ushort.MaxValue)
        {
            return null;
        }

        var host = binding.Host switch
        {
            "*" or "+" or "0.0.0.0" => "127.0.0.1",
            "[::]" => "[::1]",
            var named => named,
        };
        return Uri.TryCreate($"http://{host}:{binding.Port.ToString(CultureInfo.InvariantCulture)}", UriKind.Absolute, out var found) ? found : null;
    }
}
