using System.Net.Sockets;
using Npgsql;

namespace Backend.Infrastructure.Postgres;

/// <summary>Tells a database that is away, or overloaded, from a statement that is wrong.</summary>
internal static class PostgresFailures
{
    /// <summary>Nothing is known about the statement, and a later one may well succeed. What the caller itself has cancelled is no failure.</summary>
    public static bool IsUnavailable(Exception exception) => exception switch
    {
        OperationCanceledException => false,
        PostgresException server => IsUnavailable(server.SqlState),

        // The driver passes on as it is what goes wrong while a host name is looked up.
        NpgsqlException or SocketException or TimeoutException => true,
        { InnerException: { } inner } => IsUnavailable(inner),
        _ => false,
    };

    /// <summary>The server ended the connection, or undid the statement, before it did anything: it is certain that nothing happened.</summary>
    public static bool IsUndone(Exception exception) => exception switch
    {
        OperationCanceledException => false,
        PostgresException server => IsShutdown(server.SqlState) || server.SqlState is PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure,
        { InnerException: { } inner } => IsUndone(inner),
        _ => false,
    };

    /// <summary>Other connections to the same server are as dead as this one.</summary>
    public static bool IsBroken(Exception exception) => exception switch
    {
        PostgresException server => IsShutdown(server.SqlState),
        { InnerException: { } inner } when exception is not NpgsqlException => IsBroken(inner),
        _ => true,
    };

    public static bool IsUniqueViolation(Exception exception, string? constraint = null) =>
        exception is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation } server && (constraint is null || server.ConstraintName == constraint);

    public static bool IsForeignKeyViolation(Exception exception) => exception is PostgresException { SqlState: PostgresErrorCodes.ForeignKeyViolation };

    private static bool IsShutdown(string state) => state is PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.CannotConnectNow;

    /// <summary>Connection, resource and shutdown classes, and a server that became a read-only standby.</summary>
    private static bool IsUnavailable(string state) =>
        state[..2] is "08" or "53" or "57" or "58"
        || state is PostgresErrorCodes.ReadOnlySqlTransaction or PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure;
}
