using Backend.Application.DailyEmails;
using Backend.Application.Ports;
using Backend.Domain.Tracks;
using Backend.Unit.Support;
using Microsoft.Extensions.Time.Testing;
using NSubstitute;

namespace Backend.Unit.Application.DailyEmails;

public sealed class MapPagesTests
{
    private readonly IMapDirectory _directory = Substitute.For<IMapDirectory>();
    private readonly FakeTimeProvider _clock = new(Make.Start);
    private readonly MapPages _pages;
    private int _asked;

    public MapPagesTests() => _pages = new MapPages(_directory, _clock, new RecordingLogger<MapPages>());

    [Fact]
    public async Task What_the_site_knows_is_asked_once_a_day_and_what_it_does_not_know_too()
    {
        Answers(uid => uid == Make.Uid(1) ? 7 : null);

        (await FindAsync(1, 2)).ShouldBe([KeyValuePair.Create(Make.Uid(1), 7L)]);
        (await FindAsync(1, 2, 1)).ShouldBe([KeyValuePair.Create(Make.Uid(1), 7L)]);
        _asked.ShouldBe(2);

        _clock.Advance(TimeSpan.FromDays(1));
        await FindAsync(1);
        _asked.ShouldBe(3);
    }

    [Fact]
    public async Task One_mail_asks_for_a_few_only()
    {
        Answers(_ => 7);

        (await FindAsync([.. Enumerable.Range(0, 30)])).Count.ShouldBe(20);
        (await FindAsync([.. Enumerable.Range(0, 30)])).Count.ShouldBe(30, "the next one knows what the first one found");
    }

    [Fact]
    public async Task A_site_that_does_not_answer_is_left_alone_for_a_while()
    {
        _directory.SearchAsync(null!, default, default).ReturnsForAnyArgs(_ =>
        {
            _asked++;
            return Make.Failed<FoundMaps>(Make.Trouble());
        });

        (await FindAsync(1, 2, 3)).ShouldBeEmpty();
        (await FindAsync(4)).ShouldBeEmpty();
        _asked.ShouldBe(1);

        Answers(_ => 7);
        _clock.Advance(TimeSpan.FromMinutes(15));
        (await FindAsync(4)).Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_slow_site_holds_up_a_mail_for_a_minute_at_most()
    {
        _directory.SearchAsync(null!, default, default).ReturnsForAnyArgs(async call =>
        {
            _asked++;
            await Task.Delay(TimeSpan.FromHours(1), _clock, call.Arg<CancellationToken>());
            return Make.Failed<FoundMaps>(Make.Trouble());
        });
        var finding = FindAsync(1, 2);
        finding.IsCompleted.ShouldBeFalse();

        _clock.Advance(TimeSpan.FromMinutes(1));

        (await finding).ShouldBeEmpty();
        (await FindAsync(3)).ShouldBeEmpty();
        _asked.ShouldBe(1);
    }

    [Fact]
    public async Task Whoever_stops_is_not_taken_for_a_slow_site()
    {
        _directory.SearchAsync(null!, default, default).ReturnsForAnyArgs(async call =>
        {
            await Task.Delay(TimeSpan.FromHours(1), _clock, call.Arg<CancellationToken>());
            return Make.Failed<FoundMaps>(Make.Trouble());
        });
        using var stop = new CancellationTokenSource();
        var finding = _pages.FindAsync([Make.Uid(1)], stop.Token);

        await stop.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => finding);
        Answers(_ => 7);
        (await FindAsync(1)).Count.ShouldBe(1);
    }

    private Task<IReadOnlyDictionary<MapUid, long>> FindAsync(params int[] maps) => _pages.FindAsync([.. maps.Select(Make.Uid)], CancellationToken.None);

    private void Answers(Func<MapUid, long?> idOf) => _directory.SearchAsync(null!, default, default).ReturnsForAnyArgs(call =>
    {
        _asked++;
        var uid = call.Arg<MapFilter>().MapUid!.Value;
        return Make.Success(new FoundMaps(
            idOf(uid) is { } id ? [new FoundMap(id, uid, "Map", [], new Medals(null, null, null, null), Make.Start, 0)] : [], HasMore: false));
    });
}
