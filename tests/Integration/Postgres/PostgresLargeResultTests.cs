using Backend.Integration.Chaos;
using Backend.Integration.Support;

namespace Backend.Integration.Postgres;

[Collection(nameof(Undisturbed))]
public sealed class PostgresLargeResultTests(ITestOutputHelper output) : LargeResultTests(HostProfile.Postgres, output);
