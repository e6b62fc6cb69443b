using Backend.Application.Ports;
using Backend.Application.Tracks;
using Backend.Domain.Common;
using Backend.Domain.Tracks;
using Backend.Unit.Support;
using NSubstitute;

namespace Backend.Unit.Application.Tracks;

public sealed class LookUpAccountNamesTests
{
    private readonly IPlayerNames _names = Substitute.For<IPlayerNames>();
    private readonly IRateLimiter _limiter = Substitute.For<IRateLimiter>();
    private readonly List<IReadOnlyCollection<AccountId>> _batches = [];

    public LookUpAccountNamesTests()
    {
        _limiter.TryTakeAsync(default, "", default).ReturnsForAnyArgs(new RateLimitVerdict(IsAllowed: true, TimeSpan.Zero));
        Upstream(batch => Make.Success<IReadOnlyDictionary<AccountId, string>>(batch.ToDictionary(a => a, NameOf)));
    }

    [Fact]
    public async Task Names_come_under_the_ids_as_they_were_written_and_each_account_is_asked_for_once()
    {
        var (lower, upper) = ("0000000a-0000-0000-0000-000000000000", "0000000A-0000-0000-0000-000000000000");

        var names = (await Send([lower, upper, lower, Id(11)])).Value;

        names.ShouldBe(new Dictionary<string, string>(StringComparer.Ordinal) { [lower] = NameOf(Make.Account(10)), [upper] = NameOf(Make.Account(10)), [Id(11)] = NameOf(Make.Account(11)) });
        names.Keys.ShouldBe([lower, upper, Id(11)]);
        _batches.ShouldHaveSingleItem().ShouldBe([Make.Account(10), Make.Account(11)]);
    }

    [Fact]
    public async Task What_is_no_account_id_is_left_out()
    {
        (await Send([null, "", "junk", "0000000a000000000000000000000000", "{0000000a-0000-0000-0000-000000000000}", Id(1)])).Value.Keys.ShouldBe([Id(1)]);

        _batches.ShouldHaveSingleItem().ShouldBe([Make.Account(1)]);
    }

    [Fact]
    public async Task Accounts_without_a_name_are_left_out()
    {
        Upstream(_ => Make.Success<IReadOnlyDictionary<AccountId, string>>(new Dictionary<AccountId, string> { [Make.Account(2)] = "Two" }));

        (await Send([Id(1), Id(2)])).Value.ShouldBe(new Dictionary<string, string>(StringComparer.Ordinal) { [Id(2)] = "Two" });
    }

    [Fact]
    public async Task Five_hundred_are_asked_for_in_batches_of_fifty()
    {
        var ids = Enumerable.Range(1, 500).Select(Id).ToList();

        (await Send(ids)).Value.Keys.ShouldBe(ids);

        _batches.Select(b => b.Count).ShouldBe(Enumerable.Repeat(50, 10));
    }

    [Fact]
    public async Task One_batch_that_fails_fails_all_and_ends_the_asking()
    {
        Upstream(_ => _batches.Count == 2
            ? Make.Failed<IReadOnlyDictionary<AccountId, string>>(Make.Trouble())
            : Make.Success<IReadOnlyDictionary<AccountId, string>>(new Dictionary<AccountId, string>()));

        (await Send(Enumerable.Range(1, 200).Select(Id).ToList())).Error.ShouldBe(Make.Trouble());

        _batches.Count.ShouldBe(2);
    }

    [Fact]
    public async Task No_list_and_an_empty_one_have_no_names_and_nobody_is_asked()
    {
        (await Send(null)).Value.ShouldBeEmpty();
        (await Send([])).Value.ShouldBeEmpty();
        (await Send(["junk"])).Value.ShouldBeEmpty();

        _batches.ShouldBeEmpty();
    }

    [Fact]
    public async Task Above_the_users_limit_nobody_is_asked()
    {
        _limiter.TryTakeAsync(RateLimit.AccountNames, "7", Arg.Any<CancellationToken>()).Returns(new RateLimitVerdict(IsAllowed: false, TimeSpan.FromSeconds(12)));

        (await Send([Id(1)])).Error!.ShouldSatisfyAllConditions(e => e.Kind.ShouldBe(ErrorKind.TooManyRequests), e => e.RetryAfter.ShouldBe(TimeSpan.FromSeconds(12)));
        _batches.ShouldBeEmpty();
    }

    [Fact]
    public void More_than_five_hundred_are_too_many_whatever_they_are()
    {
        Validate(null).ShouldBeEmpty();
        Validate([.. Enumerable.Range(0, 500).Select(Id)]).ShouldBeEmpty();
        Validate([.. Enumerable.Repeat("junk", 501)]).ShouldBe([("accountIds", "Please give at most 500 account ids.")]);
    }

    private void Upstream(Func<IReadOnlyCollection<AccountId>, Result<IReadOnlyDictionary<AccountId, string>>> answer) =>
        _names.ResolveAsync([], default).ReturnsForAnyArgs(call =>
        {
            // Setting it up again is a call, too.
            if (call.Arg<IReadOnlyCollection<AccountId>>() is not { Count: > 0 } batch)
            {
                return Make.Failed<IReadOnlyDictionary<AccountId, string>>(Make.Trouble());
            }

            _batches.Add(batch);
            return answer(batch);
        });

    private static string Id(int number) => Make.Account(number).ToString();

    private static string NameOf(AccountId account) => $"Näme {account}";

    private static List<(string Field, string Message)> Validate(IReadOnlyList<string?>? ids) =>
        [.. new LookUpAccountNamesValidator().Validate(new LookUpAccountNamesQuery(Make.UserId, ids)).Errors.Select(e => (e.PropertyName, e.ErrorMessage))];

    private Task<Result<IReadOnlyDictionary<string, string>>> Send(IReadOnlyList<string?>? ids) =>
        new LookUpAccountNamesHandler(_names, _limiter).Handle(new LookUpAccountNamesQuery(Make.UserId, ids), CancellationToken.None);
}
