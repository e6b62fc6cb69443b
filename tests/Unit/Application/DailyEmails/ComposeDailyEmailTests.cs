using Backend.Application.DailyEmails;
using Backend.Application.DailyRuns;
using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.Alerts;
using Backend.Domain.Common;
using Backend.Domain.DailyEmails;
using Backend.Domain.DailyRuns;
using Backend.Domain.DriverNotifications;
using Backend.Domain.History;
using Backend.Domain.Tracks;
using Backend.Unit.Support;
using NSubstitute;
using NSubstitute.ExceptionExtensions;

namespace Backend.Unit.Application.DailyEmails;

public sealed class ComposeDailyEmailTests
{
    private static readonly EmailContent s_content = new("subject", "text", "html");

    private readonly DailyChecks _checks = new();
    private readonly IPlayerNames _names = Substitute.For<IPlayerNames>();
    private readonly IEmailRenderer _renderer = Substitute.For<IEmailRenderer>();
    private readonly IMailTokens _tokens = Substitute.For<IMailTokens>();
    private User _user = null!;
    private MapperAlert _alert = null!;

    public ComposeDailyEmailTests()
    {
        _names.ResolveAsync(null!, default).ReturnsForAnyArgs(call => Make.Success<IReadOnlyDictionary<AccountId, string>>(
            (call.Arg<IReadOnlyCollection<AccountId>>() ?? []).ToDictionary(id => id, id => $"name of {id}")));
        _renderer.RenderAsync(null!, null!, default).ReturnsForAnyArgs(s_content);
        _tokens.Issue(default).ReturnsForAnyArgs(new Secret("to/ken"));
    }

    [Fact]
    public async Task What_was_found_becomes_one_mail_with_names_in_the_users_time_zone()
    {
        var check = await BeginAsync(maps: 2, unread: 1);
        await _checks.Areas.Users.ChangeMailPreferencesAsync(_user.Id, new MailPreferencesChange("Europe/Berlin"), CancellationToken.None);

        (await Send(check)).ShouldBe(DailyPartOutcome.Ended);

        var digest = (DailyDigest)_renderer.ReceivedCalls().Single().GetArguments()[0]!;
        digest.Mapper!.Maps.Count.ShouldBe(2);
        digest.Mapper.Unread.Count.ShouldBe(1);
        digest.Driver.ShouldBeNull();
        digest.Players[Make.Account(0)].ShouldStartWith("name of");
        digest.TimeZone.Id.ShouldBe("Europe/Berlin");
        ((Uri)_renderer.ReceivedCalls().Single().GetArguments()[1]!).ShouldBe(new Uri("https://tm.example.org/base/mail/preferences?token=to%2Fken"));
        var ticket = (await _checks.Areas.Emails.TryClaimAsync(CancellationToken.None)).ShouldNotBeNull();
        (ticket.Content, ticket.Maps, ticket.Changes).ShouldBe((s_content, 2, null));
        (await HistoryAsync()).ShouldBeEmpty("it is not sent yet");
    }

    [Fact]
    public async Task Nothing_new_is_no_mail_and_the_history_says_so()
    {
        var check = await BeginAsync(maps: 0);

        (await Send(check)).ShouldBe(DailyPartOutcome.Ended);

        (await _checks.Areas.Emails.TryClaimAsync(CancellationToken.None)).ShouldBeNull();
        (await HistoryAsync()).ShouldHaveSingleItem().ShouldSatisfyAllConditions(e => e.Kind.ShouldBe(NotificationKind.MapperAlert), e => e.Outcome.ShouldBe(NotificationOutcome.NoNewTimes));
        _renderer.ReceivedCalls().ShouldBeEmpty();
    }

    [Theory]
    [InlineData(2, false, "2 maps could not be checked; the next run catches up.")]
    [InlineData(0, true, "The check could not be completed; the next run catches up.")]
    public async Task What_could_not_be_found_out_is_an_error_in_the_history(int unread, bool isBroken, string expected)
    {
        var check = await BeginAsync(maps: 0, unread, isBroken);

        await Send(check);

        (await HistoryAsync()).ShouldHaveSingleItem().ShouldSatisfyAllConditions(e => e.Outcome.ShouldBe(NotificationOutcome.TechnicalError), e => e.Message.ShouldBe(expected));
    }

