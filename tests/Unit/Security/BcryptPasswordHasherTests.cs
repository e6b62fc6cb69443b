using Backend.Domain.Common;
using Backend.Infrastructure.Security;

namespace Backend.Unit.Security;

public sealed class BcryptPasswordHasherTests : IDisposable
{
    private readonly BcryptPasswordHasher _hasher = new(new PasswordOptions { Cost = 4, Workers = 2, Queue = 32 });

    public void Dispose() => _hasher.Dispose();

    [Fact]
    public async Task A_hash_matches_its_password_and_no_other()
    {
        var hash = (await _hasher.HashAsync(new Secret("a password"), default)).Value;

        hash.Reveal().ShouldStartWith("$2");
        hash.Reveal().Length.ShouldBe(60);
        (await Verify("a password", hash.Reveal())).ShouldBe((true, false));
        (await Verify("A password", hash.Reveal())).ShouldBe((false, false));
        (await Verify("", hash.Reveal())).ShouldBe((false, false));
    }

    [Fact]
    public async Task The_same_password_gives_another_hash_every_time() =>
        (await _hasher.HashAsync(new Secret("a password"), default)).Value.Reveal()
            .ShouldNotBe((await _hasher.HashAsync(new Secret("a password"), default)).Value.Reveal());

    // Published vectors of bcrypt implementations, cost 5 to 8.
    [Theory]
    [InlineData("U*U", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW")]
    [InlineData("U*U*", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.VGOzA784oUp/Z0DY336zx7pLYAy0lwK")]
    [InlineData("", "$2a$08$HqWuK6/Ng6sg9gQzbLrgb.Tl.ZHfXLhvt/SgVyWhQqgqcZ7ZuUtye")]
    [InlineData("abc", "$2a$06$If6bvum7DFjUnE9p2uDeDu0YHzrHM6tf.iqN8.yx.jNN1ILEf7h0i")]
    public async Task Hashes_of_other_implementations_verify_and_ask_for_a_new_hash(string password, string hash) =>
        (await Verify(password, hash)).ShouldBe((true, true));

    [Theory]
    [InlineData("$2a$")]
    [InlineData("$2b$")]
    [InlineData("$2y$")]
    public async Task The_usual_revisions_verify(string revision)
    {
        var hash = revision + (await _hasher.HashAsync(new Secret("pässwörd 名"), default)).Value.Reveal()[4..];

        (await Verify("pässwörd 名", hash)).IsMatch.ShouldBeTrue();
        (await Verify("password 名", hash)).IsMatch.ShouldBeFalse();
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("a password")]
    [InlineData("$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOe")]
    [InlineData("$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeWW")]
    [InlineData("$2a$31$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW")]
    [InlineData("$2a$17$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW")]
    [InlineData("$2a$99$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW")]
    [InlineData("$2a$00$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW")]
    [InlineData("$2a$03$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW")]
    [InlineData("$2a$-5$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW")]
    [InlineData("$2a$+5$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW")]
    [InlineData("$2a$ 5$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW")]
    [InlineData("$2a$5 $CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW")]
    [InlineData("$2a$xx$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW")]
    [InlineData("$2z$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW")]
    [InlineData("$1a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW")]
    [InlineData("$2a$05CCCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW")]
    [InlineData("$2a$05$CCCCCCCCCCCCCCCCCCCCC$E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW")]
    [InlineData("$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyO W")]
    [InlineData("$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeü")]
    [InlineData("$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHRzb21lc2FsdA$aaaaaa")]
    public async Task An_unreadable_hash_never_matches_nor_throws(string hash)
    {
        (await Verify("U*U", hash)).ShouldBe((false, false));
        (await Verify("", hash)).ShouldBe((false, false));
    }

    [Fact]
    public async Task A_missing_hash_never_matches()
    {
        (await Verify("U*U", null)).ShouldBe((false, false));
        (await Verify("no such password", null)).ShouldBe((false, false));
    }

    [Fact]
    public async Task A_password_of_72_bytes_counts_to_the_last_byte()
    {
        var full = new string('x', 72);
        var hash = (await _hasher.HashAsync(new Secret(full), default)).Value.Reveal();

        (await Verify(full, hash)).IsMatch.ShouldBeTrue();
        (await Verify(full[..^1] + "y", hash)).IsMatch.ShouldBeFalse();
        (await Verify(full[..^1], hash)).IsMatch.ShouldBeFalse();
    }

    [Fact]
    public async Task A_longer_password_that_bcrypt_would_cut_to_the_same_bytes_never_matches()
    {
        var full = new string('x', 72);
        var hash = (await _hasher.HashAsync(new Secret(full), default)).Value.Reveal();

        (await Verify(full + "y", hash)).ShouldBe((false, false));
        (await Verify(new string('x', 1_000_000), hash)).IsMatch.ShouldBeFalse();
    }

    [Fact]
    public async Task A_password_with_a_NUL_never_matches()
    {
        var hash = (await _hasher.HashAsync(new Secret("secret"), default)).Value.Reveal();

        (await Verify("secret\0", hash)).IsMatch.ShouldBeFalse();
        (await Verify("secret\0more", hash)).IsMatch.ShouldBeFalse();
        (await Verify("\0secret", hash)).IsMatch.ShouldBeFalse();
    }

    [Fact]
    public async Task A_hash_of_another_cost_needs_a_new_one_and_of_the_same_does_not()
    {
        using var other = new BcryptPasswordHasher(new PasswordOptions { Cost = 5, Workers = 1, Queue = 1 });
        var hash = (await other.HashAsync(new Secret("a password"), default)).Value.Reveal();

        hash.ShouldContain("$05$");
        (await Verify("a password", hash)).ShouldBe((true, true));
        (await other.VerifyAsync(new Secret("a password"), new Secret(hash), default)).Value.NeedsRehash.ShouldBeFalse();
    }

    [Fact]
    public async Task Beyond_the_queue_the_answer_is_busy_with_a_time_to_come_back()
    {
        using var hasher = new BcryptPasswordHasher(new PasswordOptions { Cost = 12, Workers = 1, Queue = 0 });

        // Places are given before a call returns, so all three ask while the first one works.
        var first = hasher.HashAsync(new Secret("a password"), default);
        var secondTask = hasher.VerifyAsync(new Secret("a password"), hash: null, default);
        var thirdTask = hasher.HashAsync(new Secret("a password"), default);
        var second = await secondTask;
        var third = await thirdTask;

        foreach (var error in new[] { second.Error, third.Error })
        {
            error.ShouldNotBeNull();
            error.Kind.ShouldBe(ErrorKind.Unavailable);
            error.Code.ShouldBe("password.busy");
            error.RetryAfter!.Value.ShouldBeGreaterThan(TimeSpan.Zero);
        }

        (await first).IsSuccess.ShouldBeTrue();
        (await hasher.HashAsync(new Secret("a password"), default)).IsSuccess.ShouldBeTrue();
    }

    [Fact]
    public async Task Whoever_waits_in_the_queue_can_leave_it_and_the_place_is_free_again()
    {
        using var hasher = new BcryptPasswordHasher(new PasswordOptions { Cost = 12, Workers = 1, Queue = 1 });
        using var impatient = new CancellationTokenSource();
        var working = hasher.HashAsync(new Secret("a password"), default);
        var waiting = hasher.HashAsync(new Secret("a password"), impatient.Token);

        await impatient.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => waiting);
        (await hasher.VerifyAsync(new Secret("a password"), hash: null, default)).IsSuccess.ShouldBeTrue();
        (await working).IsSuccess.ShouldBeTrue();
    }

    [Fact]
    public void The_defaults_are_those_that_were_promised()
    {
        var options = new PasswordOptions();

        options.Cost.ShouldBe(11);
        options.Queue.ShouldBe(32);
        options.Workers.ShouldBe(Math.Max(1, Environment.ProcessorCount / 2));
    }

    private async Task<(bool IsMatch, bool NeedsRehash)> Verify(string password, string? hash)
    {
        var verdict = (await _hasher.VerifyAsync(new Secret(password), hash is null ? null : new Secret(hash), default)).Value;
        return (verdict.IsMatch, verdict.NeedsRehash);
    }
}
