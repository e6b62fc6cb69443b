namespace Backend.WebApi.Endpoints;

internal static class RecordExamples
{
    public static LatestRecordsResponse Latest { get; } = new(
        "Personal_Best",
        "aB3dE5fG7hJ9kL1mN2pQ4rS6tU8",
        [
            new ZoneTopResponse(
                "301e1b69-7e13-11e8-8060-e284abfd2bc4",
                "World",
                [new LatestRecordResponse("5b4d42f4-c2de-407d-b367-cbff3fe817bc", "301e1b69-7e13-11e8-8060-e284abfd2bc4", "Germany", Position: 1, Score: 48_123, Timestamp: 1_772_193_600)]),
        ]);
}
