using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Reflection;
using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.Alerts;
using Backend.Domain.Common;
using Backend.Domain.DailyEmails;
using Backend.Domain.DailyRuns;
using Backend.Domain.DriverNotifications;
using Backend.Domain.Tracks;
using Backend.Integration.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Backend.Integration.Daily;

/// <summary>The simulation notices what it is there to notice: each of these products has one fault, and each is found out.</summary>
public sealed class DailyMutationTests
{
    /// <summary>The short form of the simulation; most are found out within days.</summary>
    private const int MostDays = 60;

    /// <summary>A fixed one, so that what is found out today is found out tomorrow; BACKEND_TESTS_SEED tries another.</summary>
    private static int Seed => Environment.GetEnvironmentVariable("BACKEND_TESTS_SEED") is { Length: > 0 } ? SimulationSeed.Value : 1;

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
    public Task No_answer_that_is_taken_for_no_change_is_found_out() => ShouldBeFoundOutAsync(services => CrashPoints.Decorate<IPositionSource>(services, inner => new AnswersOfBefore(inner)));

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

    [Fact]
    public Task A_boundary_second_that_is_taken_as_seen_is_found_out() => ShouldBeFoundOutAsync(services =>
    {
        // A second later than it was, until something newer comes.
        var moved = new ConcurrentDictionary<(AlertId, MapUid), MapWatch>();
        Mutant<IDailyRunStore>.Put(services, (inner, method, arguments) => method switch
        {
            nameof(IDailyRunStore.ReadWatchesAsync) => MoveAsync(inner, (AlertId)arguments[0]!, moved),
            nameof(IDailyRunStore.TrySaveMapsAsync) => inner.TrySaveMapsAsync(
                (DailyCheck)arguments[0]!,
                (AlertId)arguments[1]!,
                [.. ((IReadOnlyCollection<CheckedMap>)arguments[2]!).Select(map => map with { Watch = MoveBack(map.Watch, moved.GetValueOrDefault(((AlertId)arguments[1]!, map.Watch.MapUid))) })],
                CancellationToken.None),
            _ => null,
        });
    });

    [Fact]
    public Task A_claim_that_lapsed_and_still_counts_is_found_out() => ShouldBeFoundOutAsync(mutation: null, adapters: services =>
    {
        var latest = new ConcurrentDictionary<DailyCheckKey, long>();
        Mutant<IDailyRunStore>.Put(services, (inner, method, arguments) =>
        {
            if (method == nameof(IDailyRunStore.TryClaimAsync))
            {
                return arguments[0] is DailyCheckKey key ? NoteAsync(inner.TryClaimAsync(key, CancellationToken.None), latest) : NoteAsync(inner.TryClaimAsync(CancellationToken.None), latest);
            }

            // As if nobody asked whose it is.
            arguments[0] = arguments[0] is DailyCheck check ? check with { Fence = latest.GetValueOrDefault(check.Key) } : arguments[0];
            return null;
        });
    });

    [Fact]
    public async Task A_mail_that_nobody_claims_is_found_out() => await ShouldBeFoundOutAsync(
        services =>
        {
            var waiting = new ConcurrentDictionary<DailyEmailKey, DailyEmailTicket>();
            Mutant<IDailyEmailStore>.Put(services, (inner, method, arguments) => method switch
            {
                nameof(IDailyEmailStore.TryClaimAsync) => TakeAsync(inner, waiting),
                nameof(IDailyEmailStore.TryEndAsync) or nameof(IDailyEmailStore.TryPutOffAsync) => waiting.TryRemove(((DailyEmailTicket)arguments[0]!).Key, out _) ? null : Task.FromResult(false),
                _ => null,
            });
        },
        mailbox: await ServerMailbox.StartAsync());

    [Fact]
    public Task What_stayed_unread_and_counts_as_seen_is_found_out() => ShouldBeFoundOutAsync((services, clock) =>
    {
        var alerts = new ConcurrentDictionary<UserId, AlertId>();
        Mutant<IDailyRunStore>.Put(services, (inner, method, arguments) =>
        {
            if (method == nameof(IDailyRunStore.TrySaveMapsAsync))
            {
                alerts[((DailyCheck)arguments[0]!).Key.UserId] = (AlertId)arguments[1]!;
            }

            return method == nameof(IDailyRunStore.TryEndPartAsync) && alerts.TryGetValue(((DailyCheck)arguments[0]!).Key.UserId, out var alertId)
                ? DropAndEndAsync(inner, (DailyCheck)arguments[0]!, alertId, (DailyPart)arguments[1]!, (DailyPartState)arguments[2]!, (DailyPartSummary)arguments[3]!, clock())
                : null;
        });
    });