    [Fact]
    public async Task Many_maps_come_with_the_most_news_first()
    {
        var check = await BeginAsync(maps: 101);

        await Send(check);

        var digest = (DailyDigest)_renderer.ReceivedCalls().Single().GetArguments()[0]!;
        digest.Mapper!.IsRanking.ShouldBeTrue();
        digest.Mapper.Maps.Select(m => m.Count).ShouldBeInOrder(SortDirection.Descending);
    }

    [Fact]
    public async Task Without_names_the_mail_waits_a_while_and_then_goes_without()
    {
        var check = await BeginAsync(maps: 1);
        _names.ResolveAsync(null!, default).ReturnsForAnyArgs(Make.Failed<IReadOnlyDictionary<AccountId, string>>(Make.Trouble()));

        (await Send(check)).ShouldBe(new DailyPartOutcome(DailyPartStatus.PutOff, TimeSpan.FromMinutes(1)));
        _checks.Areas.Clock.Advance(TimeSpan.FromMinutes(1));
        (await Send((await _checks.Areas.Runs.TryClaimAsync(CancellationToken.None))! with { Retries = 3 })).ShouldBe(DailyPartOutcome.Ended);

        ((DailyDigest)_renderer.ReceivedCalls().Single().GetArguments()[0]!).Players.ShouldBeEmpty();
    }

    [Fact]
    public async Task Both_parts_are_in_one_mail()
    {
        var check = await BeginAsync(maps: 1, withRecord: true);

        await Send(check);

        var digest = (DailyDigest)_renderer.ReceivedCalls().Single().GetArguments()[0]!;
        digest.Driver!.Changes.Single().Kind.ShouldBe(DriverChangeKind.Worse);
        (await _checks.Areas.Emails.TryClaimAsync(CancellationToken.None)).ShouldNotBeNull().ShouldSatisfyAllConditions(t => t.Maps.ShouldBe(1), t => t.Changes.ShouldBe(1));
    }

    [Fact]
    public async Task A_drivers_maps_are_linked_as_far_as_the_site_knows_them()
    {
        var check = await BeginAsync(maps: 0, withRecord: true);
        _checks.Directory.SearchAsync(MapFilter.ByUid(Make.Uid(0)), 1, Arg.Any<CancellationToken>()).Returns(Make.Success(new FoundMaps(
            [new FoundMap(7, Make.Uid(0), "Map", [], new Medals(null, null, null, null), Make.Start, 0)], HasMore: false)));

        await Send(check);

        ((DailyDigest)_renderer.ReceivedCalls().Single().GetArguments()[0]!).Driver!.TmxIds.ShouldBe([KeyValuePair.Create(Make.Uid(0), 7L)]);
    }

