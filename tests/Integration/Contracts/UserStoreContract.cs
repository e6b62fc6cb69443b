using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Domain.Common;
using Backend.Domain.Tracks;
using Backend.Integration.Support;

namespace Backend.Integration.Contracts;

/// <summary>What every <see cref="IUserStore"/> does.</summary>
public abstract class UserStoreContract
{
    private const int NoLimit = int.MaxValue;
    private static readonly DateTimeOffset s_createdAt = new(2026, 11, 20, 12, 0, 0, 123, TimeSpan.Zero);

    private readonly string _unique = Ids.Next().ToString("N");

    protected abstract Task<IUserStore> CreateAsync();

    [Fact]
    public async Task A_user_comes_back_as_added_with_an_id()
    {
        var store = await CreateAsync();
        var user = NewUser("O'Reilly -- <b>;select 🏁") with { Role = Role.Admin };

        var added = await AddAsync(store, user);

        added.Id.Value.ShouldBeGreaterThan(0);
        added.Name.Value.ShouldBe(user.Name.Value);
        added.Email.Value.ShouldBe(user.Email.Value);
        added.PasswordHash.Reveal().ShouldBe(user.PasswordHash.Reveal());
        added.Role.ShouldBe(Role.Admin);
        added.CreatedAt.ShouldBe(s_createdAt);
        (await store.FindAsync(added.Id, CancellationToken.None)).ShouldBe(added);
    }

    [Fact]
    public async Task An_unknown_user_is_absent_everywhere()
    {
        var store = await CreateAsync();
        var unknown = new UserId(long.MaxValue);

        (await store.FindAsync(unknown, CancellationToken.None)).ShouldBeNull();
        (await store.FindRoleAsync(unknown, CancellationToken.None)).ShouldBeNull();
        (await store.FindByLoginAsync($"nobody {_unique}", CancellationToken.None)).ShouldBeNull();
        (await store.SetRoleAsync(unknown, Role.Admin, CancellationToken.None)).ShouldBeFalse();
        (await store.TryReplacePasswordHashAsync(unknown, new Secret("a"), new Secret("b"), CancellationToken.None)).ShouldBeFalse();
        (await store.RemoveAsync(unknown, CancellationToken.None)).ShouldBeFalse();
    }

    [Fact]
    public async Task A_user_is_found_by_name_and_by_address_in_any_case()
    {
        var store = await CreateAsync();
        var user = await AddAsync(store, NewUser("Ünï Cödé.Mapper"));

        foreach (var login in new[] { user.Name.Value, user.Name.Value.ToUpperInvariant(), $"  {user.Name.Value} ", user.Email.Value, user.Email.Value.ToUpperInvariant() })
        {
            (await store.FindByLoginAsync(login, CancellationToken.None)).ShouldBe(user, login);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("\0")]
    [InlineData("\ud800")]
    [InlineData("' or 1=1 --")]
    [InlineData("a@b@c")]
    public async Task Any_text_may_be_looked_up(string login)
    {
        var store = await CreateAsync();
        await AddAsync(store, NewUser("somebody"));

        (await store.FindByLoginAsync(login, CancellationToken.None)).ShouldBeNull();
    }

    [Fact]
    public async Task A_name_or_an_address_can_be_taken_once_in_any_case()
    {
        var store = await CreateAsync();
        var user = NewUser("Demo Mapper");
        await AddAsync(store, user);
        UserName.TryCreate(user.Name.Value.ToUpperInvariant(), out var sameName).ShouldBeTrue();
        EmailAddress.TryCreate(user.Email.Value.ToUpperInvariant(), out var sameEmail).ShouldBeTrue();

        (await store.AddAsync(NewUser("other 1") with { Name = sameName! }, NoLimit, CancellationToken.None)).Status.ShouldBe(AddUserStatus.NameTaken);
        (await store.AddAsync(NewUser("other 2") with { Email = sameEmail! }, NoLimit, CancellationToken.None)).Status.ShouldBe(AddUserStatus.EmailTaken);
        (await store.AddAsync(user, maxUsers: 0, CancellationToken.None)).Status.ShouldBe(AddUserStatus.NameTaken);
    }

    [Fact]
    public async Task Of_many_who_want_one_name_at_once_one_gets_it()
    {
        var store = await CreateAsync();
        var name = NewUser("wanted").Name;

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => Task.Run(() => store.AddAsync(NewUser($"suitor {i}") with { Name = name }, NoLimit, CancellationToken.None))));

