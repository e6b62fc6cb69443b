using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Reflection;
using Backend.Application.Ports;
using Backend.Domain.Alerts;
using Backend.Domain.Common;
using Backend.Domain.DriverNotifications;
using Backend.Domain.Tracks;
using Backend.Integration.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Backend.Integration.Daily;

/// <summary>The simulation notices what it is there to notice: each of these products has one fault, and each is found out.</summary>
public sealed class DailyMutationTests
{
    /// <summary>Of faults that need a crash at the right moment some days may show nothing.</summary>
    private const int MostDays = 250;

    private const int Seed = 11;

    /// <summary>What is found out below is no false alarm.</summary>
    [Fact]
    public async Task Without_a_fault_there_is_nothing_to_find_out()
    {
        await using var simulation = await DailySimulation.StartAsync(HostProfile.InMemory, Seed);

        await simulation.LiveAsync(MostDays);
    }

    [Fact]
    public Task A_watermark_that_stands_still_is_found_out() => ShouldBeFoundOutAsync(services => Mutant<IDailyRunStore>.Put(services, (inner, method, arguments) => method == nameof(IDailyRunStore.TrySaveMapsAsync)
        ? inner.TrySaveMapsAsync(
            (DailyCheck)arguments[0]!,
            (AlertId)arguments[1]!,
            [.. ((IReadOnlyCollection<CheckedMap>)arguments[2]!).Select(map => map with { Watch = map.Watch with { Newest = DateTimeOffset.UnixEpoch, SeenAtNewest = [] } })],
            CancellationToken.None)
        : null));

    [Fact]
    public Task The_last_24_hours_instead_of_a_watermark_are_found_out() => ShouldBeFoundOutAsync((services, clock) => Mutant<IDailyRunStore>.Put(services, (inner, method, arguments) => method == nameof(IDailyRunStore.ReadWatchesAsync)
        ? RollAsync(inner, (AlertId)arguments[0]!, clock())
        : null));

    [Fact]
    public Task News_that_are_saved_after_what_was_seen_are_found_out() => ShouldBeFoundOutAsync(services => Mutant<IDailyRunStore>.Put(services, (inner, method, arguments) => method == nameof(IDailyRunStore.TrySaveMapsAsync)
        ? SaveApartAsync(inner, (DailyCheck)arguments[0]!, (AlertId)arguments[1]!, (IReadOnlyCollection<CheckedMap>)arguments[2]!)
        : null));

    [Fact]
    public Task Questions_that_are_never_asked_anew_are_found_out() => ShouldBeFoundOutAsync(services => CrashPoints.Decorate<IPositionSource>(services, inner => new ForgetfulQuestions(inner)));

    [Fact]
    public Task A_mail_with_another_name_at_each_attempt_is_found_out()
    {
        var attempts = 0;
        return ShouldBeFoundOutAsync(services => Mutant<IEmailTransport>.Put(services, (inner, method, arguments) => method == nameof(IEmailTransport.SendAsync)
            ? inner.SendAsync(
                (OutgoingEmail)arguments[0]! with { MessageIdLeft = $"{((OutgoingEmail)arguments[0]!).MessageIdLeft}.{Interlocked.Increment(ref attempts).ToString(CultureInfo.InvariantCulture)}" },
                CancellationToken.None)
            : null));
    }

    [Fact]
    public Task A_position_that_stays_as_it_was_is_found_out() => ShouldBeFoundOutAsync(services => Mutant<IDailyRunStore>.Put(services, (inner, method, arguments) => method == nameof(IDailyRunStore.TrySaveRecordsAsync)
        ? inner.TrySaveRecordsAsync(
            (DailyCheck)arguments[0]!,
            [.. ((IReadOnlyCollection<DriverObservation>)arguments[1]!).Select(seen => seen.Change is { } change ? seen with { Next = seen.Next with { Position = change.From } } : seen)],
            (DateTimeOffset)arguments[2]!,
            CancellationToken.None)
        : null));

    private static Task ShouldBeFoundOutAsync(Action<IServiceCollection> mutation) => ShouldBeFoundOutAsync((services, _) => mutation(services));

    private static async Task ShouldBeFoundOutAsync(Action<IServiceCollection, Func<DateTimeOffset>> mutation)
    {
        await using var simulation = await DailySimulation.StartAsync(HostProfile.InMemory, Seed, mutation);

        var exception = await Should.ThrowAsync<InvalidOperationException>(() => simulation.LiveAsync(MostDays));

        exception.InnerException.ShouldBeOfType<ShouldAssertException>();
    }

    private static async Task<IReadOnlyDictionary<MapUid, CheckedWatch>> RollAsync(IDailyRunStore inner, AlertId alertId, DateTimeOffset now) =>
        (await inner.ReadWatchesAsync(alertId, CancellationToken.None)).ToDictionary(
            of => of.Key, of => of.Value with { Watch = of.Value.Watch with { Newest = DateTimeOffset.FromUnixTimeSeconds((now - TimeSpan.FromHours(24)).ToUnixTimeSeconds()), SeenAtNewest = [] } });

    private static async Task<bool> SaveApartAsync(IDailyRunStore inner, DailyCheck check, AlertId alertId, IReadOnlyCollection<CheckedMap> maps) =>
        await inner.TrySaveMapsAsync(check, alertId, [.. maps.Select(map => map with { News = null })], CancellationToken.None)
        && await inner.TrySaveMapsAsync(check, alertId, maps, CancellationToken.None);

    private sealed class ForgetfulQuestions(IPositionSource inner) : IPositionSource
    {
        private readonly ConcurrentDictionary<(MapUid Uid, bool IsSlowest), int> _answers = new();

        public async Task<Result<IReadOnlyDictionary<MapUid, int>>> ReadPositionsAsync(IReadOnlyDictionary<MapUid, long> times, CancellationToken cancellationToken)
        {
            var answered = await inner.ReadPositionsAsync(times, cancellationToken);
            return answered.IsSuccess
                ? answered.Value.ToDictionary(of => of.Key, of => _answers.GetOrAdd((of.Key, times[of.Key] == PositionQuestion.SlowerThanAny), of.Value))
                : answered.Error;
        }
    }
}

/// <summary>An adapter that does one thing differently.</summary>
[SuppressMessage("Performance", "CA1852", Justification = "The runtime derives from it.")]
internal class Mutant<TPort> : DispatchProxy
    where TPort : class
{
    private TPort _inner = null!;
    private Func<TPort, string, object?[], object?> _instead = null!;

    /// <param name="instead">Null for calls that it leaves as they are.</param>
    public static void Put(IServiceCollection services, Func<TPort, string, object?[], object?> instead) => CrashPoints.Decorate<TPort>(services, inner =>
    {
        var proxy = Create<TPort, Mutant<TPort>>();
        (((Mutant<TPort>)(object)proxy)._inner, ((Mutant<TPort>)(object)proxy)._instead) = (inner, instead);
        return proxy;
    });

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => _instead(_inner, targetMethod!.Name, args ?? []) ?? targetMethod.Invoke(_inner, args);
}
