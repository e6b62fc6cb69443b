using System.Net.Sockets;
using Backend.Infrastructure.Postgres;
using Npgsql;

namespace Backend.Unit.Postgres;

public sealed class PostgresFailuresTests
{
    public static TheoryData<Exception> Away =>
    [
        new NpgsqlException("Exception while reading from stream", new IOException()),
        new NpgsqlException("The connection pool has been exhausted", new TimeoutException()),
        new SocketException((int)SocketError.HostNotFound),
        new TimeoutException(),
        Server(PostgresErrorCodes.AdminShutdown),
        Server(PostgresErrorCodes.TooManyConnections),
        Server(PostgresErrorCodes.ReadOnlySqlTransaction),
        new InvalidOperationException("likely transient", new ArgumentException("could not save", new NpgsqlException("broken", new IOException()))),
    ];

    public static TheoryData<Exception> NotAway =>
    [
        new OperationCanceledException("cancelled by the caller", Server(PostgresErrorCodes.QueryCanceled)),
        Server(PostgresErrorCodes.UniqueViolation),
        Server(PostgresErrorCodes.SyntaxError),
        new InvalidOperationException("a bug"),
        new InvalidOperationException("could not save", Server(PostgresErrorCodes.UniqueViolation)),
    ];

    [Theory]
    [MemberData(nameof(Away))]
    public void A_server_that_cannot_be_reached_or_used_is_away_however_deep_it_is_wrapped(Exception exception) => PostgresFailures.IsUnavailable(exception).ShouldBeTrue();

    [Theory]
    [MemberData(nameof(NotAway))]
    public void What_the_caller_cancelled_and_what_is_wrong_with_the_statement_is_not(Exception exception) => PostgresFailures.IsUnavailable(exception).ShouldBeFalse();

    [Fact]
    public void Only_what_the_server_undid_for_certain_is_undone()
    {
        PostgresFailures.IsUndone(Server(PostgresErrorCodes.AdminShutdown)).ShouldBeTrue();
        PostgresFailures.IsUndone(new InvalidOperationException("could not save", Server(PostgresErrorCodes.DeadlockDetected))).ShouldBeTrue();
        PostgresFailures.IsUndone(new NpgsqlException("broken", new IOException())).ShouldBeFalse();
        PostgresFailures.IsUndone(new OperationCanceledException("cancelled", Server(PostgresErrorCodes.AdminShutdown))).ShouldBeFalse();
    }

    [Fact]
    public void A_conflict_between_statements_says_nothing_about_the_other_connections()
    {
        PostgresFailures.IsBroken(Server(PostgresErrorCodes.DeadlockDetected)).ShouldBeFalse();
        PostgresFailures.IsBroken(new InvalidOperationException("could not save", Server(PostgresErrorCodes.SerializationFailure))).ShouldBeFalse();
        PostgresFailures.IsBroken(Server(PostgresErrorCodes.AdminShutdown)).ShouldBeTrue();
        PostgresFailures.IsBroken(new NpgsqlException("broken", new IOException())).ShouldBeTrue();
    }

    private static PostgresException Server(string state) => new("text", "FATAL", "FATAL", state);
}