    [Fact]
    public Task A_repetition_that_leaves_out_what_was_unread_is_found_out() => ShouldBeFoundOutAsync(services =>
    {
        var users = new ConcurrentDictionary<AlertId, UserId>();
        var repeated = new ConcurrentDictionary<UserId, DateOnly>();
        Mutant<IDailyRunStore>.Put(services, (inner, method, arguments) =>
        {
            switch (method)
            {
                case nameof(IDailyRunStore.TrySaveMapsAsync):
                    users[(AlertId)arguments[1]!] = ((DailyCheck)arguments[0]!).Key.UserId;
                    return null;
                case nameof(IDailyRunStore.TryPutOffAsync) when (bool)arguments[2]!:
                    repeated[((DailyCheck)arguments[0]!).Key.UserId] = ((DailyCheck)arguments[0]!).Key.RunDate;
                    return null;
                default:
                    return method == nameof(IDailyRunStore.ReadWatchesAsync) && users.TryGetValue((AlertId)arguments[0]!, out var user) && repeated.TryGetValue(user, out var date)
                        ? LeaveOutAsync(inner, (AlertId)arguments[0]!, date)
                        : null;
            }
        });
    });

    private static Task ShouldBeFoundOutAsync(Action<IServiceCollection> mutation, IMailbox? mailbox = null) => ShouldBeFoundOutAsync((services, _) => mutation(services), adapters: null, mailbox);

    private static async Task ShouldBeFoundOutAsync(Action<IServiceCollection, Func<DateTimeOffset>>? mutation, Action<IServiceCollection>? adapters = null, IMailbox? mailbox = null)
    {
        await using var simulation = await DailySimulation.StartAsync(HostProfile.InMemory, Seed, mutation, adapters, mailbox);

        var exception = await Should.ThrowAsync<InvalidOperationException>(() => simulation.LiveAsync(MostDays));

        exception.InnerException.ShouldBeOfType<ShouldAssertException>();
        TestContext.Current.TestOutputHelper?.WriteLine($"{string.Concat(exception.Message.TakeWhile(letter => letter != '\n'))}, {simulation.Summary}");
    }

    private static async Task<IReadOnlyDictionary<MapUid, CheckedWatch>> RollAsync(IDailyRunStore inner, AlertId alertId, DateTimeOffset now) =>
        (await inner.ReadWatchesAsync(alertId, CancellationToken.None)).ToDictionary(
            of => of.Key, of => of.Value with { Watch = of.Value.Watch with { Newest = DateTimeOffset.FromUnixTimeSeconds((now - TimeSpan.FromHours(24)).ToUnixTimeSeconds()), SeenAtNewest = [] } });

    private static async Task<bool> SaveApartAsync(IDailyRunStore inner, DailyCheck check, AlertId alertId, IReadOnlyCollection<CheckedMap> maps) =>
        await inner.TrySaveMapsAsync(check, alertId, [.. maps.Select(map => map with { News = null })], CancellationToken.None)
        && await inner.TrySaveMapsAsync(check, alertId, maps, CancellationToken.None);

    private static async Task<IReadOnlyDictionary<MapUid, CheckedWatch>> MoveAsync(IDailyRunStore inner, AlertId alertId, ConcurrentDictionary<(AlertId, MapUid), MapWatch> moved)
    {
        var watches = await inner.ReadWatchesAsync(alertId, CancellationToken.None);
        foreach (var (uid, known) in watches)
        {
            moved[(alertId, uid)] = known.Watch;
        }

        return watches.ToDictionary(of => of.Key, of => of.Value with { Watch = of.Value.Watch with { Newest = of.Value.Watch.Newest.AddSeconds(1), SeenAtNewest = [] } });
    }

    private static MapWatch MoveBack(MapWatch watch, MapWatch? before) =>
        before is not null && watch.Newest == before.Newest.AddSeconds(1) && watch.SeenAtNewest.Count == 0 ? watch with { Newest = before.Newest, SeenAtNewest = before.SeenAtNewest } : watch;

