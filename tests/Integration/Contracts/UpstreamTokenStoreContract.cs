using Backend.Application.Ports;
using Backend.Domain.Common;
using Microsoft.Extensions.Time.Testing;

namespace Backend.Integration.Contracts;

/// <summary>What every <see cref="IUpstreamTokenStore"/> does.</summary>
public abstract class UpstreamTokenStoreContract
{
    private static readonly DateTimeOffset s_start = new(2026, 11, 20, 12, 0, 0, 123, TimeSpan.Zero);

    protected FakeTimeProvider Time { get; } = new(s_start);

    protected abstract Task<IUpstreamTokenStore> CreateAsync();

    /// <summary>Lets time pass on the store's clock.</summary>
    protected abstract Task PassAsync(TimeSpan duration);

    [Fact]
    public async Task Without_a_saved_token_there_is_none()
    {
        var store = await CreateAsync();

        (await store.FindAsync(UpstreamTokenKind.NadeoLiveServices, CancellationToken.None)).ShouldBeNull();
        (await store.FindAsync(UpstreamTokenKind.TrackmaniaOAuth, CancellationToken.None)).ShouldBeNull();
    }

    [Fact]
    public async Task A_pair_comes_back_as_it_was_saved()
    {
        var store = await CreateAsync();

        await store.SaveAsync(UpstreamTokenKind.NadeoLiveServices, Pair("first"), CancellationToken.None);

        ShouldBe(await store.FindAsync(UpstreamTokenKind.NadeoLiveServices, CancellationToken.None), Pair("first"));
    }

    [Fact]
    public async Task A_token_without_a_refresh_token_comes_back_without_one()
    {
        var store = await CreateAsync();
        var token = Pair("single") with { RefreshToken = null, RefreshExpiresAt = null };
        await store.SaveAsync(UpstreamTokenKind.TrackmaniaOAuth, Pair("pair"), CancellationToken.None);

        await store.SaveAsync(UpstreamTokenKind.TrackmaniaOAuth, token, CancellationToken.None);

        ShouldBe(await store.FindAsync(UpstreamTokenKind.TrackmaniaOAuth, CancellationToken.None), token);
    }

    [Theory]
    [InlineData("Ünï Cödé – 日本語 🏁 \"quoted\" \\ ' ; --")]
    [InlineData("  spaces and\nnew lines  ")]
    public async Task Any_text_survives(string text)
    {
        var store = await CreateAsync();

        await store.SaveAsync(UpstreamTokenKind.NadeoLiveServices, Pair(text), CancellationToken.None);

        ShouldBe(await store.FindAsync(UpstreamTokenKind.NadeoLiveServices, CancellationToken.None), Pair(text));
    }

    [Fact]
    public async Task A_token_of_several_kilobytes_survives()
    {
        var store = await CreateAsync();
        var token = Pair(new string('x', 16_000));

        await store.SaveAsync(UpstreamTokenKind.NadeoLiveServices, token, CancellationToken.None);

        ShouldBe(await store.FindAsync(UpstreamTokenKind.NadeoLiveServices, CancellationToken.None), token);
    }

    [Fact]
    public async Task A_later_token_replaces_the_earlier_one()
    {
        var store = await CreateAsync();
        await store.SaveAsync(UpstreamTokenKind.NadeoLiveServices, Pair("old"), CancellationToken.None);

        await store.SaveAsync(UpstreamTokenKind.NadeoLiveServices, Pair("new"), CancellationToken.None);

        ShouldBe(await store.FindAsync(UpstreamTokenKind.NadeoLiveServices, CancellationToken.None), Pair("new"));
    }

    [Fact]
    public async Task Kinds_are_kept_apart()
    {
        var store = await CreateAsync();

        await store.SaveAsync(UpstreamTokenKind.NadeoLiveServices, Pair("nadeo"), CancellationToken.None);
        await store.SaveAsync(UpstreamTokenKind.TrackmaniaOAuth, Pair("oauth"), CancellationToken.None);

        ShouldBe(await store.FindAsync(UpstreamTokenKind.NadeoLiveServices, CancellationToken.None), Pair("nadeo"));
        ShouldBe(await store.FindAsync(UpstreamTokenKind.TrackmaniaOAuth, CancellationToken.None), Pair("oauth"));
    }

    [Fact]
    public async Task An_expired_token_is_still_found()
    {
        var store = await CreateAsync();
        await store.SaveAsync(UpstreamTokenKind.NadeoLiveServices, Pair("old"), CancellationToken.None);

        await PassAsync(TimeSpan.FromDays(30));

        ShouldBe(await store.FindAsync(UpstreamTokenKind.NadeoLiveServices, CancellationToken.None), Pair("old"));
    }

