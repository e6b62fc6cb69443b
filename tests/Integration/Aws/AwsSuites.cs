using Backend.Integration.Chaos;
using Backend.Integration.Http;
using Backend.Integration.Support;
using Backend.Integration.Workflows;

namespace Backend.Integration.Aws;

public sealed class AwsAccessTableTests() : AccessTableTests(HostProfile.Aws);

public sealed class AwsBadInputTests(SharedHost shared) : BadInputTests(HostProfile.Aws, shared);

public sealed class AwsFuzzTests() : FuzzTests(HostProfile.Aws);

public sealed class AwsMapSearchTests() : MapSearchTests(HostProfile.Aws);

public sealed class AwsRateLimitTests() : RateLimitTests(HostProfile.Aws);

public sealed class AwsRefreshRotationTests() : RefreshRotationTests(HostProfile.Aws);

public sealed class AwsServiceTests() : ServiceTests(HostProfile.Aws);

public sealed class AwsSessionTests() : SessionTests(HostProfile.Aws);

public sealed class AwsTokenTests() : TokenTests(HostProfile.Aws);

public sealed class AwsSharedSessionTests() : SharedSessionTests(HostProfile.Aws);

public sealed class AwsFaultTests() : FaultTests(HostProfile.Aws);

public sealed class AwsInterruptionTests() : InterruptionTests(HostProfile.Aws);

public sealed class AwsLargeSearchTests() : LargeSearchTests(HostProfile.Aws);

public sealed class AwsSharedReadsTests() : SharedReadsTests(HostProfile.Aws);