    [Fact]
    public async Task Without_the_site_the_mail_goes_without_links()
    {
        var check = await BeginAsync(maps: 0, withRecord: true);

        (await Send(check)).ShouldBe(DailyPartOutcome.Ended);

        ((DailyDigest)_renderer.ReceivedCalls().Single().GetArguments()[0]!).Driver!.TmxIds.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_mail_that_cannot_be_written_goes_out_in_its_plainest_form_in_the_end()
    {
        var check = await BeginAsync(maps: 2, unread: 1, withRecord: true);
        _checks.Directory.SearchAsync(MapFilter.ByUid(Make.Uid(0)), 1, Arg.Any<CancellationToken>()).Returns(Make.Success(new FoundMaps(
            [new FoundMap(7, Make.Uid(0), "Map", [], new Medals(null, null, null, null), Make.Start, 0)], HasMore: false)));
        _renderer.RenderAsync(null!, null!, default).ThrowsAsyncForAnyArgs(new InvalidOperationException("a name that nobody thought of"));

        await Should.ThrowAsync<InvalidOperationException>(() => Send(check));
        (await Send(check with { Retries = 3 })).ShouldBe(DailyPartOutcome.Ended);

        var ticket = (await _checks.Areas.Emails.TryClaimAsync(CancellationToken.None)).ShouldNotBeNull();
        (ticket.Maps, ticket.Changes).ShouldBe((2, 1));
        ticket.Content.Text.ShouldContain("New records on your map https://trackmania.exchange/mapshow/1: 2\n  #1 0.001, player ");
        ticket.Content.Text.ShouldContain("Your record on https://trackmania.exchange/mapshow/7: #1 -> #2\n");
        ticket.Content.Text.ShouldContain("will be caught up: 1\n");
        ticket.Content.Text.ShouldContain("https://tm.example.org/base/mail/preferences?token=to%2Fken");
        ticket.Content.Html.ShouldContain("#1 -&gt; #2");
    }

    [Fact]
    public async Task A_check_that_is_somebody_elses_by_now_makes_no_mail()
    {
        var check = await BeginAsync(maps: 1);

        (await Send(check with { Fence = 99 })).ShouldBe(DailyPartOutcome.Lost);

        (await _checks.Areas.Emails.TryClaimAsync(CancellationToken.None)).ShouldBeNull();
    }

    private async Task<DailyCheck> BeginAsync(int maps, int unread = 0, bool isBroken = false, bool withRecord = false)
    {
        _user = await _checks.Areas.AddUserAsync();
        _alert = await _checks.Areas.AddAlertAsync(_user.Id);
        if (withRecord)
        {
            await _checks.Areas.DriverNotifications.AddAsync(
                new NewDriverNotification(_user.Id, Make.Account(1), Make.Uid(0), "Map", 1, RecordTime.FromMilliseconds(40_000), Make.Start), 10, CancellationToken.None);
        }

        var check = await _checks.ClaimAsync();
        var found = Enumerable.Range(0, maps).Select(n => new CheckedMap(
            MapWatch.Unseen(Make.Uid(n), Make.Start),
            new MapNews(new WatchedMap(Make.Uid(n), $"Map {n}", n), 1 + (n % 7), [new NewRecord(Make.Account(n), "World", 1, RecordTime.FromMilliseconds(1), Make.Start, Gap: null)]))).ToList();
        await _checks.Areas.Runs.TrySaveMapsAsync(check, _alert.Id, found, CancellationToken.None);
        var missing = Enumerable.Range(500, unread).Select(n => new WatchedMap(Make.Uid(n), $"Map {n}", n)).ToList();
        await _checks.Areas.Runs.TryEndPartAsync(check, DailyPart.Mapper, unread == 0 ? DailyPartState.Done : DailyPartState.Failed, new DailyPartSummary(missing, IsBroken: isBroken), CancellationToken.None);
        if (withRecord)
        {
            _checks.Shows(Make.Uid(0), new LeaderboardEntry(Make.Account(1), "z", "World", 2, RecordTime.FromMilliseconds(40_000), Make.Start));
            await _checks.CheckDriverAsync(check);
        }

        return check;
    }

    private async Task<DailyPartOutcome> Send(DailyCheck check) => (await new ComposeDailyEmailHandler(
        _checks.Areas.Users,
        _checks.Areas.Runs,
        _names,
        new MapPages(_checks.Directory, _checks.Areas.Clock, new RecordingLogger<MapPages>()),
        _renderer,
        new EmailLinks(new EmailOptions { PublicBaseUrl = new Uri("https://tm.example.org/base/") }, _tokens),
        _checks.Options,
        _checks.Areas.Clock,
        new RecordingLogger<ComposeDailyEmailHandler>()).Handle(new ComposeDailyEmailCommand(check), CancellationToken.None)).Value;

    private Task<IReadOnlyList<HistoryEntry>> HistoryAsync() => _checks.Areas.History.ListAsync(_user.Id, DateOnly.MinValue, CancellationToken.None);
}
