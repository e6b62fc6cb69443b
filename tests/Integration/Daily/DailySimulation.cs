using System.Collections.Concurrent;
using System.Globalization;
using Backend.Application.DailyEmails;
using Backend.Application.DailyRuns;
using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.Alerts;
using Backend.Domain.DailyEmails;
using Backend.Domain.DailyRuns;
using Backend.Domain.DriverNotifications;
using Backend.Domain.Tracks;
using Backend.Integration.Aws;
using Backend.Integration.Support;
using Backend.TrackmaniaSandbox;
using Backend.WebApi.Workers;
using MediatR;
using Microsoft.Extensions.DependencyInjection;

namespace Backend.Integration.Daily;

/// <summary>
/// Days in the life of mappers, drivers and the players between them, with runs that come late, early, twice or not at all, that are
/// killed, done by several workers or by one that hangs, and that meet services which fail, lag or say nothing. After each run the mails are
/// compared with what the models expect.
/// </summary>
internal sealed class DailySimulation : IAsyncDisposable
{
    /// <summary>He has made nothing that the world would play by itself.</summary>
    private const string Mapper = "Nobody";

    /// <summary>Has made some of his maps with him, and drives there as well.</summary>
    private const string Partner = "Partner";

    /// <summary>The same, but comes and goes.</summary>
    private const string Guest = "Guest";

    private const string OtherMapper = "Ekko";
    private const int OwnMaps = 7;
    private const int SharedMaps = 4;
    private const int ManyMaps = 104;

    /// <summary>Times up to here are hidden where some are.</summary>
    private const int SecretUpTo = 44_000;

    /// <summary>More in a row would have the last attempt take upstream to be away.</summary>
    private const int MostBroken = 9;

    private static readonly string[] s_filters = ["top5", "wr", "all"];

    /// <summary>Of a worker without work, on the fast clock.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);

    /// <summary>Where a worker that hangs does most harm: it has looked, and has not said so yet.</summary>
    private static readonly string[] s_savings = [nameof(IDailyRunStore.TrySaveMapsAsync), nameof(IDailyRunStore.TrySaveRecordsAsync)];

    private static readonly string[] s_endings = [nameof(IDailyRunStore.TryCompleteAsync)];

    private readonly Random _random;
    private readonly FastClock _clock;
    private readonly CrashPoints _crashes = new();
    private readonly BackendHost _host;
    private readonly IMailbox _mailbox;

    /// <summary>Null where the rows of the checks are the queue.</summary>
    private readonly SimulatedSqs? _sqs;
    private readonly Dictionary<DateOnly, (IReadOnlyList<UserId> Users, string Mails)> _ran = [];
    private readonly List<DateTimeOffset> _batches = [];
    private readonly List<Person> _people = [];
    private readonly HashSet<long> _shared = [];
    private readonly ConcurrentDictionary<UserId, DateTimeOffset> _ended = new();
    private Guid _driverAccount;
    private readonly HashSet<string> _tracked = new(StringComparer.Ordinal);
    private int _uploads;

    private DailySimulation(
        HostProfile profile, int seed, Action<IServiceCollection, Func<DateTimeOffset>>? mutation, Action<IServiceCollection>? adapters, IMailbox mailbox, SimulatedSqs? sqs)
    {
        (_mailbox, _sqs) = (mailbox, sqs);

        // Not for secrets: whoever has the seed gets the same days again.
        _random = new Random(seed);
        _clock = new FastClock(300);
        var all = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["Trackmania:MaxRetries"] = "1",
            ["Trackmania:RetryDelay"] = "00:00:01",

            // Hours pass in seconds here.
            ["Trackmania:NadeoTimeout"] = "01:00:00",
            ["Trackmania:TmxTimeout"] = "01:00:00",
            ["Trackmania:OAuthTimeout"] = "01:00:00",
        };
        foreach (var (key, value) in mailbox.Settings.Concat(sqs?.Settings ?? new Dictionary<string, string>(StringComparer.Ordinal)))
        {
            all[key] = value;
        }

