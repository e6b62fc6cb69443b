using Backend.Domain.Accounts;
using Backend.Domain.Alerts;
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

        public bool RemoveUser(UserId userId)
        {
            Alerts.Remove(userId);
            DriverNotifications.RemoveAll(n => n.UserId == userId);
            History.RemoveAll(e => e.UserId == userId);
            Feedback.RemoveAll(f => f.UserId == userId);
            return Users.Remove(userId);
        }
    }

    internal sealed class AlertRow(MapperAlert alert, DateTimeOffset due)
    {
        public MapperAlert Alert { get; set; } = alert;

        public IReadOnlyList<MapUid> Maps { get; set; } = [];

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

    internal sealed record FeedbackRow(FeedbackId Id, UserId UserId, string Message, string Type, DateTimeOffset CreatedAt, DateTimeOffset? ReadAt);
}
