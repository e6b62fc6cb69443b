using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.Common;
using Backend.Domain.History;
using Npgsql;
using static Backend.Infrastructure.Postgres.PostgresDatabase;

namespace Backend.Infrastructure.Postgres;

internal sealed class PostgresNotificationHistory(PostgresDatabase database) : INotificationHistory
{
    private const string Columns = "h.user_id, h.notification_type, h.processing_date, h.status, h.message, h.records_found, h.created_at";

    /// <summary>Number of columns in <see cref="Columns"/>.</summary>
    private const int ColumnCount = 7;

    public async Task<bool> AddAsync(HistoryEntry entry, CancellationToken cancellationToken) =>
        await database.WriteAsync(
            """
            insert into notification_history (user_id, notification_type, processing_date, status, message, records_found, created_at)
            select id, $2, $3, $4, $5, $6, $7 from users where id = $1 for key share
            """,
            cancellationToken,
            Value(entry.UserId.Value),
            Value(entry.Kind.ToWord()),
            Value(entry.Date),
            Value(entry.Outcome.ToWord()),
            Value(entry.Message),
            Value(entry.RecordsFound),
            Value(entry.CreatedAt.ToWholeMilliseconds())) > 0;

    public async Task<IReadOnlyList<HistoryEntry>> ListAsync(UserId userId, DateOnly since, CancellationToken cancellationToken) => await database.ReadAsync(
        $"select {Columns} from notification_history h where h.user_id = $1 and h.processing_date >= $2 order by h.processing_date desc, h.id",
        Read,
        cancellationToken,
        Value(userId.Value),
        Value(since));

    public async Task<IReadOnlyList<NamedHistoryEntry>> ListAllAsync(DateOnly since, CancellationToken cancellationToken) => await database.ReadAsync(
        $"select {Columns}, u.username from notification_history h join users u on u.id = h.user_id where h.processing_date >= $1 order by h.processing_date desc, h.id",
        static row => new NamedHistoryEntry(
            UserName.TryCreate(row.GetString(ColumnCount), out var name) ? name : throw new InvalidOperationException($"The stored user {row.GetInt64(0)} has a name that no user can have."),
            Read(row)),
        cancellationToken,
        Value(since));

    public async Task<long> CountSentAlertsAsync(CancellationToken cancellationToken) => (await database.ReadAsync(
        "select count(*) from notification_history where notification_type = 'mapper_alert' and status = 'sent'", static row => row.GetInt64(0), cancellationToken)).Single();

    private static HistoryEntry Read(NpgsqlDataReader row) => new(
        new UserId(row.GetInt64(0)),
        row.GetString(1) == NotificationKind.MapperAlert.ToWord() ? NotificationKind.MapperAlert : NotificationKind.DriverNotification,
        row.GetFieldValue<DateOnly>(2),

        // An earlier system knew a fourth word, and never wrote it.
        row.GetString(3) switch
        {
            "sent" => NotificationOutcome.Sent,
            "no_new_times" => NotificationOutcome.NoNewTimes,
            _ => NotificationOutcome.TechnicalError,
        },
        row.IsDBNull(4) ? null : row.GetString(4),
        row.GetInt32(5),
        row.GetFieldValue<DateTimeOffset>(6));
}
