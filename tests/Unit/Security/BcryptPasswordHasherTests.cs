using Backend.Domain.Common;
using Backend.Infrastructure.Security;
using CsCheck;
using Hash = BCrypt.Net.BCrypt;

namespace Backend.Unit.Security;

public sealed class BcryptPasswordHasherTests : IDisposable
{
    private const string Password = "correct horse battery";

    private readonly BcryptPasswordHasher _hasher = new(new PasswordOptions { Cost = 4, Workers = 1, Queue = 10 });

    public void Dispose() => _hasher.Dispose();

    [Theory]
    [InlineData(4)]
    [InlineData(5)]
    public async Task A_password_matches_the_hash_made_of_it_and_no_other_does(int cost)
    {
        using var hasher = new BcryptPasswordHasher(new PasswordOptions { Cost = cost });
        var hash = (await hasher.HashAsync(new Secret(Password), CancellationToken.None)).Value;

        hash.Reveal().Length.ShouldBe(60);
        hash.Reveal().Substring(3, 4).ShouldBe($"$0{cost}$");
        var right = (await hasher.VerifyAsync(new Secret(Password), hash, CancellationToken.None)).Value;
        right.IsMatch.ShouldBeTrue();
        right.NeedsRehash.ShouldBeFalse();
        foreach (var wrong in new[] { "", " ", Password + " ", Password[..^1], Password.ToUpperInvariant() })
        {
            (await hasher.VerifyAsync(new Secret(wrong), hash, CancellationToken.None)).Value.IsMatch.ShouldBeFalse(wrong);
        }
    }

    [Theory]
    [InlineData("a")]
    [InlineData("b")]
    [InlineData("y")]
    public async Task Hashes_of_every_revision_that_other_systems_write_match(string revision)
    {
        var made = Hash.HashPassword(Password, 4);
        var hash = $"$2{revision}{made[3..]}";

        (await VerifyAsync(Password, hash)).IsMatch.ShouldBeTrue();
        (await VerifyAsync(Password + "!", hash)).IsMatch.ShouldBeFalse();
    }

