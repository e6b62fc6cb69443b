using System.Data;
using Backend.Application.Ports;
using Npgsql;

namespace Backend.Infrastructure.Postgres;

/// <summary>
/// Runs statements. Every trouble with the connection or the server becomes <see cref="StoreUnavailableException"/>;
/// before that, what can be repeated without harm is repeated on fresh connections, so that a server that was
/// restarted costs no caller anything.
/// </summary>
internal sealed class PostgresDatabase(NpgsqlDataSource source)
{
    /// <summary>Before each repetition. The first connection after a restart may be ended as well, so there are several.</summary>
    private static readonly TimeSpan[] s_pauses = [TimeSpan.Zero, TimeSpan.FromMilliseconds(20), TimeSpan.FromMilliseconds(60), TimeSpan.FromMilliseconds(180)];

    private static readonly TimeSpan s_moment = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan s_clearing = TimeSpan.FromMilliseconds(200);

    private readonly TimeSpan _patience = PatienceOf(source);
    private long _clearedAt;

    public NpgsqlDataSource Source => source;

    /// <summary>All rows of a statement that changes nothing.</summary>
    public Task<List<T>> ReadAsync<T>(string sql, Func<NpgsqlDataReader, T> map, CancellationToken cancellationToken, params NpgsqlParameter[] parameters) =>
        RunAsync(sql, map, isRepeatable: true, cancellationToken, parameters);

    /// <summary>All rows that a changing statement returns.</summary>
    public Task<List<T>> WriteAsync<T>(string sql, Func<NpgsqlDataReader, T> map, CancellationToken cancellationToken, params NpgsqlParameter[] parameters) =>
        RunAsync(sql, map, isRepeatable: false, cancellationToken, parameters);

    /// <summary>Number of rows that a changing statement touched.</summary>
    public async Task<int> WriteAsync(string sql, CancellationToken cancellationToken, params NpgsqlParameter[] parameters)
    {
        var rows = -1;
        await GuardAsync(
            async () =>
            {
                await using var command = source.CreateCommand(sql);
                rows = await WithAsync(command.Parameters, parameters, () => command.ExecuteNonQueryAsync(cancellationToken));
            },
            isRepeatable: false,
            cancellationToken);
        return rows;
    }

    /// <summary>Statements that take effect together or not at all; the answer is what the last one touched.</summary>
    public async Task<int> WriteTogetherAsync(CancellationToken cancellationToken, params (string Sql, NpgsqlParameter[] Parameters)[] statements)
    {
        var rows = 0;
        await GuardAsync(
            async () =>
            {
                await using var batch = BatchOf(statements);
                await batch.ExecuteNonQueryAsync(cancellationToken);
                rows = (int)batch.BatchCommands[^1].Rows;
            },
            isRepeatable: false,
            cancellationToken);
        return rows;
    }

    /// <summary>Runs a statement when it has the lock, which it keeps to its end; the answer is the rows of the statement.</summary>
    /// <param name="alone">Takes the lock.</param>
    public async Task<List<T>> WriteAloneAsync<T>(
        (string Sql, NpgsqlParameter[] Parameters) alone, string sql, Func<NpgsqlDataReader, T> map, CancellationToken cancellationToken, params NpgsqlParameter[] parameters)
    {
        List<T> rows = [];
        await GuardAsync(
            async () =>
            {
                rows = [];

                // Two statements: one alone would see what was there before it had to wait.
                await using var batch = BatchOf(alone, (sql, parameters));
                await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
                await reader.NextResultAsync(cancellationToken);
                while (await reader.ReadAsync(cancellationToken))
                {
                    rows.Add(map(reader));
                }
            },
            isRepeatable: false,
            cancellationToken);
        return rows;
    }

    /// <summary>Runs work that uses its own connection, such as an object-relational query, under the same rules.</summary>
    public async Task<T> RunAsync<T>(Func<Task<T>> work, bool isRepeatable, CancellationToken cancellationToken)
    {
        T result = default!;
        await GuardAsync(async () => result = await work(), isRepeatable, cancellationToken);
        return result;
    }

    public static NpgsqlParameter<T> Value<T>(T value) => new() { TypedValue = value };

