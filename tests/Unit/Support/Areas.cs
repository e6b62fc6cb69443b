using Backend.Application.Accounts;
using Backend.Application.Administration;
using Backend.Application.Leaderboards;
using Backend.Application.MapSearches;
using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.Alerts;
using Backend.Domain.Common;
using Backend.Domain.Tracks;
using Backend.Infrastructure.InMemory;
using Backend.Infrastructure.Security;
using Microsoft.Extensions.Time.Testing;
using NSubstitute;

namespace Backend.Unit.Support;

/// <summary>What the handlers of all areas work on, kept in memory; what lies outside is scripted.</summary>
internal sealed class Areas
{
    private readonly InMemoryRelations _relations = new();
    private int _added;

    public Areas(params (string Key, string? Value)[] settings)
    {
        Users = new InMemoryUserStore(_relations, Clock);
        Alerts = new InMemoryAlertStore(_relations, Clock);
        DriverNotifications = new InMemoryDriverNotificationStore(_relations);
        History = new InMemoryNotificationHistory(_relations);
        Feedback = new InMemoryFeedbackStore(_relations);
        Runs = new InMemoryDailyRunStore(_relations, Clock);
        Emails = new InMemoryDailyEmailStore(_relations, Clock);
        PasswordResets = new InMemoryPasswordResetStore(_relations, Clock);
        Sessions = new InMemorySessionStore(Clock);
        Jobs = new InMemoryMapSearchJobStore(new MapSearchOptions(), Clock);
        Limits = new SiteLimits(SiteSettings, new AccountOptions());
        Limiter = new InMemoryRateLimiter(RateLimitOptions.Read(Make.Configuration(settings), []), Clock);
        Passwords.HashAsync(null!, default).ReturnsForAnyArgs(call => Make.Success(new Secret($"hash of {call.Arg<Secret>()?.Reveal()}")));
        Passwords.VerifyAsync(null!, null, default).ReturnsForAnyArgs(
            call => Make.Success(new PasswordVerdict(call.ArgAt<Secret?>(1)?.Reveal() == $"hash of {call.ArgAt<Secret?>(0)?.Reveal()}", NeedsRehash: false)));
        Confirmation = new PasswordConfirmation(Users, Passwords, Limiter);
        Removal = new AccountRemoval(Users, Sessions, Jobs, Limiter);
        Reader = new LeaderboardReader(Boards, new InMemoryLeaderboardCache(Clock));
    }

    public FakeTimeProvider Clock { get; } = Make.Clock();

    public InMemoryUserStore Users { get; }

    public InMemoryAlertStore Alerts { get; }

    public InMemoryDriverNotificationStore DriverNotifications { get; }

    public InMemoryNotificationHistory History { get; }

    public InMemoryFeedbackStore Feedback { get; }

    public InMemoryDailyRunStore Runs { get; }

    public InMemoryDailyEmailStore Emails { get; }

    public InMemoryPasswordResetStore PasswordResets { get; }

    public InMemorySiteSettingStore SiteSettings { get; } = new();

    public InMemorySessionStore Sessions { get; }

    public InMemoryMapSearchJobStore Jobs { get; }

    public InMemoryRateLimiter Limiter { get; }

    public SiteLimits Limits { get; }

    /// <summary>The hash of a password is "hash of" it.</summary>
    public IPasswordHasher Passwords { get; } = Substitute.For<IPasswordHasher>();

    public PasswordConfirmation Confirmation { get; }

    public AccountRemoval Removal { get; }

    public ILeaderboardSource Boards { get; } = Substitute.For<ILeaderboardSource>();

    public LeaderboardReader Reader { get; }

    /// <summary>His password is "good password".</summary>
    public async Task<User> AddUserAsync(string name = "Demo Mapper", Role role = Role.User, Player? player = null)
    {
        var added = (await Users.AddAsync(new NewUser(Make.Name(name), Make.Email($"{++_added}@example.org"), new Secret("hash of good password"), role, Clock.GetUtcNow()), 1000, CancellationToken.None)).User!;
        if (player is not null)
        {
            await Users.LinkPlayerAsync(added.Id, player, CancellationToken.None);
        }

        return (await Users.FindAsync(added.Id, CancellationToken.None))!;
    }

    public async Task<MapperAlert> AddAlertAsync(UserId userId, AlertMode mode = AlertMode.Accurate) =>
        (await Alerts.AddAsync(new NewAlert(userId, mode, RecordFilter.Top5, Clock.GetUtcNow()), CancellationToken.None)).Alert!;

    public static async Task ShouldRefuseAboveLimitAsync<T>(Func<Task<Result<T>>> send)
    {
        await send();
        (await send()).Error.ShouldNotBeNull().ShouldSatisfyAllConditions(e => e.Kind.ShouldBe(ErrorKind.TooManyRequests), e => e.RetryAfter.ShouldNotBeNull());
    }
}
