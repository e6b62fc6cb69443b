using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.Alerts;
using Backend.Domain.DailyEmails;
using Backend.Domain.DailyRuns;
using Backend.Domain.DriverNotifications;
using Backend.Domain.Feedback;
using Backend.Domain.History;
using Backend.Domain.Tracks;

namespace Backend.Infrastructure.InMemory;

/// <summary>Users and all that belongs to one and goes with him: a few tables under one lock, since each step is short.</summary>
internal sealed class InMemoryRelations
{
    private readonly Lock _lock = new();
    private readonly Tables _tables = new();
    private long _lastId;

    /// <summary>Runs a step alone.</summary>
    public Task<T> StepAsync<T>(Func<Tables, T> step, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_lock)
        {
            return Task.FromResult(step(_tables));
        }
    }

    /// <summary>Never gives a number twice.</summary>
    public long NextId() => Interlocked.Increment(ref _lastId);

    internal sealed class Tables
    {
        public Dictionary<UserId, User> Users { get; } = [];

        public Dictionary<UserId, AlertRow> Alerts { get; } = [];

        public List<DriverNotification> DriverNotifications { get; } = [];

        public List<HistoryEntry> History { get; } = [];

        public List<FeedbackRow> Feedback { get; } = [];

        public Dictionary<DateOnly, RunRow> DailyRuns { get; } = [];

        public Dictionary<DailyCheckKey, CheckRow> DailyChecks { get; } = [];

        public Dictionary<DailyCheckKey, EmailRow> DailyEmails { get; } = [];

        /// <summary>By the key of the address, whether a user has it or not.</summary>
        public Dictionary<string, ResetRow> PasswordResets { get; } = new(StringComparer.Ordinal);

        public Dictionary<AlertId, Dictionary<MapUid, CheckedWatch>> Watches { get; } = [];

        public Dictionary<DriverNotificationId, DateOnly> LastRunOfNotification { get; } = [];

        public bool RemoveAlert(UserId userId) => Alerts.Remove(userId, out var row) && (Watches.Remove(row.Alert.Id) || true);

        public bool RemoveUser(UserId userId)
        {
            RemoveAlert(userId);
            foreach (var key in DailyChecks.Keys.Where(key => key.UserId == userId).ToList())
            {
                DailyChecks.Remove(key);
                DailyEmails.Remove(key);
            }

            DriverNotifications.FindAll(n => n.UserId == userId).ForEach(n => LastRunOfNotification.Remove(n.Id));
            DriverNotifications.RemoveAll(n => n.UserId == userId);
            History.RemoveAll(e => e.UserId == userId);
            Feedback.RemoveAll(f => f.UserId == userId);
            return Users.Remove(userId, out var user) && (PasswordResets.Remove(user.Email.Key) || true);
        }
    }

    internal sealed class AlertRow(MapperAlert alert, DateTimeOffset due)
    {
        public MapperAlert Alert { get; set; } = alert;

        public IReadOnlyList<WatchedMap> Maps { get; set; } = [];

        /// <summary>Null: nothing is to be counted.</summary>
        public DateTimeOffset? Due { get; set; } = due;

        public int Attempt { get; set; }

        public long Fence { get; set; }

        /// <summary>From the first attempt on, whatever is under way.</summary>
        public void CountAnew(DateTimeOffset now)
        {
            Alert = Alert with { CountState = MapCountState.Counting };
            Due = now;
            Attempt = 0;
            Fence++;
        }
    }

    internal sealed class RunRow(string trigger, DateTimeOffset startedAt)
    {
        public string Trigger { get; } = trigger;

        public DateTimeOffset StartedAt { get; } = startedAt;

        public Dictionary<MapUid, Leaderboard> Boards { get; } = [];

        /// <summary>The claims to checks that are reading boards.</summary>
        public Dictionary<MapUid, (DailyCheckKey Key, long Fence)> Readers { get; } = [];

        /// <summary>Boards that could not be read, and until when nobody is to try again.</summary>
        public Dictionary<MapUid, DateTimeOffset> Failures { get; } = [];

        /// <summary>Nobody needs them when the run is finished.</summary>
        public void ForgetBoards()
        {
            Boards.Clear();
            Readers.Clear();
            Failures.Clear();
        }
    }

    internal sealed class CheckRow(DailyPartState mapper, DailyPartState driver, DateTimeOffset due)
    {
        public DailyPartState Mapper { get; set; } = mapper;

        public DailyPartState Driver { get; set; } = driver;

        public DailyPartSummary? MapperSummary { get; set; }

        public DailyPartSummary? DriverSummary { get; set; }

        public List<MapNews> Maps { get; } = [];

        public List<DriverChange> Changes { get; } = [];

        /// <summary>Null: it has ended.</summary>
        public DateTimeOffset? Due { get; set; } = due;

        public DateTimeOffset? EndedAt { get; set; }

        public int Retries { get; set; }

        public long Fence { get; set; }
    }

    internal sealed class EmailRow(NewDailyEmail email, DateTimeOffset createdAt, DateTimeOffset due)
    {
        public NewDailyEmail Email { get; } = email;

        public DateTimeOffset CreatedAt { get; } = createdAt;

        public DateTimeOffset UpdatedAt { get; set; } = createdAt;

        public DailyEmailState State { get; set; } = DailyEmailState.Pending;

        public string? Reason { get; set; }

        public int Attempts { get; set; }

        /// <summary>Until then no mail is sent; null as long as nobody has met a service that takes none.</summary>
        public DateTimeOffset? RestUntil { get; set; }

        /// <summary>Null: nothing is to be done any more.</summary>
        public DateTimeOffset? Due { get; set; } = due;

        public long Fence { get; set; }
    }

    internal sealed class ResetRow
    {
        public PasswordResetId Id { get; set; }

        public DateTimeOffset NotedAt { get; set; }

        /// <summary>Null: its mail is sent.</summary>
        public DateTimeOffset? Due { get; set; }

        public int Attempts { get; set; }

        public long Fence { get; set; }

        /// <summary>Stays good while a later wish waits for its mail. Null: none is good.</summary>
        public (ResetTokenHash Hash, DateTimeOffset ExpiresAt)? Token { get; set; }
    }

    internal sealed record FeedbackRow(FeedbackId Id, UserId UserId, string Message, string Type, DateTimeOffset CreatedAt, DateTimeOffset? ReadAt);
}
