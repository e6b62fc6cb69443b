namespace Backend.Infrastructure.Security;

/// <summary>Settings of password hashing (configuration section <c>Passwords</c>).</summary>
internal sealed class PasswordOptions
{
    public const int MinCost = 4;
    public const int MaxCost = 16;

    /// <summary>bcrypt's cost for new hashes; each step doubles the work. Default 11, at least 10 outside tests (OWASP).</summary>
    public int Cost { get; set; } = 11;

    /// <summary>Passwords hashed at once. Default: half of the processors, at least one, so that the rest of the service keeps its share.</summary>
    public int Workers { get; set; } = Math.Max(1, Environment.ProcessorCount / 2);

    /// <summary>Passwords that may wait for a worker before the answer is 503. Default 32.</summary>
    public int Queue { get; set; } = 32;
}