    /// <summary>Published test vector of the OpenBSD algorithm, made by none of the code under test.</summary>
    [Fact]
    public async Task A_published_hash_matches() =>
        (await VerifyAsync("U*U", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW")).IsMatch.ShouldBeTrue();

    [Fact]
    public async Task A_hash_of_another_cost_matches_and_asks_to_be_made_anew()
    {
        var hash = Hash.HashPassword(Password, 5);

        var right = await VerifyAsync(Password, hash);
        right.IsMatch.ShouldBeTrue();
        right.NeedsRehash.ShouldBeTrue();
        (await VerifyAsync("another password", hash)).IsMatch.ShouldBeFalse();
    }

    public static TheoryData<string> Unreadable()
    {
        var good = Hash.HashPassword(Password, 4);
        return
        [
            "", " ", new string(' ', 60), new string('$', 60), new string('\0', 60), "x", good[..59], good + ".", " " + good[..59], good[..^1] + " ", good[..^1] + "\n", good[..^1] + "é",
            "$1" + good[2..], "$2" + good[3..] + "x", "$2z" + good[3..], "$2A" + good[3..], "$3a" + good[3..], "$2a.04$" + good[7..],
            "$2a$31$" + good[7..], "$2a$99$" + good[7..], "$2a$00$" + good[7..], "$2a$03$" + good[7..], "$2a$17$" + good[7..], "$2a$-4$" + good[7..], "$2a$+4$" + good[7..],
            "$2a$ 4$" + good[7..], "$2a$4 $" + good[7..], "$2a$xx$" + good[7..], "$2a$04." + good[7..],
            good[..7] + new string('.', 53), good[..29] + new string('.', 31), Password,
            "$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHQ$RdescudvJCsgt3ub+b",
        ];
    }

    [Theory]
    [InlineData(null)]
    [MemberData(nameof(Unreadable))]
    public async Task An_unreadable_hash_never_matches_and_never_throws(string? hash)
    {
        foreach (var password in new[] { Password, "", " ", "no such password", hash ?? "" })
        {
            (await VerifyAsync(password, hash)).IsMatch.ShouldBeFalse();
        }
    }

    [Fact]
    public async Task No_damage_to_a_hash_makes_verifying_throw_or_match()
    {
        var good = Hash.HashPassword(Password, 4);
        await Gen.Select(Gen.Int[0, 59], Gen.Char[' ', '~']).Where((at, c) => good[at] != c && at is not 2 and not 4 and not 5)
            .SampleAsync(async (at, c) => (await VerifyAsync(Password, good[..at] + c + good[(at + 1)..])).IsMatch.ShouldBeFalse(), iter: 300, threads: 1);
    }

    [Fact]
    public async Task A_password_that_no_hash_can_hold_never_matches()
    {
        var longest = new string('a', 72);
        var hash = Hash.HashPassword(longest, 4);

        (await VerifyAsync(longest, hash)).IsMatch.ShouldBeTrue();
        (await VerifyAsync(longest + "b", hash)).IsMatch.ShouldBeFalse();
        (await VerifyAsync(new string('a', 1_000_000), hash)).IsMatch.ShouldBeFalse();
        var umlauts = new string('ä', 36);
        (await VerifyAsync(umlauts, Hash.HashPassword(umlauts, 4))).IsMatch.ShouldBeTrue();
        (await VerifyAsync(umlauts + "b", Hash.HashPassword(umlauts, 4))).IsMatch.ShouldBeFalse();
    }

    [Fact]
    public async Task A_password_with_a_NUL_never_matches()
    {
        foreach (var password in new[] { "abc\0def", "abc\0", "\0", "abc" })
        {
            var hash = Hash.HashPassword(password, 4);
            (await VerifyAsync("abc\0xyz", hash)).IsMatch.ShouldBeFalse();
            (await VerifyAsync("abc\0def", hash)).IsMatch.ShouldBeFalse();
            (await VerifyAsync("\0", hash)).IsMatch.ShouldBeFalse();
        }
    }

    [Fact]
    public async Task Beyond_the_workers_and_the_queue_the_answer_is_to_come_back_later()
    {
        using var hasher = new BcryptPasswordHasher(new PasswordOptions { Cost = 12, Workers = 1, Queue = 0 });
        var first = hasher.HashAsync(new Secret(Password), CancellationToken.None);

        var hashed = await hasher.HashAsync(new Secret(Password), CancellationToken.None);
        var verified = await hasher.VerifyAsync(new Secret(Password), hash: null, CancellationToken.None);

        first.IsCompleted.ShouldBeFalse("the refusals must not have waited for the worker");
        foreach (var refusal in new[] { hashed.Error, verified.Error })
        {
            refusal.ShouldNotBeNull().Kind.ShouldBe(ErrorKind.Unavailable);
            refusal.RetryAfter.ShouldNotBeNull().ShouldBeGreaterThan(TimeSpan.Zero);
        }

        (await first).IsSuccess.ShouldBeTrue();
        (await hasher.VerifyAsync(new Secret(Password), new Secret(Hash.HashPassword(Password, 4)), CancellationToken.None)).Value.IsMatch.ShouldBeTrue();
    }

    [Fact]
    public async Task One_may_wait_for_the_worker_when_the_queue_has_a_place()
    {
        using var hasher = new BcryptPasswordHasher(new PasswordOptions { Cost = 11, Workers = 1, Queue = 1 });
        var first = hasher.HashAsync(new Secret(Password), CancellationToken.None);
        var second = hasher.VerifyAsync(new Secret(Password), new Secret(Hash.HashPassword(Password, 4)), CancellationToken.None);
        var third = await hasher.VerifyAsync(new Secret(Password), hash: null, CancellationToken.None);

        third.Error.ShouldNotBeNull().Kind.ShouldBe(ErrorKind.Unavailable);
        (await first).IsSuccess.ShouldBeTrue();
        (await second).Value.IsMatch.ShouldBeTrue();
    }

    [Fact]
    public async Task Whoever_leaves_the_queue_frees_the_place()
    {
        using var hasher = new BcryptPasswordHasher(new PasswordOptions { Cost = 12, Workers = 1, Queue = 1 });
        var first = hasher.HashAsync(new Secret(Password), CancellationToken.None);
        using var leaving = new CancellationTokenSource();
        var second = hasher.HashAsync(new Secret(Password), leaving.Token);
        await leaving.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => second);
        var third = hasher.VerifyAsync(new Secret(Password), new Secret(Hash.HashPassword(Password, 4)), CancellationToken.None);
        (await third).IsSuccess.ShouldBeTrue();
        (await first).IsSuccess.ShouldBeTrue();
    }

    private async Task<Backend.Application.Ports.PasswordVerdict> VerifyAsync(string password, string? hash) =>
        (await _hasher.VerifyAsync(new Secret(password), hash is null ? null : new Secret(hash), CancellationToken.None)).Value;
}
