using Backend.Integration.Chaos;
using Backend.Integration.Daily;
using Backend.Integration.Http;
using Backend.Integration.Support;
using Backend.Integration.Workflows;

namespace Backend.Integration.Aws;

public sealed class AwsAccessTableTests() : AccessTableTests(HostProfile.Aws);

public sealed class AwsAccountTests() : AccountTests(HostProfile.Aws);

public sealed class AwsAlertTests() : AlertTests(HostProfile.Aws);

public sealed class AwsDriverNotificationTests() : DriverNotificationTests(HostProfile.Aws);

public sealed class AwsAdministrationTests() : AdministrationTests(HostProfile.Aws);

public sealed class AwsFeedbackTests() : FeedbackTests(HostProfile.Aws);

public sealed class AwsHistoryTests() : HistoryTests(HostProfile.Aws);

public sealed class AwsConsumerTests() : ConsumerTests(HostProfile.Aws);

public sealed class AwsBadInputTests(SharedHost shared) : BadInputTests(HostProfile.Aws, shared);

public sealed class AwsLookupTests() : LookupTests(HostProfile.Aws);

public sealed class AwsCrossOriginTests() : CrossOriginTests(HostProfile.Aws);

public sealed class AwsFuzzTests() : FuzzTests(HostProfile.Aws);

public sealed class AwsMailPageTests() : MailPageTests(HostProfile.Aws);

public sealed class AwsMapSearchTests() : MapSearchTests(HostProfile.Aws);

public sealed class AwsPasswordResetTests() : PasswordResetTests(HostProfile.Aws);

public sealed class AwsRateLimitTests() : RateLimitTests(HostProfile.Aws);

public sealed class AwsRefreshRotationTests() : RefreshRotationTests(HostProfile.Aws);

public sealed class AwsRequestMethodTests() : RequestMethodTests(HostProfile.Aws);

public sealed class AwsRevalidationTests() : RevalidationTests(HostProfile.Aws);

public sealed class AwsServiceTests() : ServiceTests(HostProfile.Aws);

public sealed class AwsSessionTests() : SessionTests(HostProfile.Aws);

public sealed class AwsTokenTests() : TokenTests(HostProfile.Aws);

public sealed class AwsSharedSessionTests() : SharedSessionTests(HostProfile.Aws);

public sealed class AwsFaultTests() : FaultTests(HostProfile.Aws);

public sealed class AwsInterruptionTests() : InterruptionTests(HostProfile.Aws);

public sealed class AwsLargeSearchTests() : LargeSearchTests(HostProfile.Aws);

public sealed class AwsSharedReadsTests() : SharedReadsTests(HostProfile.Aws);

public sealed class AwsDailyRunTests() : DailyRunTests(HostProfile.Aws);

public sealed class AwsDailySimulationTests() : DailySimulationTests(HostProfile.Aws, days: 25, longDays: 250);
