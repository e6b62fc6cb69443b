using Backend.Domain.Accounts;
using Npgsql;
using static Backend.Infrastructure.Postgres.PostgresDatabase;

namespace Backend.Infrastructure.Postgres;

/// <summary>Statements that make those behind them in one transaction wait for each other. A lock ends with its transaction, so it works through every pooler.</summary>
internal static class AdvisoryLock
{
    public const int Sessions = 1;
    public const int MapSearches = 2;
    public const int Registration = 3;
    public const int Feedback = 4;
    public const int DriverNotifications = 5;
    public const int DailyRuns = 6;

    /// <summary>Users whose ids share the lower bits share a lock, which costs a wait and nothing else.</summary>
    public static (string Sql, NpgsqlParameter[] Parameters) OfUser(int area, UserId userId) =>
        ("select pg_advisory_xact_lock($1, $2)", [Value(area), Value((int)(userId.Value & int.MaxValue))]);
}
