using System.Globalization;
using Backend.Domain.Accounts;
using Backend.Domain.Common;
using Backend.Domain.MapSearches;
using Backend.Domain.Sessions;
using Backend.Domain.Tracks;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Time.Testing;

namespace Backend.Unit.Support;

/// <summary>Valid things of the domain, each different from the next where that matters.</summary>
internal static class Make
{
    public static readonly DateTimeOffset Start = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    public static readonly UserId UserId = new(7);

    public static readonly SessionId SessionId = new(new Guid("11111111-2222-4333-8444-555555555555"));

    public static readonly Guid SomeId = new("aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee");

    public static FakeTimeProvider Clock() => new(Start);

    public static Error Trouble(string message = "Upstream is down.") => new(ErrorKind.Upstream, "upstream.unavailable", message) { IsTransient = true };

    public static UserName Name(string text) => Backend.Domain.Accounts.UserName.TryCreate(text, out var name) ? name : throw new ArgumentException(text);

    public static EmailAddress Email(string text) => EmailAddress.TryCreate(text, out var email) ? email : throw new ArgumentException(text);

    public static User User(long id = 7, Role role = Role.User, string hash = "stored hash", string name = "Demo Mapper") =>
        new(new UserId(id), Name(name), Email("demo@example.com"), new Secret(hash), role, Start);

    public static Session Session(long counter = 0, DateTimeOffset? refreshedAt = null) =>
        new(UserId, SessionId, Start, refreshedAt ?? Start, counter, "browser", "192.0.2.1");

    public static MapUid Uid(string text) => MapUid.TryCreate(text, out var uid) ? uid : throw new ArgumentException(text);

    public static MapUid Uid(int number) => Uid(string.Create(CultureInfo.InvariantCulture, $"uid_{number:0000}"));

    public static MapListing Map(int number, bool withUid = true) => new(1000 + number, withUid ? Uid(number) : null, $"Map {number}");

    public static List<MapListing> Maps(int count) => [.. Enumerable.Range(0, count).Select(n => Map(n))];

    public static AccountId Account(int number) => new(new Guid(number, 0, 0, new byte[8]));

    public static LeaderboardEntry Entry(int account, DateTimeOffset? drivenAt, int position = 1) =>
        new(Account(account), "zone", "World", position, RecordTime.FromMilliseconds(40_000 + position), drivenAt);

    public static Leaderboard Board(MapUid uid, DateTimeOffset readAt, params LeaderboardEntry[] entries) => new(uid, readAt, entries);

    public static MapSearchJob Job(string mapper = "Demo Mapper", SearchPeriod? period = null) =>
        new(UserId, new MapSearchId(SomeId), mapper, period ?? SearchPeriod.Day, Start);

    public static MapSearchRow Row(int index, int entries = 0, string? failure = null) =>
        new(index, Map(index), [.. Enumerable.Range(1, entries).Select(n => Entry(n, Start, n))], failure);

    public static IConfiguration Configuration(params (string Key, string? Value)[] settings) => new ConfigurationBuilder()
        .AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Key, s.Value)))
        .Build();

    public static Result<T> Success<T>(T value) => Result<T>.Success(value);

    public static Result<T> Failed<T>(Error error) => Result<T>.Failure(error);
}
