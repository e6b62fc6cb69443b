using Backend.Integration.Daily;
using Backend.Integration.Http;
using Backend.Integration.Support;
using Backend.Integration.Workflows;

namespace Backend.Integration.InMemory;

public sealed class InMemoryAccessTableTests() : AccessTableTests(HostProfile.InMemory);

public sealed class InMemoryAccountTests() : AccountTests(HostProfile.InMemory);

public sealed class InMemoryAlertTests() : AlertTests(HostProfile.InMemory);

public sealed class InMemoryDriverNotificationTests() : DriverNotificationTests(HostProfile.InMemory);

public sealed class InMemoryAdministrationTests() : AdministrationTests(HostProfile.InMemory);

public sealed class InMemoryFeedbackTests() : FeedbackTests(HostProfile.InMemory);

public sealed class InMemoryHistoryTests() : HistoryTests(HostProfile.InMemory);

public sealed class InMemoryConsumerTests() : ConsumerTests(HostProfile.InMemory);

public sealed class InMemoryBadInputTests(SharedHost shared) : BadInputTests(HostProfile.InMemory, shared);

public sealed class InMemoryLookupTests() : LookupTests(HostProfile.InMemory);

public sealed class InMemoryCrossOriginTests() : CrossOriginTests(HostProfile.InMemory);

public sealed class InMemoryFuzzTests() : FuzzTests(HostProfile.InMemory);

public sealed class InMemoryMailPageTests() : MailPageTests(HostProfile.InMemory);

public sealed class InMemoryMapSearchTests() : MapSearchTests(HostProfile.InMemory);

public sealed class InMemoryPasswordResetTests() : PasswordResetTests(HostProfile.InMemory);

public sealed class InMemoryRateLimitTests() : RateLimitTests(HostProfile.InMemory);

public sealed class InMemoryRefreshRotationTests() : RefreshRotationTests(HostProfile.InMemory);

public sealed class InMemoryRequestMethodTests() : RequestMethodTests(HostProfile.InMemory);

public sealed class InMemoryRevalidationTests() : RevalidationTests(HostProfile.InMemory);

public sealed class InMemoryServiceTests() : ServiceTests(HostProfile.InMemory);

public sealed class InMemorySessionTests() : SessionTests(HostProfile.InMemory);

public sealed class InMemoryTokenTests() : TokenTests(HostProfile.InMemory);

public sealed class InMemoryFaultTests() : FaultTests(HostProfile.InMemory);

public sealed class InMemoryInterruptionTests() : InterruptionTests(HostProfile.InMemory);

public sealed class InMemoryLargeSearchTests() : LargeSearchTests(HostProfile.InMemory);

public sealed class InMemorySharedReadsTests() : SharedReadsTests(HostProfile.InMemory);

public sealed class InMemoryDailyRunTests() : DailyRunTests(HostProfile.InMemory);

public sealed class InMemoryDailySimulationTests() : DailySimulationTests(HostProfile.InMemory);