        _host = BackendHost.Start(profile, all, _clock, services =>
        {
            // The sandbox is a host, too, and is sometimes asked as well.
            if (!services.Any(service => service.ServiceType == typeof(IDailyRunStore)))
            {
                return;
            }

            sqs?.Put(services);
            adapters?.Invoke(services);
            _crashes.Watch<IDailyRunStore>(services);
            _crashes.Watch<IDailyEmailStore>(services);
            _crashes.Watch<IDailyCheckQueue>(services);
            _crashes.Watch<IEmailTransport>(services);
            mutation?.Invoke(services, _clock.GetUtcNow);
        });
    }

    public string Summary => string.Create(
        CultureInfo.InvariantCulture,
        $"runs {Runs}, mails {Mails}, records told {Records}, of them late in their second {Boundaries}, hidden {Hidden}, changes told {Changes}, mails lost and listed as uncertain {Uncertain}, crashes {_crashes.Crashes}, workers that hung {Lapses}, runs by several workers {Together}, alerts made {Alerts}, users removed {Removals}, boards asked for {Boards}");

    private int Runs { get; set; }

    private int Mails { get; set; }

    private int Records { get; set; }

    private int Boundaries { get; set; }

    private int Hidden { get; set; }

    private int Changes { get; set; }

    private int Boards { get; set; }

    private int Uncertain { get; set; }

    private int Lapses { get; set; }

    private int Together { get; set; }

    private int Alerts { get; set; }

    private int Removals { get; set; }

    private SandboxServer Sandbox => _host.Sandbox;

    private SandboxWorld World => Sandbox.World;

    private ScenarioDriver Scenario => Sandbox.Scenario;

    private IDailyRunStore Store => _host.Services.GetRequiredService<IDailyRunStore>();

    /// <param name="mutation">Of what uses the adapters: a process may end, and a worker hang, within it.</param>
    /// <param name="adapters">Mutation of the adapters themselves, whose calls are made as a whole or not at all.</param>
    /// <param name="mailbox">A folder when null; it ends with the simulation.</param>
    public static async Task<DailySimulation> StartAsync(
        HostProfile profile, int seed, Action<IServiceCollection, Func<DateTimeOffset>>? mutation = null, Action<IServiceCollection>? adapters = null, IMailbox? mailbox = null)
    {
        var simulation = new DailySimulation(profile, seed, mutation, adapters, mailbox ?? new FolderMailbox(), profile == HostProfile.Aws ? await SimulatedSqs.StartAsync() : null);
        await simulation.BeginAsync();
        return simulation;
    }

    public async Task LiveAsync(int days)
    {
        var begun = _clock.GetUtcNow();
        while (_clock.GetUtcNow() - begun < TimeSpan.FromDays(days))
        {
            var day = (int)(_clock.GetUtcNow() - begun).TotalDays;
            try
            {
                await LiveDayAsync(day, days);
            }
            catch (Exception exception) when (exception is ShouldAssertException)
            {
                throw new InvalidOperationException($"Day {day.ToString(CultureInfo.InvariantCulture)}, {_clock.GetUtcNow():u}: {exception.Message}", exception);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        await _mailbox.DisposeAsync();
        if (_sqs is not null)
        {
            await _sqs.DisposeAsync();
        }
    }

    private async Task BeginAsync()
    {
        // Nothing happens but what is asked for here.
        await _host.StopWorkerAsync();
        var mapper = World.FindMapper(Mapper)!;
        IReadOnlyList<SandboxMapper> makers = [mapper, .. new[] { Partner, Guest }.Select((name, n) => mapper with { UserId = 900_000 + n, Name = name })];
        var shared = World.Upload([.. Enumerable.Range(0, SharedMaps).Select(n => (mapper, makers, (string?)$"Shared {n}"))]).ToList();
        _shared.UnionWith(shared.Select(map => map.MapId));
        var own = Enumerable.Range(0, OwnMaps).Select(_ => Scenario.UploadMap(Mapper, $"$f00Sim $o{++_uploads}")).ToList();
        foreach (var (map, n) in shared.Concat(own).Select((map, n) => (map, n)))
        {
            Populate(map, rows: 6 + (n * 12));
        }

        var tracked = Enumerable.Range(0, 4).Select(n => Scenario.UploadMap(OtherMapper, $"Tracked {n}")).ToList();
        foreach (var map in tracked)
        {
            Populate(map, rows: 12);
        }

        foreach (var map in new[] { shared[1], own[2], tracked[1] })
        {
            World.Replace(map, visible => visible with { SecretUpTo = SecretUpTo }, keepOld: false);
        }

        await _host.Services.GetRequiredService<ISiteSettingStore>().SetAsync(Backend.Domain.Administration.SiteSetting.MaxMapsPerUser, 1000, _clock.GetUtcNow(), CancellationToken.None);
        await AddAlertAsync(await ArriveAsync(Mapper), "top5");
        var partner = await ArriveAsync(Partner);
        await AddAlertAsync(partner, "all");
        var driver = await ArriveAsync("driver");
        _driverAccount = World.BoardOf(tracked[0].Uid!)[2].AccountId;
        foreach (var map in tracked.Append(shared[0]).Append(own[1]))
        {
            Scenario.Drive(map.Uid!, _driverAccount, 39_000 + _random.Next(2000));
            await TrackAsync(driver, map);
        }

        // One map of his own that somebody else tracks as well, one with hidden times.
        await TrackAsync(partner, shared[0]);
        Scenario.Drive(shared[1].Uid!, _driverAccount, 43_000);
        await TrackAsync(partner, shared[1]);
    }

    private async Task<Person> ArriveAsync(string name)
    {
        await _host.SignInAsync(name);
        var person = new Person(name, (await _host.Services.GetRequiredService<IUserStore>().FindByLoginAsync(name, CancellationToken.None))!.Id, new RecordsModel(World));
        _people.Add(person);
        return person;
    }

    private async Task LeaveAsync(Person person)
    {
        (await _host.Services.GetRequiredService<IUserStore>().RemoveAsync(person.Id, CancellationToken.None)).ShouldBeTrue();
        person.IsGone = true;
        _people.Remove(person);
        Removals++;
    }

    private async Task AddAlertAsync(Person person, string filter)
    {
        var alert = (await _host.Services.GetRequiredService<IAlertStore>().AddAsync(new NewAlert(person.Id, AlertMode.Accurate, RecordFilterOf(filter), _clock.GetUtcNow()), CancellationToken.None)).Alert!;
        (person.AlertId, person.Alert) = (alert.Id, new AlertModel(World, alert.CreatedAt - TimeSpan.FromHours(24), filter));
        Alerts++;
    }

    private async Task RemoveAlertAsync(Person person)
    {
        (await _host.Services.GetRequiredService<IAlertStore>().RemoveAsync(person.Id, person.AlertId, CancellationToken.None)).ShouldBeTrue();
        (person.Alert, person.LostAlert) = (null, person.Alert);
    }

    private async Task TrackAsync(Person person, SandboxMap map)
    {
        var row = World.BoardOf(map.Uid!).Single(row => row.AccountId == _driverAccount);
        if (row.Position > 5)
        {
            // Nobody can have such a record watched.
            return;
        }

        var name = string.Create(CultureInfo.InvariantCulture, $"Map of {map.MapId}");
        (await _host.Services.GetRequiredService<IDriverNotificationStore>().AddAsync(
            new NewDriverNotification(person.Id, new AccountId(_driverAccount), UidOf(map), name, row.Position, RecordTime.FromUpstream(row.Score), _clock.GetUtcNow()),
            maxPerUser: 100,
            CancellationToken.None)).Notification.ShouldNotBeNull();
        _tracked.Add(map.Uid!);
        person.Records.Watch(map.Uid!, _driverAccount, name);
    }

    private async Task LiveDayAsync(int day, int days)
    {
        if (day >= days * 2 / 5 && day < days * 4 / 5 && World.MapsOf(Mapper).Count < ManyMaps)
        {
            // A hundred maps and more change the way in which the alert looks at them.
            while (World.MapsOf(Mapper).Count < ManyMaps)
            {
                Populate(Scenario.UploadMap(Mapper, $"Sim {++_uploads}"), rows: 4 + _random.Next(8));
            }
        }
        else if (day >= days * 4 / 5 && World.MapsOf(Mapper).Count >= ManyMaps)
        {
            foreach (var map in World.MapsOf(Mapper).Where(map => !_shared.Contains(map.MapId)).Skip(OwnMaps).ToList())
            {
                Scenario.Unlist(map.Uid!);
            }
        }

        for (var batch = 0; batch < 3; batch++)
        {
            _clock.Advance(TimeSpan.FromHours(3 + (_random.NextDouble() * 5.5)));
            var events = _random.Next(6);
            for (var i = 0; i < events; i++)
            {
                Happen();
            }

            _batches.Add(_clock.GetUtcNow());
        }

        _clock.Advance(TimeSpan.FromHours(2 + (_random.NextDouble() * 9)));
        await ComeAndGoAsync();
        if (_random.Next(10) == 0)
        {
            return;
        }

        await RunAndCompareAsync();
        if (_random.Next(8) == 0)
        {
            await RunAndCompareAsync();
        }
    }

    /// <summary>Users and alerts that are made and removed between runs, and filters that change.</summary>
    private async Task ComeAndGoAsync()
    {
        if (_people.Find(person => person.Name == Guest) is not { } guest)
        {
            if (_random.Next(4) == 0)
            {
                guest = await ArriveAsync(Guest);
                await AddAlertAsync(guest, s_filters[_random.Next(3)]);
                var map = World.MapsOf(Guest)[^1];
                if (World.BoardOf(map.Uid!).All(row => row.AccountId != _driverAccount))
                {
                    Scenario.Drive(map.Uid!, _driverAccount, SecretUpTo + _random.Next(1000));
                }

                await TrackAsync(guest, map);
            }
        }
        else if (_random.Next(8) == 0)
        {
            await LeaveAsync(guest);
        }

        foreach (var person in _people.Where(person => person.Name is Mapper or Partner))
        {
            if (person.Alert is null)
            {
                if (_random.Next(2) == 0)
                {
                    await AddAlertAsync(person, s_filters[_random.Next(3)]);
                }
            }
            else if (_random.Next(person.Name == Mapper ? 40 : 15) == 0)
            {
                await RemoveAlertAsync(person);
            }
            else if (_random.Next(12) == 0)
            {
                person.Alert.Filter = s_filters[_random.Next(3)];
                (await _host.Services.GetRequiredService<IAlertStore>().SetFilterAsync(person.Id, person.AlertId, RecordFilterOf(person.Alert.Filter), CancellationToken.None)).ShouldBeTrue();
            }
        }
    }

    private static MapUid UidOf(SandboxMap map) => MapUid.TryCreate(map.Uid, out var uid) ? uid : throw new ArgumentException(map.Uid, nameof(map));

    private static RecordFilter RecordFilterOf(string word) => AlertWords.TryReadFilter(word, out var filter) ? filter : throw new ArgumentException(word, nameof(word));

    private bool Watches(SandboxMap map) => _tracked.Contains(map.Uid!);

    private void Populate(SandboxMap map, int rows)
    {
        for (var i = 0; i < rows; i++)
        {
            Scenario.NewPlayer(map.Uid!, 40_000 + _random.Next(30_000));
        }
    }

    /// <param name="isDuringRun">Only what boards tell by themselves: who looks later sees it, who looked before does not.</param>
    private void Happen(bool isDuringRun = false)
    {
        var maps = World.MapsOf(Mapper).Concat(World.MapsOf(OtherMapper).Where(map => map.Name.StartsWith("Tracked", StringComparison.Ordinal))).ToList();

        // Most of the life is on few maps, so that much happens on the same board.
        var map = maps[_random.Next(3) == 0 ? _random.Next(maps.Count) : maps.Count - 1 - _random.Next(Math.Min(OwnMaps + SharedMaps + 4, maps.Count))];
        if (isDuringRun && _shared.Contains(map.MapId) && _random.Next(4) != 0)
        {
            // Boards that several share are read once a run, and would show the worker that comes later nothing else.
            map = maps.First(other => !_shared.Contains(other.MapId));
        }

        var board = World.BoardOf(map.Uid!);
        var row = board.Count == 0 ? null : board[_random.Next(Math.Min(board.Count, 9))];
        var score = row is null ? 45_000 : row.IsSecret ? SecretUpTo - _random.Next(3000) : row.Score;
        switch (_random.Next(18))
        {
            case 14 or 15 when board.Count > 8 && Watches(map):
                // The driver fights back.
                var best = board.FirstOrDefault(r => r.AccountId == _driverAccount) is { IsSecret: false } his ? his.Score : int.MaxValue;
                Scenario.Drive(map.Uid!, _driverAccount, Math.Max(1500, Math.Min(score, best) - 1 - _random.Next(20)));
                break;
            case 16 or 17 when !isDuringRun && Newest(map) is { } newest:
                ShowLate(map, row, score, newest - (_random.Next(4) == 0 ? 1 + _random.Next(60) : 0));
                break;
            case 0 when _uploads < 300 && !isDuringRun && World.MapsOf(Mapper).Count <= 90:
                Populate(Scenario.UploadMap(Mapper, $"Sim <b>{++_uploads}</b>"), rows: _random.Next(7));
                break;
            case 1 when !isDuringRun && map.Authors.Any(author => author.Name == Mapper) && !_shared.Contains(map.MapId) && World.MapsOf(Mapper).Count is > OwnMaps + SharedMaps and <= 100:
                Scenario.Unlist(map.Uid!);
                break;
            case 2 when row is not null && !isDuringRun && row.AccountId != _driverAccount:
                Scenario.Rename(row.AccountId, $"Renamed.{_random.Next(1_000_000).ToString(CultureInfo.InvariantCulture)}");
                break;
            case 3 when board.Count is > 0 and < 200:
                Scenario.Grow(map.Uid!, board.Count + 5 + _random.Next(30));
                break;
            case 4 or 5 when row is not null:
                Scenario.Remove(map.Uid!, row.AccountId);
                break;
            case 6 when row is not null:
                Scenario.Tie(map.Uid!, row.Position);
                break;
            case 7 or 8 when row is { Score: > 2000 }:
                Scenario.Improve(map.Uid!, row.AccountId, 1 + _random.Next(300));
                break;
            case 9 when row is { Score: > 2000 }:
                Scenario.Overtake(map.Uid!, row.AccountId);
                break;
            default:
                Scenario.NewPlayer(map.Uid!, Math.Max(1500, score - 200 + _random.Next(2500)));
                break;
        }
    }

    /// <summary>Unix seconds of the newest record that one of the alerts has seen there.</summary>
    private long? Newest(SandboxMap map) => _people.Select(person => person.Alert?.NewestOf(map.Uid!)).Where(newest => newest is not null).OrderBy(_ => _random.Next()).FirstOrDefault();

    /// <summary>Upstream shows a record only now that was driven in the second of the newest one that was seen, or shortly before.</summary>
    private void ShowLate(SandboxMap map, SandboxRecord? row, int score, long at)
    {
        var account = row is null || row.AccountId == _driverAccount || _random.Next(2) == 0 ? World.NewScenarioPlayers(1) : World.Accounts.IndexOf(row.AccountId);
        World.Change(map, [new BoardChange(account, Math.Max(1500, score - 1 - _random.Next(1000)), at)]);
    }

    private async Task RunAndCompareAsync()
    {
        var begun = _clock.GetUtcNow();
        var date = DateOnly.FromDateTime(begun.UtcDateTime);
        var people = _people.Where(person => person.Alert is not null || !person.Records.IsEmpty).ToList();
        people.ForEach(person => person.LostAlert = null);
        var listed = people.ToDictionary(person => person.Id, person => World.MapsOf(person.Name));
        var weather = Weather();
        Sandbox.Traffic.Reset();
        _ended.Clear();
        var hands = _random.Next(5) switch { 0 => Hands.Several, 1 or 2 => Hands.Hanging, _ => Hands.One };
        switch (_random.Next(9))
        {
            case 6 or 7 or 8 when hands != Hands.Hanging:
                _crashes.Arm(1 + _random.Next(3), _random.Next(2) == 0, typeof(IDailyRunStore), s_savings);
                break;
            case 0 or 1 when hands != Hands.Hanging:
                _crashes.Arm(1 + _random.Next(60), _random.Next(2) == 0);
                break;
            case 2 when hands != Hands.Hanging:
                _crashes.Arm(1 + _random.Next(4), _random.Next(2) == 0, typeof(IDailyEmailStore));
                break;
            case 3 when hands != Hands.Hanging:
                _crashes.Arm(1 + _random.Next(2), _random.Next(4) != 0, typeof(IEmailTransport));
                break;
            case 4 when hands != Hands.Hanging:
                _crashes.Arm(1 + _random.Next(4), _random.Next(2) == 0, typeof(IDailyCheckQueue));
                break;
            case 5 when !_ran.ContainsKey(date):
                var leaving = people[_random.Next(people.Count)];
                _crashes.Interrupt(1 + _random.Next(40), () => leaving.Name == Guest ? LeaveAsync(leaving) : leaving.Alert is null ? Task.CompletedTask : RemoveAlertAsync(leaving));
                break;
        }

        await _mailbox.DisturbAsync(_random);
        var isNew = await RunAsync(date, hands);
        _crashes.Calm();
        Sandbox.Faults.Clear();
        if (_ran.TryGetValue(date, out var told))
        {
            isNew.ShouldBeFalse();
            (await DescribeAsync(date, told.Users)).ShouldBe(told.Mails, "a run of the same date sends nothing again");
            return;
        }

        isNew.ShouldBeTrue();
        Runs++;
        var traffic = new SeenTraffic(Sandbox.Traffic.Entries, weather.IsEmptied);
        Boards += traffic.Boards;
        foreach (var person in people)
        {
            await CompareAsync(date, person, listed[person.Id], weather, traffic);
        }

        List<UserId> users = [.. people.Select(person => person.Id)];
        _ran[date] = (users, await DescribeAsync(date, users));
    }

    private async Task CompareAsync(DateOnly date, Person person, IReadOnlyList<SandboxMap> listed, SimulatedWeather weather, SeenTraffic traffic)
    {
        var alert = person.Alert ?? person.LostAlert;
        var isAsBefore = !person.IsGone && person.LostAlert is null;
        if (!weather.HidesMaps)
        {
            alert?.List(listed);
        }

        var run = new SeenRun(traffic, (uid, at) => World.BoardOf(uid, at - weather.Age), weather.Unreadable, _ended.TryGetValue(person.Id, out var ended) ? ended : _clock.GetUtcNow());
        var maps = alert?.Tell(run) ?? [];
        var changes = person.Records.Tell(run);
        var about = $"{person.Name}, filter {alert?.Filter}, probing {alert?.IsProbing}";
        if (isAsBefore)
        {
            alert?.Missed.ShouldBeEmpty($"boards that changed, of which nobody knows, or that are due for a full read, must be read: {about}");
            person.Records.Missed.ShouldBeEmpty(about);
        }

        var mail = await FindAsync(date, person.Id);
        if (mail is null && maps.Count + changes.Count > 0 && await IsUncertainAsync(date, person.Id))
        {
            (maps, changes, Uncertain) = ([], [], Uncertain + 1);
        }

        if (person.IsGone && mail is null)
        {
            return;
        }

        if (isAsBefore)
        {
            Compare(mail, maps, about);
        }
        else
        {
            // What was found before the alert went may be told, or nothing of it.
            (mail?.Maps ?? []).Select(map => map.ToString()).Except(maps.Select(map => map.ToString()), StringComparer.Ordinal).ShouldBeEmpty(about);
        }

        (mail?.Changes ?? []).ShouldBe(changes, ignoreOrder: true, about);
        if (mail?.Maps.Count > 0 && isAsBefore)
        {
            foreach (var map in listed.Where(map => weather.Unreadable.Contains(map.Uid!) && !alert!.IsProbing && !weather.HidesMaps))
            {
                mail.Unread.ShouldContain(map.Name.Replace("$f00", "", StringComparison.Ordinal).Replace("$o", "", StringComparison.Ordinal));
            }
        }

        Mails += mail is null ? 0 : 1;
        Records += maps.Sum(map => map.Count);
        Boundaries += alert?.LateOfSecond ?? 0;
        Hidden += maps.Sum(map => map.Records.Count(record => record.Time == "hidden"));
        Changes += changes.Count;
    }

    /// <summary>More than a hundred maps with news are a ranking: a line each for those with the most, with their best record.</summary>
    private static void Compare(MailText? mail, IReadOnlyList<ToldMap> maps, string about)
    {
        var told = (mail?.Maps ?? []).Select(map => map.ToString()).ToList();
        if (maps.Count <= 100)
        {
            told.ShouldBe(maps.Select(map => map.ToString()), ignoreOrder: true, about);
            return;
        }

        var ranked = maps.Select(map => map with { Records = [.. map.Records.Take(1)] }).ToList();
        told.Except(ranked.Select(map => map.ToString()), StringComparer.Ordinal).ShouldBeEmpty(about);
        told.ShouldBeUnique();
        (told.Count, mail!.Beyond).ShouldBe((100, maps.Count - 100), about);
        mail.Maps.Select(map => map.Count).ShouldBe(maps.Select(map => map.Count).OrderDescending().Take(100), about);
    }

    private SimulatedWeather Weather()
    {
        var fair = new SimulatedWeather(new HashSet<string>(StringComparer.Ordinal), TimeSpan.Zero, HidesMaps: false, (_, _) => false);
        var listed = World.MapsOf(Mapper);
        switch (_random.Next(13))
        {
            case 0:
                Sandbox.Faults.Add(new Fault(SandboxHost.Live, FaultKind.InternalServerError) { Times = 1 + _random.Next(6) });
                return fair;
            case 1 or 2 or 7:
                // Side by side, as they are read.
                var broken = listed.Concat(World.MapsOf(OtherMapper).Where(Watches)).Select(map => map.Uid!).Skip(_random.Next(listed.Count)).Take(1 + _random.Next(MostBroken)).ToHashSet(StringComparer.Ordinal);
                foreach (var uid in broken)
                {
                    Sandbox.Faults.Add(new Fault(SandboxHost.Live, FaultKind.InternalServerError) { Match = $"map/{uid}/top" });
                }

                return fair with { Unreadable = broken };
            case 3:
                // Cut between two batches of events, so that it does not matter how long the run takes.
                var age = _clock.GetUtcNow() - (_batches[^(1 + _random.Next(Math.Min(3, _batches.Count)))] + TimeSpan.FromMinutes(75));
                Sandbox.Faults.Add(new Fault(SandboxHost.Live, FaultKind.Stale) { Delay = age });
                return fair with { Age = TimeSpan.FromSeconds((long)age.TotalSeconds) };
            case 4:
                return _random.Next(3) switch
                {
                    0 => fair with { IsEmptied = Empties(new Fault(SandboxHost.Live, FaultKind.EmptyPositions) { EveryNth = 2 }, (n, _) => n % 2 == 0) },
                    1 => fair with { IsEmptied = Empties(new Fault(SandboxHost.Live, FaultKind.EmptyPositions), (_, _) => true) },
                    _ when listed[_random.Next(listed.Count)].Uid is var uid => fair with { IsEmptied = Empties(new Fault(SandboxHost.Live, FaultKind.EmptyPositions) { Match = uid }, (_, query) => query.Contains(uid!, StringComparison.Ordinal)) },
                    _ => fair,
                };
            case 5:
                Sandbox.Faults.Add(new Fault(SandboxHost.Tmx, FaultKind.ServiceUnavailable));
                return fair with { HidesMaps = true };
            case 6:
                Sandbox.Faults.Add(new Fault(SandboxHost.OAuth, FaultKind.BadGateway) { Times = 3 });
                return fair;
            default:
                return fair;
        }

        Func<int, string, bool> Empties(Fault fault, Func<int, string, bool> isEmptied)
        {
            Sandbox.Faults.Add(fault);
            return isEmptied;
        }
    }

    /// <summary>What the workers do; a crash takes away everything that is not in a store.</summary>
    private async Task<bool> RunAsync(DateOnly date, Hands hands)
    {
        var mediator = _host.Services.GetRequiredService<IMediator>();
        bool? isNew = null;
        var sendings = 0;
        var hangsAt = hands == Hands.Hanging ? 1 + _random.Next(3) : 0;
        Together += hands == Hands.Several ? 1 : 0;
        for (var i = 0; ; i++)
        {
            i.ShouldBeLessThan(4000, "the run comes to no end");
            try
            {
                var started = (await mediator.Send(new StartDailyRunCommand("simulation", date))).Value;
                isNew ??= started.IsNew || started.Run.Counts.Ended == 0;
                if (started.Run is { FinishedAt: not null, Counts.EmailsPending: 0 })
                {
                    _crashes.Revive();
                    return isNew.Value;
                }

                var hasWorked = hands == Hands.Several ? await WorkTogetherAsync() : hangsAt > 0 && --hangsAt == 0 ? await WorkHangingAsync() : await WorkAsync();
                if (!hasWorked)
                {
                    await SweepAsync();
                    await Task.WhenAll(Enumerable.Range(0, hands == Hands.Several ? 2 : 1).Select(_ => mediator.Send(new SendDailyEmailsCommand())));
                    _clock.Advance(_sqs is null ? TimeSpan.FromSeconds(20) : TimeSpan.FromMinutes(1));
                    if (++sendings == 5)
                    {
                        await _mailbox.CalmAsync();
                    }
                }
            }
            catch (SimulatedCrashException)
            {
                _crashes.Revive().ShouldBeTrue();
            }
        }
    }

    /// <summary>One check, if one is due.</summary>
    private async Task<bool> WorkAsync()
    {
        if (await TakeAsync() is not { } delivery)
        {
            return false;
        }

        await WorkAsync(delivery);
        return true;
    }

    /// <summary>The next check from the queue, as a worker takes it; null when none is due.</summary>
    private async Task<DailyCheckDelivery?> TakeAsync()
    {
        if (_sqs is not null)
        {
            await _sqs.FollowAsync(_clock.GetUtcNow());
            if (!await _sqs.HasMessagesAsync())
            {
                return null;
            }
        }
        else if (await Store.FindOverdueAsync(TimeSpan.Zero, 1, CancellationToken.None) is [])
        {
            return null;
        }

        // Of a message whose check is not due, or of a check that somebody else took in this moment, comes nothing.
        using var enough = new CancellationTokenSource(s_patience, _clock);
        try
        {
            return await _host.Services.GetRequiredService<IDailyCheckQueue>().ReceiveAsync(enough.Token);
        }
        catch (OperationCanceledException) when (enough.IsCancellationRequested)
        {
            return null;
        }
    }

    private async Task WorkAsync(DailyCheckDelivery delivery)
    {
        try
        {
            await _host.Services.GetRequiredService<DailyCheckRun>().RunAsync(delivery, CancellationToken.None);
        }
        finally
        {
            _ended[delivery.Check.Key.UserId] = _clock.GetUtcNow();
        }
    }

    /// <summary>Three workers at the same time.</summary>
    private async Task<bool> WorkTogetherAsync()
    {
        var worked = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Task.Run(async () =>
        {
            var count = 0;
            while (await WorkAsync())
            {
                count++;
            }

            return count;
        })));
        return worked.Sum() > 0;
    }

    /// <summary>
    /// A worker hangs until its claim lapses and another one takes the check over. Boards change before that one looks, and it may hang as well; then
    /// the first one goes on as if nothing had been.
    /// </summary>
    private async Task<bool> WorkHangingAsync()
    {
        var first = _random.Next(6) switch
        {
            0 => new StoppedWorker(1 + _random.Next(12), _random.Next(2) == 0),
            1 or 2 => new StoppedWorker(1, isMade: true, s_savings),
            _ => new StoppedWorker(1, isMade: false, s_savings),
        };
        var second = _random.Next(6) switch
        {
            0 => new StoppedWorker(int.MaxValue, isMade: false),
            1 => new StoppedWorker(1 + _random.Next(2), isMade: false, s_savings),
            2 or 3 => new StoppedWorker(1 + _random.Next(2), isMade: true, s_savings),
            _ => new StoppedWorker(1, isMade: false, s_endings),
        };
        var events = _random.Next(9);
        if (await TakeAsync() is not { } delivery)
        {
            return false;
        }

        var working = Task.Run(() => CrashPoints.RunAsync(first, () => WorkAsync(delivery)));
        await Task.WhenAny(working, first.Stopped);
        if (!first.Stopped.IsCompleted)
        {
            await working;
            return true;
        }

        Lapses++;
        _clock.Advance(IDailyRunStore.Lease + TimeSpan.FromMinutes(1));
        if (await TakeOverAsync(delivery.Check.Key) is { } taken)
        {
            // Only now: checks that were done in between have looked at what the first worker saw.
            _clock.Advance(TimeSpan.FromSeconds(30));
            for (; events > 0; events--)
            {
                Happen(isDuringRun: true);
            }

            _clock.Advance(TimeSpan.FromSeconds(30));
            var taking = Task.Run(() => CrashPoints.RunAsync(second, () => WorkAsync(taken)));
            await Task.WhenAny(taking, second.Stopped);
            first.GoOn();
            await working;
            second.GoOn();
            await taking;
            return true;
        }

        // It was gone, with its user, before it could be taken over.
        first.GoOn();
        await working;
        return true;
    }

    /// <summary>Takes a check whose worker hangs, once it is due again and, on SQS, the upkeep has announced it anew; others that come first are done.</summary>
    private async Task<DailyCheckDelivery?> TakeOverAsync(DailyCheckKey key)
    {
        // A sign of life that was on its way may have come after the first pause.
        for (var i = 0; i < 20; i++)
        {
            if (await TakeAsync() is not { } delivery)
            {
                await SweepAsync();
                _clock.Advance(IDailyRunStore.Lease);
            }
            else if (delivery.Check.Key == key)
            {
                return delivery;
            }
            else
            {
                await WorkAsync(delivery);
            }
        }

        return null;
    }

    private Task SweepAsync() => _sqs is null ? Task.CompletedTask : SimulatedSqs.SweepAsync(_host.Services);

    private async Task<MailText?> FindAsync(DateOnly date, UserId user)
    {
        var mails = await _mailbox.ReadAsync(_host, date, user);
        mails.Count.ShouldBeLessThanOrEqualTo(1, "one mail for each user and run");
        return mails.Count == 0 ? null : MailText.Read(mails[0].TextBody ?? string.Empty);
    }

    /// <summary>A mail may be lost where nobody can know it, if an administrator is told so.</summary>
    private async Task<bool> IsUncertainAsync(DateOnly date, UserId user) => !_mailbox.IsCertain
        && (await _host.Services.GetRequiredService<IDailyEmailStore>().ListUnsentAsync(date, 10, CancellationToken.None)).Any(e => e.Key == new DailyEmailKey(date, user) && e.State == DailyEmailState.Uncertain);

    private async Task<string> DescribeAsync(DateOnly date, IReadOnlyList<UserId> users)
    {
        var mails = new List<string>();
        foreach (var user in users)
        {
            mails.AddRange((await _mailbox.ReadAsync(_host, date, user)).Select(mail => $"{mail.MessageId} {mail.TextBody}"));
        }

        return string.Join('\n', mails);
    }

    private enum Hands
    {
        One,
        Several,

        /// <summary>One at a time, of which one hangs.</summary>
        Hanging,
    }

    /// <summary>A user, and what he is to be told.</summary>
    private sealed class Person(string name, UserId id, RecordsModel records)
    {
        public string Name { get; } = name;

        public UserId Id { get; } = id;

        public AlertId AlertId { get; set; }

        /// <summary>Null while he has none.</summary>
        public AlertModel? Alert { get; set; }

        /// <summary>The one that was removed during the run.</summary>
        public AlertModel? LostAlert { get; set; }

        public RecordsModel Records { get; } = records;

        public bool IsGone { get; set; }
    }

    /// <param name="Unreadable">Boards that cannot be read during this run.</param>
    /// <param name="Age">Boards and positions are as they were so long before.</param>
    /// <param name="HidesMaps">The maps cannot be listed.</param>
    /// <param name="IsEmptied">Which questions for positions have an empty answer: the n-th, with this query.</param>
    private sealed record SimulatedWeather(HashSet<string> Unreadable, TimeSpan Age, bool HidesMaps, Func<int, string, bool> IsEmptied);
}
