using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.Common;
using Backend.Integration.Support;
using Microsoft.Extensions.Time.Testing;

namespace Backend.Integration.Contracts;

/// <summary>What every <see cref="IPasswordResetStore"/> does.</summary>
public abstract class PasswordResetStoreContract
{
    private static readonly TimeSpan s_validity = TimeSpan.FromHours(2);
    private static readonly Secret s_fresh = new("fresh hash");

    protected FakeTimeProvider Time { get; } = new(TestUsers.CreatedAt);

    protected abstract Task<(IPasswordResetStore Resets, IUserStore Users)> CreateAsync();

    /// <summary>Lets time pass on the clock that measures claims and expiry.</summary>
    protected abstract Task PassAsync(TimeSpan duration);

    /// <summary>For how many addresses the store made last keeps something.</summary>
    protected abstract Task<int> KeptAsync();

    [Fact]
    public async Task A_wish_is_claimed_once_for_the_user_of_the_address_in_any_case()
    {
        var (resets, users) = await CreateAsync();
        var user = await users.AddAsync();
        await users.AddAsync();
        var id = await NoteAsync(resets, Address(user.Email.Value.ToUpperInvariant()));
        await PassAsync(TimeSpan.FromSeconds(3));

        var claims = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => resets.TryClaimAsync(CancellationToken.None))));

        var ticket = claims.OfType<PasswordResetTicket>().ShouldHaveSingleItem();
        ticket.ShouldBe(new PasswordResetTicket(id, user.Id, user.Name, user.Email, Attempt: 1, TimeSpan.FromSeconds(3), ticket.Fence));
        (await resets.TryClaimAsync(CancellationToken.None)).ShouldBeNull();
    }

    [Fact]
    public async Task Wishes_of_nobody_are_none_hold_up_nobody_and_are_forgotten()
    {
        var (resets, users) = await CreateAsync();
        var user = await users.AddAsync();
        for (var i = 0; i < 20; i++)
        {
            await NoteAsync(resets, Address($"nobody{i}@example.org"));
        }

        var id = await NoteAsync(resets, user);

        (await resets.TryClaimAsync(CancellationToken.None)).ShouldNotBeNull().Id.ShouldBe(id);
        (await resets.TryClaimAsync(CancellationToken.None)).ShouldBeNull();
        (await KeptAsync()).ShouldBe(1);
        await users.AddAsync("late", address: "nobody7@example.org");
        (await resets.TryClaimAsync(CancellationToken.None)).ShouldBeNull("it was wished for before there was such a user");
    }

    [Fact]
    public async Task Of_each_address_there_is_one_wish_whether_a_user_has_it_or_not()
    {
        var (resets, users) = await CreateAsync();
        var user = await users.AddAsync();
        foreach (var email in new[] { user.Email, Address("Nobody@example.org") })
        {
            for (var i = 0; i < 3; i++)
            {
                await NoteAsync(resets, Address(i == 1 ? email.Value.ToUpperInvariant() : email.Value));
            }
        }

        (await KeptAsync()).ShouldBe(2);
    }

    [Fact]
    public async Task A_token_gives_its_user_a_new_password_once()
    {
        var (resets, users) = await CreateAsync();
        var (user, other) = (await users.AddAsync(), await users.AddAsync());
        var token = await SendAsync(resets, user);

        (await resets.FindAsync(token, CancellationToken.None)).ShouldBe(user.Id);
        (await resets.TryUseAsync(Hash("another"), s_fresh, CancellationToken.None)).ShouldBeNull();
        (await resets.TryUseAsync(token, s_fresh, CancellationToken.None)).ShouldBe(user.Id);

        (await users.FindAsync(user.Id, CancellationToken.None))!.PasswordHash.ShouldBe(s_fresh);
        (await resets.FindAsync(token, CancellationToken.None)).ShouldBeNull();
        (await resets.TryUseAsync(token, new Secret("again"), CancellationToken.None)).ShouldBeNull();
        (await users.FindAsync(user.Id, CancellationToken.None))!.PasswordHash.ShouldBe(s_fresh);
        (await users.FindAsync(other.Id, CancellationToken.None)).ShouldBe(other);
    }

    [Fact]
    public async Task Of_concurrent_uses_one_succeeds()
    {
        var (resets, users) = await CreateAsync();
        for (var round = 0; round < 5; round++)
        {
            var user = await users.AddAsync();
            var token = await SendAsync(resets, user);

            var uses = await Task.WhenAll(Enumerable.Range(0, 8).Select(n => Task.Run(async () => (Hash: new Secret($"hash {n}"), By: await resets.TryUseAsync(token, new Secret($"hash {n}"), CancellationToken.None)))));

            var (hash, by) = uses.Where(u => u.By is not null).ShouldHaveSingleItem();
            by.ShouldBe(user.Id);
            (await users.FindAsync(user.Id, CancellationToken.None))!.PasswordHash.ShouldBe(hash);
        }
    }

    [Fact]
    public async Task A_token_is_good_for_as_long_as_was_said()
    {
        var (resets, users) = await CreateAsync();
        var user = await users.AddAsync();
        var token = await SendAsync(resets, user);

        await PassAsync(s_validity - TimeSpan.FromSeconds(1));
        (await resets.FindAsync(token, CancellationToken.None)).ShouldBe(user.Id);
        await PassAsync(TimeSpan.FromSeconds(1));

        (await resets.FindAsync(token, CancellationToken.None)).ShouldBeNull();
        (await resets.TryUseAsync(token, s_fresh, CancellationToken.None)).ShouldBeNull();
        (await users.FindAsync(user.Id, CancellationToken.None)).ShouldBe(user);
    }

    [Fact]
    public async Task A_later_wish_takes_the_place_of_an_earlier_one_at_any_point_and_its_token_that_of_the_earlier_one()
    {
        var (resets, users) = await CreateAsync();
        var user = await users.AddAsync();
        var token = await SendAsync(resets, user);
        await NoteAsync(resets, user);
        (await resets.FindAsync(token, CancellationToken.None)).ShouldBe(user.Id);
        var earlier = (await resets.TryClaimAsync(CancellationToken.None)).ShouldNotBeNull();
        (await resets.FindAsync(token, CancellationToken.None)).ShouldBe(user.Id);
        (await resets.TryArmAsync(earlier, Hash("earlier"), s_validity, CancellationToken.None)).ShouldBeTrue();
        (await resets.FindAsync(token, CancellationToken.None)).ShouldBeNull();

        var id = await NoteAsync(resets, user);

        (await resets.FindAsync(Hash("earlier"), CancellationToken.None)).ShouldBe(user.Id);
        await ShouldBeLostAsync(resets, earlier);
        var later = (await resets.TryClaimAsync(CancellationToken.None)).ShouldNotBeNull();
        (later.Id, later.Attempt, later.Age).ShouldBe((id, 1, TimeSpan.Zero));
        await ShouldBeLostAsync(resets, earlier);
        (await resets.FindAsync(Hash("earlier"), CancellationToken.None)).ShouldBe(user.Id);
        (await resets.TryArmAsync(later, Hash("later"), s_validity, CancellationToken.None)).ShouldBeTrue();
        (await resets.FindAsync(Hash("earlier"), CancellationToken.None)).ShouldBeNull();
        (await resets.FindAsync(Hash("later"), CancellationToken.None)).ShouldBe(user.Id);
    }

    [Fact]
    public async Task A_later_wish_keeps_no_token_alive_and_goes_when_the_token_is_used()
    {
        var (resets, users) = await CreateAsync();
        var (user, other) = (await users.AddAsync(), await users.AddAsync());
        var (used, expired) = (await SendAsync(resets, user), await SendAsync(resets, other));
        await NoteAsync(resets, user);
        (await resets.TryUseAsync(used, s_fresh, CancellationToken.None)).ShouldBe(user.Id);
        (await resets.TryClaimAsync(CancellationToken.None)).ShouldBeNull();

        await PassAsync(s_validity - TimeSpan.FromSeconds(1));
        var id = await NoteAsync(resets, other);
        await PassAsync(TimeSpan.FromSeconds(1));

        (await resets.FindAsync(expired, CancellationToken.None)).ShouldBeNull();
        (await resets.TryUseAsync(expired, s_fresh, CancellationToken.None)).ShouldBeNull();
        (await resets.TryClaimAsync(CancellationToken.None)).ShouldNotBeNull().Id.ShouldBe(id);
    }

    [Fact]
    public async Task A_user_takes_a_wish_that_waits_with_him()
    {
        var (resets, users) = await CreateAsync();
        var user = await users.AddAsync();
        await NoteAsync(resets, user);

        (await users.RemoveAsync(user.Id, CancellationToken.None)).ShouldBeTrue();

        (await KeptAsync()).ShouldBe(0);
        await users.AddAsync("another", address: user.Email.Value);
        (await resets.TryClaimAsync(CancellationToken.None)).ShouldBeNull();
    }

    [Fact]
    public async Task A_wish_that_was_put_off_comes_after_its_pause_with_another_token()
    {
        var (resets, users) = await CreateAsync();
        var user = await users.AddAsync();
        await NoteAsync(resets, user);
        var ticket = (await resets.TryClaimAsync(CancellationToken.None)).ShouldNotBeNull();
        (await resets.TryArmAsync(ticket, Hash("first"), s_validity, CancellationToken.None)).ShouldBeTrue();

        (await resets.TryPutOffAsync(ticket, TimeSpan.FromMinutes(2), CancellationToken.None)).ShouldBeTrue();

        (await resets.FindAsync(Hash("first"), CancellationToken.None)).ShouldBeNull();
        await ShouldBeLostAsync(resets, ticket);
        await PassAsync(TimeSpan.FromMinutes(1));
        (await resets.TryClaimAsync(CancellationToken.None)).ShouldBeNull();
        await PassAsync(TimeSpan.FromMinutes(1));
        var again = (await resets.TryClaimAsync(CancellationToken.None)).ShouldNotBeNull();
        (again.Id, again.Attempt, again.Age).ShouldBe((ticket.Id, 2, TimeSpan.FromMinutes(2)));
    }

    [Fact]
    public async Task A_wish_whose_sender_gave_no_sign_of_life_is_claimed_anew_and_a_fresh_token_replaces_the_one_he_made()
    {
        var (resets, users) = await CreateAsync();
        var user = await users.AddAsync();
        await NoteAsync(resets, user);
        var dead = (await resets.TryClaimAsync(CancellationToken.None)).ShouldNotBeNull();
        (await resets.TryArmAsync(dead, Hash("dead"), s_validity, CancellationToken.None)).ShouldBeTrue();

        await PassAsync(IPasswordResetStore.Lease * 0.9);
        (await resets.TryClaimAsync(CancellationToken.None)).ShouldBeNull();
        await PassAsync(IPasswordResetStore.Lease);

        var next = (await resets.TryClaimAsync(CancellationToken.None)).ShouldNotBeNull();
        next.Attempt.ShouldBe(2);
        await ShouldBeLostAsync(resets, dead);
        (await resets.TryArmAsync(next, Hash("next"), s_validity, CancellationToken.None)).ShouldBeTrue();
        (await resets.FindAsync(Hash("dead"), CancellationToken.None)).ShouldBeNull();
        (await resets.TryEndAsync(next, CancellationToken.None)).ShouldBeTrue();
        await PassAsync(IPasswordResetStore.Lease);
        (await resets.TryClaimAsync(CancellationToken.None)).ShouldBeNull();
        (await resets.FindAsync(Hash("next"), CancellationToken.None)).ShouldBe(user.Id);
    }

    [Theory]
    [InlineData("given up")]
    [InlineData("forgotten")]
    [InlineData("removed")]
    public async Task What_is_gone_is_gone_with_its_token(string how)
    {
        var (resets, users) = await CreateAsync();
        var (user, other) = (await users.AddAsync(), await users.AddAsync());
        var kept = await SendAsync(resets, other);
        await NoteAsync(resets, user);
        var ticket = (await resets.TryClaimAsync(CancellationToken.None)).ShouldNotBeNull();
        (await resets.TryArmAsync(ticket, Hash("gone"), s_validity, CancellationToken.None)).ShouldBeTrue();

        switch (how)
        {
            case "given up":
                (await resets.TryGiveUpAsync(ticket, CancellationToken.None)).ShouldBeTrue();
                break;
            case "forgotten":
                await resets.ForgetAsync(user.Id, CancellationToken.None);
                break;
            default:
                (await users.RemoveAsync(user.Id, CancellationToken.None)).ShouldBeTrue();
                break;
        }

        (await resets.FindAsync(Hash("gone"), CancellationToken.None)).ShouldBeNull();
        (await resets.TryUseAsync(Hash("gone"), s_fresh, CancellationToken.None)).ShouldBeNull();
        await ShouldBeLostAsync(resets, ticket);
        (await resets.FindAsync(kept, CancellationToken.None)).ShouldNotBeNull("what one does is nothing to the others");
        await PassAsync(s_validity);
        (await resets.TryClaimAsync(CancellationToken.None)).ShouldBeNull();
        (how == "removed" || (await users.FindAsync(user.Id, CancellationToken.None)) == user).ShouldBeTrue();
        await resets.ForgetAsync(user.Id, CancellationToken.None);
        (await resets.TryUseAsync(kept, s_fresh, CancellationToken.None)).ShouldBeNull("it has expired meanwhile");
    }

    [Fact]
    public async Task A_cancelled_call_is_not_made()
    {
        var (resets, users) = await CreateAsync();
        var user = await users.AddAsync();
        var cancelled = new CancellationToken(canceled: true);

        await Should.ThrowAsync<OperationCanceledException>(() => resets.NoteAsync(user.Email, new PasswordResetId(Ids.Next()), cancelled));
        (await resets.TryClaimAsync(CancellationToken.None)).ShouldBeNull();
        await NoteAsync(resets, user);
        await Should.ThrowAsync<OperationCanceledException>(() => resets.TryClaimAsync(cancelled));

        (await resets.TryClaimAsync(CancellationToken.None)).ShouldNotBeNull().Attempt.ShouldBe(1);
    }

    private static ResetTokenHash Hash(string token) => ResetTokenHash.Of(new Secret(token));

    private static EmailAddress Address(string text) => EmailAddress.TryCreate(text, out var email) ? email : throw new ArgumentException("It is no address.", nameof(text));

    private static Task<PasswordResetId> NoteAsync(IPasswordResetStore resets, User user) => NoteAsync(resets, user.Email);

    private static async Task<PasswordResetId> NoteAsync(IPasswordResetStore resets, EmailAddress email)
    {
        var id = new PasswordResetId(Ids.Next());
        await resets.NoteAsync(email, id, CancellationToken.None);
        return id;
    }

    /// <summary>Of a wish that has led to a mail.</summary>
    private static async Task<ResetTokenHash> SendAsync(IPasswordResetStore resets, User user)
    {
        await NoteAsync(resets, user);
        var ticket = (await resets.TryClaimAsync(CancellationToken.None)).ShouldNotBeNull();
        var token = Hash($"token of {user.Id}");
        (await resets.TryArmAsync(ticket, token, s_validity, CancellationToken.None)).ShouldBeTrue();
        (await resets.TryEndAsync(ticket, CancellationToken.None)).ShouldBeTrue();
        return token;
    }

    private static async Task ShouldBeLostAsync(IPasswordResetStore resets, PasswordResetTicket ticket)
    {
        (await resets.TryArmAsync(ticket, Hash("lost"), s_validity, CancellationToken.None)).ShouldBeFalse();
        (await resets.TryEndAsync(ticket, CancellationToken.None)).ShouldBeFalse();
        (await resets.TryPutOffAsync(ticket, TimeSpan.Zero, CancellationToken.None)).ShouldBeFalse();
        (await resets.TryGiveUpAsync(ticket, CancellationToken.None)).ShouldBeFalse();
        (await resets.FindAsync(Hash("lost"), CancellationToken.None)).ShouldBeNull();
    }
}