        outcomes.Count(o => o.Status == AddUserStatus.Added).ShouldBe(1);
        outcomes.Count(o => o.Status == AddUserStatus.NameTaken).ShouldBe(49);
    }

    [Fact]
    public async Task The_limit_is_never_exceeded()
    {
        var store = await CreateAsync();
        var limit = 10;

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => Task.Run(() => store.AddAsync(NewUser($"crowd {i}"), limit, CancellationToken.None))));

        outcomes.Count(o => o.Status == AddUserStatus.Added).ShouldBe(limit);
        outcomes.Count(o => o.Status == AddUserStatus.Full).ShouldBe(40);
    }

    [Fact]
    public async Task Somebody_new_is_an_administrator_only_while_there_is_none()
    {
        var store = await CreateAsync();

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Task.Run(() => store.AddAsync(NewUser($"would be {i}") with { Role = Role.Admin }, NoLimit, CancellationToken.None))));

        outcomes.Count(o => o.User!.Role == Role.Admin).ShouldBe(1);
        var first = outcomes.Single(o => o.User!.Role == Role.Admin).User!;
        await store.RemoveAsync(first.Id, CancellationToken.None);
        (await store.AddAsync(NewUser("next") with { Role = Role.Admin }, NoLimit, CancellationToken.None)).User!.Role.ShouldBe(Role.Admin);
    }

    [Fact]
    public async Task A_hash_is_replaced_only_if_it_is_the_expected_one()
    {
        var store = await CreateAsync();
        var user = await AddAsync(store, NewUser("rehashed"));

        (await store.TryReplacePasswordHashAsync(user.Id, new Secret("another"), new Secret("new"), CancellationToken.None)).ShouldBeFalse();
        (await store.TryReplacePasswordHashAsync(user.Id, new Secret(user.PasswordHash.Reveal()), new Secret("new"), CancellationToken.None)).ShouldBeTrue();

        (await store.FindAsync(user.Id, CancellationToken.None))!.PasswordHash.Reveal().ShouldBe("new");
    }

    [Fact]
    public async Task A_changed_role_is_read_at_once()
    {
        var store = await CreateAsync();
        var user = await AddAsync(store, NewUser("promoted"));

        (await store.FindRoleAsync(user.Id, CancellationToken.None)).ShouldBe(Role.User);

        (await store.SetRoleAsync(user.Id, Role.Admin, CancellationToken.None)).ShouldBeTrue();

        (await store.FindRoleAsync(user.Id, CancellationToken.None)).ShouldBe(Role.Admin);
        (await store.FindAsync(user.Id, CancellationToken.None))!.Role.ShouldBe(Role.Admin);
        (await store.FindByLoginAsync(user.Name.Value, CancellationToken.None))!.Role.ShouldBe(Role.Admin);
    }

    [Fact]
    public async Task A_removed_user_frees_name_and_address_but_never_the_id()
    {
        var store = await CreateAsync();
        var user = NewUser("leaving");
        var removed = await AddAsync(store, user);

        (await store.RemoveAsync(removed.Id, CancellationToken.None)).ShouldBeTrue();
        (await store.RemoveAsync(removed.Id, CancellationToken.None)).ShouldBeFalse();
        (await store.FindAsync(removed.Id, CancellationToken.None)).ShouldBeNull();
        (await store.FindRoleAsync(removed.Id, CancellationToken.None)).ShouldBeNull();
        (await store.FindByLoginAsync(user.Email.Value, CancellationToken.None)).ShouldBeNull();

        (await AddAsync(store, user)).Id.ShouldNotBe(removed.Id);
    }

    [Fact]
    public async Task A_linked_player_comes_back_and_can_be_changed_and_forgotten()
    {
        var store = await CreateAsync();
        var user = await AddAsync(store, NewUser("driver"));
        var (first, second) = (new Player(new AccountId(Ids.Next()), "Ünï.Driver <b>"), new Player(new AccountId(Ids.Next()), "Other"));

        (await store.LinkPlayerAsync(user.Id, first, CancellationToken.None)).ShouldBe(LinkOutcome.Linked);
        (await store.FindAsync(user.Id, CancellationToken.None)).ShouldBe(user with { Player = first });
        (await store.LinkPlayerAsync(user.Id, second, CancellationToken.None)).ShouldBe(LinkOutcome.Linked);
        (await store.FindByLoginAsync(user.Name.Value, CancellationToken.None)).ShouldBe(user with { Player = second });
        (await store.UnlinkPlayerAsync(user.Id, CancellationToken.None)).ShouldBeTrue();
        (await store.UnlinkPlayerAsync(user.Id, CancellationToken.None)).ShouldBeTrue();
        (await store.FindAsync(user.Id, CancellationToken.None)).ShouldBe(user);

        (await store.LinkPlayerAsync(new UserId(long.MaxValue), first, CancellationToken.None)).ShouldBe(LinkOutcome.NoSuchUser);
        (await store.UnlinkPlayerAsync(new UserId(long.MaxValue), CancellationToken.None)).ShouldBeFalse();
    }

    [Fact]
    public async Task Of_many_who_link_one_player_at_once_one_gets_him()
    {
        var store = await CreateAsync();
        var player = new Player(new AccountId(Ids.Next()), "Wanted");
        var users = new List<User>();
        for (var i = 0; i < 20; i++)
        {
            users.Add(await AddAsync(store, NewUser($"claimant {i}")));
        }

        var outcomes = await Task.WhenAll(users.Select(u => Task.Run(() => store.LinkPlayerAsync(u.Id, player, CancellationToken.None))));

        outcomes.Count(o => o == LinkOutcome.Linked).ShouldBe(1);
        outcomes.Count(o => o == LinkOutcome.Taken).ShouldBe(19);
        var owner = users[outcomes.IndexOf(LinkOutcome.Linked)];
        (await store.LinkPlayerAsync(owner.Id, player with { DisplayName = "Renamed" }, CancellationToken.None)).ShouldBe(LinkOutcome.Linked);
        await store.RemoveAsync(owner.Id, CancellationToken.None);
        (await store.LinkPlayerAsync(users.First(u => u.Id != owner.Id).Id, player, CancellationToken.None)).ShouldBe(LinkOutcome.Linked);
    }

    [Fact]
    public async Task A_user_who_gets_the_name_he_has_elsewhere_signs_in_with_both()
    {
        var store = await CreateAsync();
        var user = await AddAsync(store, NewUser("stripped"));
        var (exact, tmx) = (TestUsers.Name($"str.ipped! {_unique}"), new TmxUserId(40_001));

        (await store.LinkTmxUserAsync(user.Id, tmx, exact, CancellationToken.None)).ShouldBe(LinkOutcome.Linked);

        var linked = user with { Name = exact, FormerName = user.Name, TmxUserId = tmx };
        (await store.FindAsync(user.Id, CancellationToken.None))!.ShouldBe(linked);
        (await store.FindByLoginAsync(exact.Value, CancellationToken.None)).ShouldBe(linked);
        (await store.FindByLoginAsync(user.Name.Value.ToUpperInvariant(), CancellationToken.None)).ShouldBe(linked);
        (await store.AddAsync(NewUser("x") with { Name = user.Name }, NoLimit, CancellationToken.None)).Status.ShouldBe(AddUserStatus.NameTaken);
        (await store.AddAsync(NewUser("x") with { Name = exact }, NoLimit, CancellationToken.None)).Status.ShouldBe(AddUserStatus.NameTaken);

        // The first name of all stays good; the one between is free again.
        var newest = TestUsers.Name($"newest {_unique}");
        (await store.LinkTmxUserAsync(user.Id, tmx, newest, CancellationToken.None)).ShouldBe(LinkOutcome.Linked);
        (await store.FindAsync(user.Id, CancellationToken.None)).ShouldBe(linked with { Name = newest });
        (await store.FindByLoginAsync(exact.Value, CancellationToken.None)).ShouldBeNull();
        await store.RemoveAsync(user.Id, CancellationToken.None);
        (await store.AddAsync(NewUser("x") with { Name = user.Name }, NoLimit, CancellationToken.None)).Status.ShouldBe(AddUserStatus.Added);
        (await store.AddAsync(NewUser("x") with { Name = newest }, NoLimit, CancellationToken.None)).Status.ShouldBe(AddUserStatus.Added);
    }

    [Fact]
    public async Task A_user_whose_name_is_exact_already_gets_no_former_one()
    {
        var store = await CreateAsync();
        var user = await AddAsync(store, NewUser("exact"));
        var respelled = TestUsers.Name(user.Name.Value.ToUpperInvariant());
        var tmx = new TmxUserId(40_001);

        (await store.LinkTmxUserAsync(user.Id, tmx, respelled, CancellationToken.None)).ShouldBe(LinkOutcome.Linked);

        var linked = (await store.FindAsync(user.Id, CancellationToken.None))!;
        (linked.Name.Value, linked.FormerName, linked.TmxUserId).ShouldBe((respelled.Value, null, tmx));
    }

    [Fact]
    public async Task A_name_or_a_user_elsewhere_belongs_to_one_user()
    {
        var store = await CreateAsync();
        var (one, other) = (await AddAsync(store, NewUser("one")), await AddAsync(store, NewUser("other")));
        var (tmx, free) = (new TmxUserId(40_001), TestUsers.Name($"free {_unique}"));
        await store.LinkTmxUserAsync(one.Id, tmx, TestUsers.Name($"exact one {_unique}"), CancellationToken.None);

        (await store.LinkTmxUserAsync(other.Id, tmx, free, CancellationToken.None)).ShouldBe(LinkOutcome.Taken);
        (await store.LinkTmxUserAsync(other.Id, new TmxUserId(tmx.Value - 1), one.Name, CancellationToken.None)).ShouldBe(LinkOutcome.NameTaken);
        (await store.LinkTmxUserAsync(new UserId(long.MaxValue), tmx, free, CancellationToken.None)).ShouldBe(LinkOutcome.NoSuchUser);
        (await store.FindAsync(other.Id, CancellationToken.None)).ShouldBe(other);
    }

    [Fact]
    public async Task Users_are_listed_newest_first_by_page_and_by_part_of_what_they_are_called()
    {
        var store = await CreateAsync();
        var users = new List<User>();
        foreach (var (name, minutes) in new[] { ("Ünï", 1), ("mapper_100%", 2), ("mapper 1000", 2), ("driver", 0) })
        {
            users.Add(await AddAsync(store, NewUser(name) with { CreatedAt = s_createdAt.AddMinutes(minutes) }));
        }

        await store.LinkPlayerAsync(users[3].Id, new Player(new AccountId(Ids.Next()), "Höchste"), CancellationToken.None);

        await ShouldListAsync(null, 0, 100, [2, 1, 0, 3], 4);
        await ShouldListAsync(null, 1, 2, [1, 0], 4);
        await ShouldListAsync(null, 4, 2, [], 4);
        await ShouldListAsync("MAPPER", 0, 1, [2], 2);
        await ShouldListAsync("100%", 0, 100, [1], 1);
        await ShouldListAsync("r_1", 0, 100, [1], 1);
        await ShouldListAsync("üNÏ", 0, 100, [0], 1);
        await ShouldListAsync("hÖCH", 0, 100, [3], 1);
        await ShouldListAsync(users[2].Email.Value, 0, 100, [2], 1);
        await ShouldListAsync("' or 1=1 --", 0, 100, [], 0);
        (await store.CountAsync(CancellationToken.None)).ShouldBe(4);

        async Task ShouldListAsync(string? search, int skip, int limit, int[] expected, int total)
        {
            var page = await store.ListAsync(search, skip, limit, CancellationToken.None);
            page.Users.Select(u => u.Id).ShouldBe(expected.Select(i => users[i].Id), search);
            page.Total.ShouldBe(total, search);
        }
    }

    [Fact]
    public async Task Preferences_of_mails_change_in_parts_of_which_none_is_lost()
    {
        var store = await CreateAsync();
        var (user, other) = (await AddAsync(store, NewUser("told")), await AddAsync(store, NewUser("other")));
        user.Mail.ShouldBe(new MailPreferences("UTC", MapperMail: true, DriverMail: true));

        await Task.WhenAll(
            new MailPreferencesChange[] { new("Europe/Berlin"), new(MapperMail: false), new(DriverMail: false) }
                .Select(change => Task.Run(() => store.ChangeMailPreferencesAsync(user.Id, change, CancellationToken.None))));

        var expected = new MailPreferences("Europe/Berlin", MapperMail: false, DriverMail: false);
        (await store.ChangeMailPreferencesAsync(user.Id, new MailPreferencesChange(), CancellationToken.None)).ShouldBe(expected);
        (await store.FindAsync(user.Id, CancellationToken.None))!.Mail.ShouldBe(expected);
        (await store.ChangeMailPreferencesAsync(user.Id, new MailPreferencesChange("UTC", MapperMail: true, DriverMail: true), CancellationToken.None)).ShouldBe(MailPreferences.Standard);
        (await store.FindAsync(other.Id, CancellationToken.None)).ShouldBe(other);
        (await store.ChangeMailPreferencesAsync(new UserId(long.MaxValue), MailPreferencesChange.Nothing, CancellationToken.None)).ShouldBeNull();
    }

    [Fact]
    public async Task A_cancelled_call_does_nothing()
    {
        var store = await CreateAsync();
        var user = NewUser("cancelled");

        await Should.ThrowAsync<OperationCanceledException>(() => store.AddAsync(user, NoLimit, new CancellationToken(canceled: true)));

        (await store.FindByLoginAsync(user.Name.Value, CancellationToken.None)).ShouldBeNull();
    }

    private static async Task<User> AddAsync(IUserStore store, NewUser user)
    {
        var outcome = await store.AddAsync(user, NoLimit, CancellationToken.None);
        outcome.Status.ShouldBe(AddUserStatus.Added);
        return outcome.User!;
    }

    private NewUser NewUser(string name)
    {
        UserName.TryCreate($"{name} {_unique}", out var userName).ShouldBeTrue();
        EmailAddress.TryCreate($"{name.Split(' ')[^1].Replace(".", string.Empty, StringComparison.Ordinal)}.{Ids.Next():N}@Example.org", out var email).ShouldBeTrue();
        return new NewUser(userName!, email!, new Secret($"hash of {name}"), Role.User, s_createdAt);
    }
}