    private static async Task<DailyCheck?> NoteAsync(Task<DailyCheck?> claiming, ConcurrentDictionary<DailyCheckKey, long> latest)
    {
        var check = await claiming;
        return check is null ? null : Note(check, latest);
    }

    private static async Task<DailyCheckClaim> NoteAsync(Task<DailyCheckClaim> claiming, ConcurrentDictionary<DailyCheckKey, long> latest)
    {
        var claim = await claiming;
        return claim.Check is null ? claim : claim with { Check = Note(claim.Check, latest) };
    }

    private static DailyCheck Note(DailyCheck check, ConcurrentDictionary<DailyCheckKey, long> latest)
    {
        latest[check.Key] = check.Fence;
        return check;
    }

    /// <summary>Whoever asks gets a mail that is being sent as well.</summary>
    private static async Task<DailyEmailTicket?> TakeAsync(IDailyEmailStore inner, ConcurrentDictionary<DailyEmailKey, DailyEmailTicket> waiting)
    {
        if (await inner.TryClaimAsync(CancellationToken.None) is not { } ticket)
        {
            return waiting.Values.FirstOrDefault();
        }

        waiting[ticket.Key] = ticket;
        return ticket;
    }

    /// <summary>Goes on from now with boards that were not read.</summary>
    private static async Task<bool> DropAndEndAsync(
        IDailyRunStore inner, DailyCheck check, AlertId alertId, DailyPart part, DailyPartState state, DailyPartSummary summary, DateTimeOffset now)
    {
        if (part == DailyPart.Mapper)
        {
            var watches = await inner.ReadWatchesAsync(alertId, CancellationToken.None);
            await inner.TrySaveMapsAsync(
                check,
                alertId,
                [.. summary.Unread.Where(map => watches.ContainsKey(map.Uid)).Select(map => new CheckedMap(watches[map.Uid].Watch with { Newest = DateTimeOffset.FromUnixTimeSeconds(now.ToUnixTimeSeconds()), SeenAtNewest = [] }, News: null))],
                CancellationToken.None);
        }

        return await inner.TryEndPartAsync(check, part, state, summary, CancellationToken.None);
    }

    private static async Task<IReadOnlyDictionary<MapUid, CheckedWatch>> LeaveOutAsync(IDailyRunStore inner, AlertId alertId, DateOnly date) =>
        (await inner.ReadWatchesAsync(alertId, CancellationToken.None)).ToDictionary(of => of.Key, of => of.Value with { LastRun = date });

    /// <summary>Where upstream says nothing, what it said the last time.</summary>
    private sealed class AnswersOfBefore(IPositionSource inner) : IPositionSource
    {
        private readonly ConcurrentDictionary<(MapUid Uid, long Time), int> _answers = new();

        public async Task<Result<IReadOnlyDictionary<MapUid, int>>> ReadPositionsAsync(IReadOnlyDictionary<MapUid, long> times, CancellationToken cancellationToken)
        {
            var answered = await inner.ReadPositionsAsync(times, cancellationToken);
            foreach (var (uid, position) in answered.IsSuccess ? answered.Value : new Dictionary<MapUid, int>())
            {
                _answers[(uid, times[uid])] = position;
            }

            return times.Where(of => _answers.ContainsKey((of.Key, of.Value))).ToDictionary(of => of.Key, of => _answers[(of.Key, of.Value)]);
        }
    }

    private sealed class ForgetfulQuestions(IPositionSource inner) : IPositionSource
    {
        private readonly ConcurrentDictionary<(MapUid Uid, long Time), int> _answers = new();

        public async Task<Result<IReadOnlyDictionary<MapUid, int>>> ReadPositionsAsync(IReadOnlyDictionary<MapUid, long> times, CancellationToken cancellationToken)
        {
            var answered = await inner.ReadPositionsAsync(times, cancellationToken);
            return answered.IsSuccess
                ? answered.Value.ToDictionary(of => of.Key, of => _answers.GetOrAdd((of.Key, times[of.Key]), of.Value))
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

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => _instead(_inner, targetMethod!.Name, args ?? []) ?? targetMethod.Invoke(_inner, BindingFlags.DoNotWrapExceptions, binder: null, args, culture: null);
}
