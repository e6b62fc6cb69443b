using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Backend.Integration.Support;
using Backend.WebApi.Commands;

namespace Backend.Integration.Deploy;

/// <summary>The published program's <c>healthcheck</c>, as the image calls it.</summary>
public sealed class HealthcheckTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task It_succeeds_while_the_service_runs_and_fails_when_it_has_ended()
    {
        var port = FreePort();
        await using var service = await ServiceProcess.StartAsync("service", new Dictionary<string, string>(AsInTheImage(port), StringComparer.Ordinal)
        {
            ["JWT_SECRET"] = BackendHost.JwtSecret,
            ["Trackmania:Sandbox"] = "true",
        }.WithMail());
        await service.ListensAsync();

        var (code, output) = await CheckAsync(port);
        code.ShouldBe(0, output);
        output.ShouldBe($"http://127.0.0.1:{port}/ answers 200.{Environment.NewLine}");

        (await service.StopAsync(s_patience)).ShouldBe(0);
        (code, output) = await CheckAsync(port);
        code.ShouldBe(1, output);
        output.ShouldStartWith($"http://127.0.0.1:{port}/ does not answer: ");
    }

    [Fact]
    public async Task It_fails_when_the_answer_is_no_success()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var answer = AnswerAsync(listener, "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");

        var (code, output) = await CheckAsync(((IPEndPoint)listener.LocalEndpoint).Port);
        await answer;

        code.ShouldBe(1, output);
        output.ShouldContain("answers 503");
    }

    [Fact]
    public async Task It_gives_up_on_a_service_that_hangs()
    {
        // The system accepts the connection, and nobody reads from it.
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var watch = Stopwatch.StartNew();

        var (code, output) = await CheckAsync(((IPEndPoint)listener.LocalEndpoint).Port).WaitAsync(s_patience, TimeProvider.System);

        code.ShouldBe(1, output);
        watch.Elapsed.ShouldBeGreaterThan(TimeSpan.FromSeconds(2.9));
    }

    [Fact]
    public async Task It_takes_no_arguments()
    {
        var (code, output) = await CheckAsync(FreePort(), "now");

        code.ShouldBe(2);
        output.ShouldBe($"usage: healthcheck{Environment.NewLine}");
    }

    /// <summary>Without secrets: it would fail if it composed the service.</summary>
    private static async Task<(int Code, string Output)> CheckAsync(int port, params IEnumerable<string> arguments)
    {
        var settings = AsInTheImage(port).Select(s => $"{s.Key}={s.Value}");

        // A proxy of the machine is none for what runs on it.
        return await Programs.TryAsync(["/usr/bin/env", .. settings, "http_proxy=http://127.0.0.1:9", await PublishedService.ProgramAsync(), HealthcheckCommand.Name, .. arguments], Leash.Instance.Folder);
    }

    private static Dictionary<string, string> AsInTheImage(int port) => new(Dockerfile.Instance.Environment, StringComparer.Ordinal)
    {
        ["ASPNETCORE_ENVIRONMENT"] = "Production",
        ["PORT"] = $"{port}",
    };

    private static async Task AnswerAsync(TcpListener listener, string answer)
    {
        using var connection = await listener.AcceptTcpClientAsync();
        var stream = connection.GetStream();
        var buffer = new byte[4096];
        (await stream.ReadAsync(buffer)).ShouldBeGreaterThan(0);
        Encoding.ASCII.GetString(buffer).ShouldStartWith("GET /health/live HTTP/1.1");
        await stream.WriteAsync(Encoding.ASCII.GetBytes(answer));
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