    private NpgsqlBatch BatchOf(params (string Sql, NpgsqlParameter[] Parameters)[] statements)
    {
        var batch = source.CreateBatch();
        foreach (var (sql, parameters) in statements)
        {
            var command = new NpgsqlBatchCommand(sql);
            Array.ForEach(parameters, p => command.Parameters.Add(p.Clone()));
            batch.BatchCommands.Add(command);
        }

        return batch;
    }

    private async Task<List<T>> RunAsync<T>(string sql, Func<NpgsqlDataReader, T> map, bool isRepeatable, CancellationToken cancellationToken, params NpgsqlParameter[] parameters)
    {
        List<T> rows = [];
        await GuardAsync(
            async () =>
            {
                rows = [];
                await using var command = source.CreateCommand(sql);
                await using var reader = await WithAsync(command.Parameters, parameters, () => command.ExecuteReaderAsync(CommandBehavior.Default, cancellationToken));
                while (await reader.ReadAsync(cancellationToken))
                {
                    rows.Add(map(reader));
                }
            },
            isRepeatable,
            cancellationToken);
        return rows;
    }

    /// <summary>
    /// The driver's own time limit ends with an attempt to cancel the statement, which at a server that hangs takes
    /// several times as long as the statement was given. That goes on alone; the caller hears of it in time.
    /// </summary>
    private async Task GuardAsync(Func<Task> work, bool isRepeatable, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var running = RepeatAsync(work, isRepeatable);
        try
        {
            await running.WaitAsync(_patience, CancellationToken.None);
        }
        catch (TimeoutException exception) when (!running.IsCompleted)
        {
            _ = running.ContinueWith(static late => late.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
            throw Unavailable(exception);
        }
    }

    private async Task RepeatAsync(Func<Task> work, bool isRepeatable)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                await work();
                return;
            }
            catch (Exception exception) when (attempt < s_pauses.Length && MayRepeat(exception, isRepeatable))
            {
                if (attempt == 0 && PostgresFailures.IsBroken(exception))
                {
                    ClearOnce();
                }

                await Task.Delay(s_pauses[attempt], TimeProvider.System);
            }
            catch (Exception exception) when (PostgresFailures.IsUnavailable(exception))
            {
                throw Unavailable(exception);
            }
        }
    }

    /// <summary>The other connections of the pool go to the same server that has just ended this one; of all who notice, one throws them away.</summary>
    private void ClearOnce()
    {
        var last = Interlocked.Read(ref _clearedAt);
        var now = TimeProvider.System.GetTimestamp();
        if (TimeProvider.System.GetElapsedTime(last, now) > s_clearing && Interlocked.CompareExchange(ref _clearedAt, now, last) == last)
        {
            source.Clear();
        }
    }

    /// <summary>In real time, as the driver counts: what is given to a statement, and a moment for the answer.</summary>
    private static TimeSpan PatienceOf(NpgsqlDataSource source)
    {
        var limits = new NpgsqlConnectionStringBuilder(source.ConnectionString);
        return limits.CommandTimeout == 0 || limits.Timeout == 0
            ? Timeout.InfiniteTimeSpan
            : TimeSpan.FromSeconds(Math.Max(limits.CommandTimeout, limits.Timeout)) + s_moment;
    }

    /// <summary>Not after a time limit: the caller has waited long enough.</summary>
    private static bool MayRepeat(Exception exception, bool isRepeatable) =>
        PostgresFailures.IsUndone(exception) || (isRepeatable && PostgresFailures.IsUnavailable(exception) && !IsTimeout(exception));

    private static bool IsTimeout(Exception exception) =>
        exception is TimeoutException or PostgresException { SqlState: PostgresErrorCodes.QueryCanceled } || (exception.InnerException is { } inner && IsTimeout(inner));

    private static StoreUnavailableException Unavailable(Exception exception) => new("The database cannot be reached or does not answer.", exception);

    /// <summary>Lends the parameters to a command: one that repeats the statement needs them again.</summary>
    private static async Task<T> WithAsync<T>(NpgsqlParameterCollection lent, NpgsqlParameter[] parameters, Func<Task<T>> execute)
    {
        lent.AddRange(parameters);
        try
        {
            return await execute();
        }
        finally
        {
            lent.Clear();
        }
    }
}
