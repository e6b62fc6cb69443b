using Npgsql;

namespace Backend.Infrastructure.Postgres;

/// <summary>Tells a database that is away, or overloaded, from a statement that is wrong.</summary>
internal static class PostgresFailures
{
    /// <summary>Nothing is known about the statement, and a later one may well succeed.</summary>
    public static bool IsUnavailable(Exception exception) => exception switch
    {
        PostgresException server => IsUnavailable(server.SqlState),
        NpgsqlException => true,
        { InnerException: NpgsqlException inner } => IsUnavailable(inner),
        _ => false,
    };

    /// <summary>The server ended the connection before the statement did anything: it is certain that nothing happened.</summary>
    public static bool IsUndone(Exception exception) =>
        exception is PostgresException
        {
            SqlState: PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.CannotConnectNow
            or PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure
        };

    public static bool IsUniqueViolation(Exception exception, string? constraint = null) =>
        exception is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation } server && (constraint is null || server.ConstraintName == constraint);

    /// <summary>Connection, resource and shutdown classes, and a server that became a read-only standby.</summary>
    private static bool IsUnavailable(string state) =>
        state[..2] is "08" or "53" or "57" or "58"
        || state is PostgresErrorCodes.ReadOnlySqlTransaction or PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure;
}
