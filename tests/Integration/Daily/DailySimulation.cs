using System.Globalization;
using Backend.Application.DailyEmails;
using Backend.Application.DailyRuns;
using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.Alerts;
using Backend.Domain.DailyEmails;
using Backend.Domain.DriverNotifications;
using Backend.Domain.Tracks;
using Backend.Integration.Support;
using Backend.TrackmaniaSandbox;
using Backend.WebApi.Workers;
using MediatR;
using Microsoft.Extensions.DependencyInjection;

namespace Backend.Integration.Daily;

/// <summary>
/// Days in the life of a mapper, a driver and the players between them, with runs that come late, early, twice or not at all, that are
/// killed, and that meet services which fail, lag or say nothing. After each run the mails are compared with what the model expects.
/// </summary>
internal sealed class DailySimulation : IAsyncDisposable
{
    /// <summary>He has made nothing that the world would play by itself.</summary>
    private const string Mapper = "Nobody";

    private const string OtherMapper = "Ekko";
    private const int FewMaps = 10;
    private const int ManyMaps = 104;

    private static readonly string[] s_filters = ["top5", "wr", "all"];

    private readonly Random _random;
    private readonly FastClock _clock;
    private readonly CrashPoints _crashes = new();
    private readonly BackendHost _host;
    private readonly DailyModel _model;
    private readonly IMailbox _mailbox;
    private readonly Dictionary<DateOnly, string> _ran = [];
    private readonly List<DateTimeOffset> _batches = [];
    private UserId _mapper;
    private UserId _driver;
    private MapperAlert _alert = null!;
    private Guid _driverAccount;
    private string _filter = "top5";
    private readonly HashSet<string> _tracked = new(StringComparer.Ordinal);
    private int _uploads;

    private DailySimulation(HostProfile profile, int seed, Action<IServiceCollection, Func<DateTimeOffset>>? mutation, IMailbox mailbox)
    {
        _mailbox = mailbox;
        // Not for secrets: whoever has the seed gets the same days again.
        _random = new Random(seed);
        _clock = new FastClock(300);
        var all = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            // SQS would hold messages back by a clock of its own.
            ["Adapters:DailyQueue"] = profile == HostProfile.InMemory ? "InMemory" : "Postgres",
            ["Trackmania:MaxRetries"] = "1",
            ["Trackmania:RetryDelay"] = "00:00:01",

            // Hours pass in seconds here.
            ["Trackmania:NadeoTimeout"] = "01:00:00",
            ["Trackmania:TmxTimeout"] = "01:00:00",
            ["Trackmania:OAuthTimeout"] = "01:00:00",
        };
        foreach (var (key, value) in mailbox.Settings)
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

