using System.Globalization;
using Backend.Domain.MapSearches;
using Backend.Integration.Support;

namespace Backend.Integration.Aws;

/// <summary>A worker that gives no sign any more loses its searches to another, soon, and spoils nothing should it come back.</summary>
[Collection(nameof(Undisturbed))]
public sealed class RecoveryTests(ITestOutputHelper output)
{
    private const int Maps = 24;

    private static readonly TimeSpan s_allowed = TimeSpan.FromSeconds(15);

    /// <summary>A search takes longer than the silence, and every repetition costs a call.</summary>
    private static readonly (string Key, string Value)[] s_slow = [("Trackmania:NadeoRate", "1.5"), ("MapSearches:LeaderboardFreshness", "00:00:00")];

    /// <summary>Both ways of falling silent at once: each takes half a minute, and hardly anything but time.</summary>
    [Fact]
    public Task A_silent_worker_is_replaced_in_time() => Task.WhenAll(ReplaceAsync(hangs: true), ReplaceAsync(hangs: false));

    /// <param name="hangs">Nothing that it asks from now on is answered; what it has asked before is, and so it may be handed its message again.</param>
    private async Task ReplaceAsync(bool hangs)
    {
        await Task.Yield();
        await using var system = await AwsSystem.StartAsync();
        await using var dynamoDb = await FaultyAws.StartAsync(system.Resources.Endpoints.DynamoDb);
        await using var sqs = await FaultyAws.StartAsync(system.Resources.Endpoints.Sqs);
        await using var falling = system.Start(dynamoDb, sqs, s_slow);
        var key = await system.StoreAsync(falling);
        await system.SendAsync(key);
        await Eventually.GetAsync(() => AwsSystem.FindAsync(falling, key), job => job.MapsDone > 1);
        await using var other = system.Start(s_slow);

        // So that the other has seen it alive, and the last sign of it is a late one.
        await Eventually.GetAsync(() => Task.FromResult(Renewals(dynamoDb)), renewals => renewals >= 2);
        foreach (var service in new[] { dynamoDb, sqs })
        {
            service.On(_ => true, hangs ? AwsFault.Hanging : AwsFault.Error("InternalServerError", 500), times: int.MaxValue);
        }

        var silent = TimeProvider.System.GetTimestamp();
        var before = await AwsSystem.FindAsync(other, key);
        var taken = await Eventually.GetAsync(() => AwsSystem.FindAsync(other, key), job => job is { Fence: > 1, State: MapSearchState.Processing });
        var recovery = TimeProvider.System.GetElapsedTime(silent);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{(hangs ? "hanging" : "failing")}: taken over {recovery.TotalSeconds:0.0} s after the last sign of life"));

        // Back, and late.
        dynamoDb.Heal();
        sqs.Heal();
        var ended = await AwsSystem.EndAsync(other, key, TimeSpan.FromSeconds(60));

        recovery.ShouldBeLessThan(s_allowed, $"hangs: {hangs}");
        taken.MapsDone.ShouldBeGreaterThanOrEqualTo(before.MapsDone);
        (ended.State, ended.MapsDone, ended.MapsFailed, ended.Attempt).ShouldBe((MapSearchState.Completed, Maps, 0, 1));

        // At most it was given back in between.
        ended.Fence.ShouldBeInRange(2, 3);
        (await AwsSystem.RowsAsync(other, key)).Select(row => row.Row.Map.MapId).Distinct().Count().ShouldBe(Maps);

        // It has repeated the call of the silent one, which had perhaps one more under way.
        system.Boards().Count.ShouldBeInRange(Maps, Maps + 2);
        await system.EmptyAsync();
    }

    private static int Renewals(FaultyAws dynamoDb) => dynamoDb.RequestsOf("UpdateItem").Count(r => ((string?)r.Body["UpdateExpression"])?.StartsWith("set renewal = renewal", StringComparison.Ordinal) == true);
}
