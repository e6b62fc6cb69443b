using System.Security.Cryptography;
using Backend.Integration.Support;

namespace Backend.Integration.Daily;

/// <summary>
/// The daily run over many days, compared with a model. BACKEND_TESTS_LONG=1 lives through more of them;
/// BACKEND_TESTS_SEED makes the same days again.
/// </summary>
public abstract class DailySimulationTests(HostProfile profile, int days = 60, int longDays = 1000)
{
    private static readonly int s_seed = SimulationSeed.Value;

    private static readonly bool s_long = Environment.GetEnvironmentVariable("BACKEND_TESTS_LONG") == "1";

    [Fact]
    public async Task Every_record_that_is_due_is_mailed_once()
    {
        await using var simulation = await DailySimulation.StartAsync(profile, s_seed);
        try
        {
            await simulation.LiveAsync(s_long ? longDays : days);
        }
        catch (Exception exception)
        {
            throw new InvalidOperationException($"With BACKEND_TESTS_SEED={s_seed}: {exception.Message}", exception);
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"seed {s_seed}, {simulation.Summary}");
    }
}

/// <summary>The same with a mail server that is busy, hangs up before and after it has taken a mail, and a process that dies in between: no mail comes twice, and one that does not come is known.</summary>
public sealed class DailySmtpSimulationTests
{
    private static readonly int s_days = Environment.GetEnvironmentVariable("BACKEND_TESTS_LONG") == "1" ? 1000 : 60;

    [Fact]
    public async Task No_mail_comes_twice_and_what_does_not_come_is_known()
    {
        await using var simulation = await DailySimulation.StartAsync(HostProfile.InMemory, SimulationSeed.Value, mailbox: await ServerMailbox.StartAsync());
        try
        {
            await simulation.LiveAsync(s_days);
        }
        catch (Exception exception)
        {
            throw new InvalidOperationException($"With BACKEND_TESTS_SEED={SimulationSeed.Value}: {exception.Message}", exception);
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"seed {SimulationSeed.Value}, {simulation.Summary}");
    }
}

internal static class SimulationSeed
{
    public static int Value { get; } = Environment.GetEnvironmentVariable("BACKEND_TESTS_SEED") is { Length: > 0 } given
        ? int.Parse(given, System.Globalization.CultureInfo.InvariantCulture)
        : RandomNumberGenerator.GetInt32(int.MaxValue);
}
