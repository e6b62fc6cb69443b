using System.Threading.RateLimiting;
using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.Common;

namespace Backend.Infrastructure.Security;

internal sealed class BcryptPasswordHasher(PasswordOptions options) : IPasswordHasher, IDisposable
{
    private static readonly Error Busy = new(ErrorKind.Unavailable, "password.busy", "Too many people sign in right now. Please try again in a few seconds.")
    {
        RetryAfter = TimeSpan.FromSeconds(5),
    };

    // No password gives this hash; comparing with it takes as long as with a real one of the same cost.
    private readonly string _dummy = $"$2a${options.Cost:00}$abcdefghijklmnopqrstuu" + new string('.', 31);

    private readonly ConcurrencyLimiter _pool = new(new ConcurrencyLimiterOptions
    {
        PermitLimit = options.Workers,
        QueueLimit = options.Queue,
        QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
    });

    public Task<Result<Secret>> HashAsync(Secret password, CancellationToken cancellationToken) =>
        InPoolAsync(() => new Secret(BCrypt.Net.BCrypt.HashPassword(password.Reveal(), options.Cost)), cancellationToken);

    public Task<Result<PasswordVerdict>> VerifyAsync(Secret password, Secret? hash, CancellationToken cancellationToken) =>
        InPoolAsync(() => Verify(password.Reveal(), hash?.Reveal()), cancellationToken);

    public void Dispose() => _pool.Dispose();

    private PasswordVerdict Verify(string password, string? hash)
    {
        // bcrypt would read a prefix of a longer password and stop at NUL: such a password was never registered.
        if (hash is null || !IsReadable(hash) || !PasswordRules.FitsHash(password) || PasswordRules.HasNul(password))
        {
            BCrypt.Net.BCrypt.Verify("no such password", _dummy);
            return default;
        }

        return new PasswordVerdict(BCrypt.Net.BCrypt.Verify(password, hash), CostOf(hash) != options.Cost);
    }

    private async Task<Result<T>> InPoolAsync<T>(Func<T> work, CancellationToken cancellationToken)
    {
        using var place = await _pool.AcquireAsync(1, cancellationToken);
        return place.IsAcquired ? await Task.Run(work, CancellationToken.None) : Busy;
    }

    /// <summary><c>$2a$11$</c>, 22 characters of salt, 31 of hash. Migrated users may have anything, such as a single space.</summary>
    private static bool IsReadable(string hash) =>
        hash.Length == 60
        && hash.StartsWith("$2", StringComparison.Ordinal)
        && hash[2] is 'a' or 'b' or 'x' or 'y'
        && hash[3] == '$'
        && hash[6] == '$'
        && CostOf(hash) is >= PasswordOptions.MinCost and <= PasswordOptions.MaxCost
        && hash.AsSpan(7).IndexOfAnyExcept(Alphabet) < 0;

    private static readonly System.Buffers.SearchValues<char> Alphabet =
        System.Buffers.SearchValues.Create("./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789");

    private static int CostOf(string hash) => int.TryParse(hash.AsSpan(4, 2), out var cost) ? cost : 0;
}