    [Fact]
    public async Task Parallel_saves_leave_one_whole_pair()
    {
        var store = await CreateAsync();

        await Task.WhenAll(Enumerable.Range(0, 32).Select(i => Task.Run(() => store.SaveAsync(UpstreamTokenKind.NadeoLiveServices, Pair($"{i}"), CancellationToken.None))));

        var found = (await store.FindAsync(UpstreamTokenKind.NadeoLiveServices, CancellationToken.None)).ShouldNotBeNull();
        ShouldBe(found, Pair(found.AccessToken.Reveal()["access ".Length..]));
    }

    [Fact]
    public async Task One_renewal_runs_at_a_time_and_the_saved_token_ends_it()
    {
        var store = await CreateAsync();
        var starts = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() => store.TryStartRenewalAsync(UpstreamTokenKind.NadeoLiveServices, CancellationToken.None))));

        starts.Count(s => s is not null).ShouldBe(1);
        (await store.TryStartRenewalAsync(UpstreamTokenKind.TrackmaniaOAuth, CancellationToken.None)).ShouldNotBeNull();
        (await store.FindAsync(UpstreamTokenKind.NadeoLiveServices, CancellationToken.None)).ShouldBeNull();
        await store.SaveAsync(UpstreamTokenKind.NadeoLiveServices, Pair("renewed"), CancellationToken.None);

        (await store.TryStartRenewalAsync(UpstreamTokenKind.NadeoLiveServices, CancellationToken.None)).ShouldNotBeNull();
        ShouldBe(await store.FindAsync(UpstreamTokenKind.NadeoLiveServices, CancellationToken.None), Pair("renewed"));
    }

    [Fact]
    public async Task A_renewal_that_was_given_up_lets_the_next_one_start()
    {
        var store = await CreateAsync();
        var renewal = await store.TryStartRenewalAsync(UpstreamTokenKind.NadeoLiveServices, CancellationToken.None);

        await store.EndRenewalAsync(UpstreamTokenKind.NadeoLiveServices, renewal!.Value, CancellationToken.None);

        (await store.TryStartRenewalAsync(UpstreamTokenKind.NadeoLiveServices, CancellationToken.None)).ShouldNotBeNull();
    }

    [Fact]
    public async Task A_silent_renewal_is_lost_and_cannot_end_its_successor()
    {
        var store = await CreateAsync();
        var silent = await store.TryStartRenewalAsync(UpstreamTokenKind.NadeoLiveServices, CancellationToken.None);
        await PassAsync(IUpstreamTokenStore.RenewalLease - TimeSpan.FromMilliseconds(1));
        (await store.TryStartRenewalAsync(UpstreamTokenKind.NadeoLiveServices, CancellationToken.None)).ShouldBeNull();
        await PassAsync(TimeSpan.FromMilliseconds(1));

        (await store.TryStartRenewalAsync(UpstreamTokenKind.NadeoLiveServices, CancellationToken.None)).ShouldNotBeNull();
        await store.EndRenewalAsync(UpstreamTokenKind.NadeoLiveServices, silent!.Value, CancellationToken.None);

        (await store.TryStartRenewalAsync(UpstreamTokenKind.NadeoLiveServices, CancellationToken.None)).ShouldBeNull();
    }

    [Fact]
    public async Task A_cancelled_call_is_refused()
    {
        var store = await CreateAsync();
        var cancelled = new CancellationToken(canceled: true);

        await Should.ThrowAsync<OperationCanceledException>(async () => await store.FindAsync(UpstreamTokenKind.NadeoLiveServices, cancelled));
        await Should.ThrowAsync<OperationCanceledException>(async () => await store.SaveAsync(UpstreamTokenKind.NadeoLiveServices, Pair("x"), cancelled));
    }

    private static UpstreamToken Pair(string name) => new(
        new Secret("access " + name),
        s_start.AddMilliseconds(1_800_001),
        s_start.AddMilliseconds(3_600_007),
        new Secret("refresh " + name),
        s_start.AddMilliseconds(86_400_999));

    private static void ShouldBe(UpstreamToken? found, UpstreamToken expected)
    {
        found.ShouldNotBeNull();
        found.AccessToken.Reveal().ShouldBe(expected.AccessToken.Reveal());
        found.RefreshAfter.ShouldBe(expected.RefreshAfter);
        found.ExpiresAt.ShouldBe(expected.ExpiresAt);
        found.RefreshToken?.Reveal().ShouldBe(expected.RefreshToken?.Reveal());
        (found.RefreshToken is null).ShouldBe(expected.RefreshToken is null);
        found.RefreshExpiresAt.ShouldBe(expected.RefreshExpiresAt);
    }
}