            _crashes.Watch<IDailyRunStore>(services);
            _crashes.Watch<IDailyEmailStore>(services);
            _crashes.Watch<IEmailTransport>(services);
            mutation?.Invoke(services, _clock.GetUtcNow);
        });
        _model = new DailyModel(World);
    }

    public string Summary => string.Create(CultureInfo.InvariantCulture, $"runs {Runs}, mails {Mails}, records told {Records}, changes told {Changes}, mails lost and listed as uncertain {Uncertain}, crashes {_crashes.Crashes}, boards asked for {Boards}");

    private int Runs { get; set; }

    private int Mails { get; set; }

    private int Records { get; set; }

    private int Changes { get; set; }

    private int Boards { get; set; }

    private int Uncertain { get; set; }

    private SandboxServer Sandbox => _host.Sandbox;

    private SandboxWorld World => Sandbox.World;

    private ScenarioDriver Scenario => Sandbox.Scenario;

    private IDailyRunStore Store => _host.Services.GetRequiredService<IDailyRunStore>();

    /// <param name="mailbox">A folder when null; it ends with the simulation.</param>
    public static async Task<DailySimulation> StartAsync(HostProfile profile, int seed, Action<IServiceCollection, Func<DateTimeOffset>>? mutation = null, IMailbox? mailbox = null)
    {
        var simulation = new DailySimulation(profile, seed, mutation, mailbox ?? new FolderMailbox());
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
                throw new InvalidOperationException($"Day {day.ToString(CultureInfo.InvariantCulture)}, {_clock.GetUtcNow():u}, filter {_filter}, probing {_model.IsProbing}: {exception.Message}", exception);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        await _mailbox.DisposeAsync();
    }

    private async Task BeginAsync()
    {
        // Nothing happens but what is asked for here.
        await _host.StopWorkerAsync();
        for (var i = 0; i < FewMaps; i++)
        {
            Populate(Scenario.UploadMap(Mapper, $"$f00Sim $o{++_uploads}"), rows: 3 + (i * 13));
        }

        var user = await _host.SignInAsync(Mapper);
        _mapper = await UserIdAsync(user);
        _alert = (await _host.Services.GetRequiredService<IAlertStore>().AddAsync(
            new NewAlert(_mapper, AlertMode.Accurate, RecordFilter.Top5, _clock.GetUtcNow()), CancellationToken.None)).Alert!;
        var tracked = Enumerable.Range(0, 4).Select(n => Scenario.UploadMap(OtherMapper, $"Tracked {n}")).ToList();
        foreach (var map in tracked)
        {
            Populate(map, rows: 12);
        }

        _driverAccount = World.BoardOf(tracked[0].Uid!)[2].AccountId;
        var driver = await _host.SignInAsync("driver");
        _driver = await UserIdAsync(driver);
        foreach (var map in tracked)
        {
            Scenario.Drive(map.Uid!, _driverAccount, World.BoardOf(map.Uid!)[2].Score - 1);
            var row = World.BoardOf(map.Uid!).Single(row => row.AccountId == _driverAccount);
            var name = string.Create(CultureInfo.InvariantCulture, $"Map of {map.MapId}");
            (await _host.Services.GetRequiredService<IDriverNotificationStore>().AddAsync(
                new NewDriverNotification(_driver, new AccountId(_driverAccount), UidOf(map), name, row.Position, RecordTime.FromMilliseconds(row.Score), _clock.GetUtcNow()),
                maxPerUser: 100,
                CancellationToken.None)).Notification.ShouldNotBeNull();
            _tracked.Add(map.Uid!);
            _model.Track(map.Uid!, _driverAccount, name, row.Position);
        }

        await _host.Services.GetRequiredService<ISiteSettingStore>().SetAsync(Backend.Domain.Administration.SiteSetting.MaxMapsPerUser, 1000, _clock.GetUtcNow(), CancellationToken.None);
        _model.Since = _alert.CreatedAt - TimeSpan.FromHours(24);
    }

    private async Task<UserId> UserIdAsync(SignedInUser user) =>
        (await _host.Services.GetRequiredService<IUserStore>().FindByLoginAsync(user.Name, CancellationToken.None))!.Id;

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
            foreach (var map in World.MapsOf(Mapper).Skip(FewMaps).ToList())
            {
                Scenario.Unlist(map.Uid!);
            }
        }

        for (var batch = 0; batch < 3; batch++)
        {
            _clock.Advance(TimeSpan.FromHours(3 + (_random.NextDouble() * 5.5)));
            var events = _random.Next(5);
            for (var i = 0; i < events; i++)
            {
                Happen();
            }

            _batches.Add(_clock.GetUtcNow());
        }

        _clock.Advance(TimeSpan.FromHours(2 + (_random.NextDouble() * 9)));
        if (_random.Next(10) == 0)
        {
            return;
        }

        if (_random.Next(12) == 0)
        {
            _filter = s_filters[_random.Next(3)];
            (await _host.Services.GetRequiredService<IAlertStore>().SetFilterAsync(_mapper, _alert.Id, RecordFilterOf(_filter), CancellationToken.None)).ShouldBeTrue();
        }

        await RunAndCompareAsync();
        if (_random.Next(8) == 0)
        {
            await RunAndCompareAsync();
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

    private void Happen()
    {
        var maps = World.MapsOf(Mapper).Concat(World.MapsOf(OtherMapper).Where(map => map.Name.StartsWith("Tracked", StringComparison.Ordinal))).ToList();

        // Most of the life is on few maps, so that much happens on the same board.
        var map = maps[_random.Next(3) == 0 ? _random.Next(maps.Count) : maps.Count - 1 - _random.Next(Math.Min(14, maps.Count))];
        var board = World.BoardOf(map.Uid!);
        var row = board.Count == 0 ? null : board[_random.Next(Math.Min(board.Count, 9))];
        switch (_random.Next(16))
        {
            case 14 or 15 when board.Count > 8 && Watches(map):
                // The driver fights back.
                Scenario.Drive(map.Uid!, _driverAccount, Math.Max(1500, Math.Min(board[_random.Next(8)].Score, board.FirstOrDefault(r => r.AccountId == _driverAccount)?.Score ?? int.MaxValue) - 1 - _random.Next(20)));
                break;
            case 0 when _uploads < 300 && !_model.IsProbing:
                Populate(Scenario.UploadMap(Mapper, $"Sim <b>{++_uploads}</b>"), rows: _random.Next(7));
                break;
            case 1 when map.Authors.Any(author => author.Name == Mapper) && World.MapsOf(Mapper).Count > FewMaps && !_model.IsProbing:
                Scenario.Unlist(map.Uid!);
                break;
            case 2 when row is not null && !Watches(map):
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
                Scenario.NewPlayer(map.Uid!, Math.Max(1500, (row?.Score ?? 45_000) - 200 + _random.Next(2500)));
                break;
        }
    }

    private async Task RunAndCompareAsync()
    {
        var begun = _clock.GetUtcNow();
        var date = DateOnly.FromDateTime(begun.UtcDateTime);
        var listed = World.MapsOf(Mapper);
        var weather = Weather(listed);
        Sandbox.Traffic.Reset();
        switch (_random.Next(6))
        {
            case 0 or 1:
                _crashes.Arm(1 + _random.Next(45), _random.Next(2) == 0);
                break;
            case 2:
                _crashes.Arm(1 + _random.Next(4), _random.Next(2) == 0, typeof(IDailyEmailStore));
                break;
            case 3:
                _crashes.Arm(1 + _random.Next(2), _random.Next(2) == 0, typeof(IEmailTransport));
                break;
        }

        await _mailbox.DisturbAsync(_random);
        var isNew = await RunAsync(date);
        Sandbox.Faults.Clear();
        var asked = Sandbox.Traffic.Entries.Where(e => e.Host == SandboxHost.Live && e.Status == 200 && e.PathAndQuery.Contains("/top?", StringComparison.Ordinal))
            .Select(e => e.PathAndQuery.Split("/map/")[1].Split('/')[0]).ToHashSet(StringComparer.Ordinal);
        Boards += asked.Count;
        if (_ran.TryGetValue(date, out var told))
        {
            isNew.ShouldBeFalse();
            (await DescribeAsync(date)).ShouldBe(told, "a run of the same date sends nothing again");
            return;
        }

        isNew.ShouldBeTrue();
        Runs++;
        await CompareAsync(date, listed, weather, asked);
        _ran[date] = await DescribeAsync(date);
    }

    private async Task CompareAsync(DateOnly date, IReadOnlyList<SandboxMap> listed, SimulatedWeather weather, HashSet<string> asked)
    {
        if (!weather.HidesMaps)
        {
            _model.List(listed);
        }

        var moment = _clock.GetUtcNow();
        IReadOnlyList<SandboxRecord> Serve(string uid) => World.BoardOf(uid, weather.Cut ?? moment);
        if (!weather.IsMisty)
        {
            _model.MustRead(Serve, weather.Unreadable, _filter).Except(asked, StringComparer.Ordinal).ShouldBeEmpty("boards that changed, or are due for a full read, must be read");
        }

        var maps = _model.TellMapper(asked, Serve, _filter);
        var changes = _model.TellDriver(Serve, weather.Unreadable);

        var (mapperMail, driverMail) = (await FindAsync(date, _mapper), await FindAsync(date, _driver));
        if (mapperMail is null && maps.Count > 0 && await IsUncertainAsync(date, _mapper))
        {
            (maps, Uncertain) = ([], Uncertain + 1);
        }

        if (driverMail is null && changes.Count > 0 && await IsUncertainAsync(date, _driver))
        {
            (changes, Uncertain) = ([], Uncertain + 1);
        }

        (mapperMail?.Maps ?? []).Select(map => map.ToString()).ShouldBe(maps.Select(map => map.ToString()), ignoreOrder: true);
        (driverMail?.Changes ?? []).ShouldBe(changes, ignoreOrder: true);
        if (mapperMail is not null)
        {
            foreach (var map in listed.Where(map => weather.Unreadable.Contains(map.Uid!) && !_model.IsProbing && !weather.HidesMaps))
            {
                mapperMail.Unread.ShouldContain(map.Name.Replace("$f00", "", StringComparison.Ordinal).Replace("$o", "", StringComparison.Ordinal));
            }
        }

        Mails += (mapperMail is null ? 0 : 1) + (driverMail is null ? 0 : 1);
        Records += maps.Sum(map => map.Count);
        Changes += changes.Count;
    }

    private SimulatedWeather Weather(IReadOnlyList<SandboxMap> listed)
    {
        var unreadable = new HashSet<string>(StringComparer.Ordinal);
        DateTimeOffset? cut = null;
        var (hidesMaps, isMisty) = (false, false);
        switch (_random.Next(12))
        {
            case 0:
                Sandbox.Faults.Add(new Fault(SandboxHost.Live, FaultKind.InternalServerError) { Times = 1 + _random.Next(6) });
                break;
            case 1:
                var uid = listed[_random.Next(listed.Count)].Uid!;
                unreadable.Add(uid);
                Sandbox.Faults.Add(new Fault(SandboxHost.Live, FaultKind.InternalServerError) { Match = $"map/{uid}/top" });
                break;
            case 2:
                // Cut between two batches of events, so that it does not matter how long the run takes.
                cut = _batches[^(1 + _random.Next(Math.Min(3, _batches.Count)))] + TimeSpan.FromMinutes(75);
                isMisty = true;
                var age = _clock.GetUtcNow() - cut.Value;
                Sandbox.Faults.Add(new Fault(SandboxHost.Live, FaultKind.Stale) { Delay = age });
                break;
            case 3:
                isMisty = true;
                Sandbox.Faults.Add(new Fault(SandboxHost.Live, FaultKind.EmptyPositions) { EveryNth = 2 });
                break;
            case 4:
                hidesMaps = true;
                Sandbox.Faults.Add(new Fault(SandboxHost.Tmx, FaultKind.ServiceUnavailable));
                break;
            case 5:
                Sandbox.Faults.Add(new Fault(SandboxHost.OAuth, FaultKind.BadGateway) { Times = 3 });
                break;
        }

        return new SimulatedWeather(unreadable, cut, hidesMaps, isMisty);
    }

    /// <summary>What the workers do, one thing after the other; a crash takes away everything that is not in a store.</summary>
    private async Task<bool> RunAsync(DateOnly date)
    {
        var mediator = _host.Services.GetRequiredService<IMediator>();
        var run = _host.Services.GetRequiredService<DailyCheckRun>();
        bool? isNew = null;
        var sendings = 0;
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

                if (await Store.TryClaimAsync(CancellationToken.None) is { } check)
                {
                    await run.RunAsync(new DailyCheckDelivery(check, Receipt: string.Empty), CancellationToken.None);
                }
                else
                {
                    await mediator.Send(new SendDailyEmailsCommand());
                    _clock.Advance(TimeSpan.FromSeconds(20));
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

    private async Task<MailText?> FindAsync(DateOnly date, UserId user)
    {
        var mails = await _mailbox.ReadAsync(_host, date, user);
        mails.Count.ShouldBeLessThanOrEqualTo(1, "one mail for each user and run");
        return mails.Count == 0 ? null : MailText.Read(mails[0].TextBody ?? string.Empty);
    }

    /// <summary>A mail may be lost where nobody can know it, if an administrator is told so.</summary>
    private async Task<bool> IsUncertainAsync(DateOnly date, UserId user) => !_mailbox.IsCertain
        && (await _host.Services.GetRequiredService<IDailyEmailStore>().ListUnsentAsync(date, 10, CancellationToken.None)).Any(e => e.Key == new DailyEmailKey(date, user) && e.State == DailyEmailState.Uncertain);

    private async Task<string> DescribeAsync(DateOnly date) =>
        string.Join('\n', (await _mailbox.ReadAsync(_host, date, _mapper)).Concat(await _mailbox.ReadAsync(_host, date, _driver)).Select(mail => $"{mail.MessageId} {mail.TextBody}"));

    /// <param name="Unreadable">Boards that cannot be read during this run.</param>
    /// <param name="Cut">Boards and positions are as they were then.</param>
    /// <param name="HidesMaps">The maps cannot be listed.</param>
    /// <param name="IsMisty">Which boards are to be read cannot be told from outside.</param>
    private sealed record SimulatedWeather(IReadOnlySet<string> Unreadable, DateTimeOffset? Cut, bool HidesMaps, bool IsMisty);
}
