using Backend.Integration.Chaos;
using Backend.Integration.Daily;
using Backend.Integration.Http;
using Backend.Integration.Support;
using Backend.Integration.Workflows;

namespace Backend.Integration.Postgres;

public sealed class PostgresAccessTableTests() : AccessTableTests(HostProfile.Postgres);

public sealed class PostgresAccountTests() : AccountTests(HostProfile.Postgres);

public sealed class PostgresAlertTests() : AlertTests(HostProfile.Postgres);

public sealed class PostgresDriverNotificationTests() : DriverNotificationTests(HostProfile.Postgres);

public sealed class PostgresAdministrationTests() : AdministrationTests(HostProfile.Postgres);

public sealed class PostgresFeedbackTests() : FeedbackTests(HostProfile.Postgres);

public sealed class PostgresHistoryTests() : HistoryTests(HostProfile.Postgres);

public sealed class PostgresConsumerTests() : ConsumerTests(HostProfile.Postgres);

public sealed class PostgresBadInputTests(SharedHost shared) : BadInputTests(HostProfile.Postgres, shared);

public sealed class PostgresLookupTests() : LookupTests(HostProfile.Postgres);

public sealed class PostgresCrossOriginTests() : CrossOriginTests(HostProfile.Postgres);

public sealed class PostgresFuzzTests() : FuzzTests(HostProfile.Postgres);

public sealed class PostgresMailPageTests() : MailPageTests(HostProfile.Postgres);

public sealed class PostgresMapSearchTests() : MapSearchTests(HostProfile.Postgres);

public sealed class PostgresPasswordResetTests() : PasswordResetTests(HostProfile.Postgres);

public sealed class PostgresRateLimitTests() : RateLimitTests(HostProfile.Postgres);

public sealed class PostgresRefreshRotationTests() : RefreshRotationTests(HostProfile.Postgres);

public sealed class PostgresRequestMethodTests() : RequestMethodTests(HostProfile.Postgres);

public sealed class PostgresRevalidationTests() : RevalidationTests(HostProfile.Postgres);

public sealed class PostgresServiceTests() : ServiceTests(HostProfile.Postgres);

public sealed class PostgresSessionTests() : SessionTests(HostProfile.Postgres);

public sealed class PostgresTokenTests() : TokenTests(HostProfile.Postgres);

public sealed class PostgresSharedSessionTests() : SharedSessionTests(HostProfile.Postgres);

public sealed class PostgresFaultTests() : FaultTests(HostProfile.Postgres);

public sealed class PostgresInterruptionTests() : InterruptionTests(HostProfile.Postgres);

public sealed class PostgresLargeSearchTests() : LargeSearchTests(HostProfile.Postgres);

public sealed class PostgresSharedReadsTests() : SharedReadsTests(HostProfile.Postgres);

public sealed class PostgresDailyRunTests() : DailyRunTests(HostProfile.Postgres);

public sealed class PostgresDailySimulationTests() : DailySimulationTests(HostProfile.Postgres);
