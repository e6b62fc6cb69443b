using System.Text.RegularExpressions;
using Backend.Application.PasswordResets;
using Backend.Application.Ports;
using Backend.Domain.Common;
using NSubstitute;

namespace Backend.Unit.Application.PasswordResets;

public sealed class RequestPasswordResetTests
{
    private readonly ResetMails _mails = new();

    [Fact]
    public async Task A_wish_is_noted_for_whoever_has_the_address_and_nobody_learns_whether_there_is_one()
    {
        var user = await _mails.Areas.AddUserAsync();

        var known = await _mails.RequestAsync($" {user.Email.Value.ToUpperInvariant()} ");
        var unknown = await _mails.RequestAsync("nobody@example.org");

        (known.IsSuccess, unknown.IsSuccess).ShouldBe((true, true));
        _mails.Noted.ShouldBe(2);
        (await _mails.SendAsync()).ShouldBe(new SentPasswordResets(1, 0, 0));
        _mails.Sent.ShouldHaveSingleItem().To.ShouldBe(user.Email);
    }

    [Fact]
    public async Task A_client_may_ask_for_an_account_only_so_often_whether_it_is_there_or_not_and_holds_up_nobody_else()
    {
        var user = await _mails.Areas.AddUserAsync();
        foreach (var email in new[] { user.Email.Value, "nobody@example.org" })
        {
            var client = $"2001:db8:0:{email.Length}::";
            (await _mails.RequestAsync(email, $"{client}1")).IsSuccess.ShouldBeTrue();
            (await _mails.RequestAsync($"  {email}\t", $"{client}2")).IsSuccess.ShouldBeTrue();

            (await _mails.RequestAsync(email.ToUpperInvariant(), $"{client}3")).Error!.Kind.ShouldBe(ErrorKind.TooManyRequests);
            (await _mails.RequestAsync(email, $"192.0.2.{email.Length}")).IsSuccess.ShouldBeTrue();
        }

        _mails.Noted.ShouldBe(6);
    }

    [Fact]
    public async Task Above_what_a_mailbox_may_get_the_answer_is_the_same_and_nothing_is_noted()
    {
        var user = await _mails.Areas.AddUserAsync();
        foreach (var email in new[] { user.Email.Value, "nobody@example.org" })
        {
            for (var i = 0; i < 7; i++)
            {
                (await _mails.RequestAsync(i % 2 == 0 ? email : email.ToUpperInvariant(), $"192.0.2.{(10 * email.Length) + i}")).IsSuccess.ShouldBeTrue();
            }
        }

        _mails.Noted.ShouldBe(10);
        _mails.Areas.Clock.Advance(TimeSpan.FromHours(1));
        await _mails.RequestAsync(user.Email.Value);
        _mails.Noted.ShouldBe(11);
    }

    [Fact]
    public async Task Known_addresses_and_others_take_the_same_steps()
    {
        var user = await _mails.Areas.AddUserAsync();
        var (resets, limiter, ids) = (Substitute.For<IPasswordResetStore>(), Substitute.For<IRateLimiter>(), Substitute.For<IIdSource>());
        limiter.TryTakeAsync(default, null!, default).ReturnsForAnyArgs(RateLimitVerdict.Unlimited);
        var handler = new RequestPasswordResetHandler(resets, limiter, ids);
        var steps = new List<string>();
        foreach (var email in new[] { user.Email.Value, "nobody@example.org" })
        {
            await handler.Handle(new RequestPasswordResetCommand(email, ResetMails.Client), CancellationToken.None);
            steps.Add(Regex.Replace(string.Join('\n', resets.ReceivedCalls().Concat(limiter.ReceivedCalls()).Concat(ids.ReceivedCalls()).Select(call => $"{call.GetMethodInfo().Name} {string.Join(' ', call.GetArguments())}"))
                .Replace(email, "<address>", StringComparison.OrdinalIgnoreCase), "[0-9a-f]{64}", "<hash of the address>", RegexOptions.None, TimeSpan.FromSeconds(1)));
            resets.ClearReceivedCalls();
            limiter.ClearReceivedCalls();
            ids.ClearReceivedCalls();
        }

        steps[0].ShouldContain("NoteAsync <address>");
        steps[0].ShouldContain("PasswordResetAccount <hash of the address>");
        steps[1].ShouldBe(steps[0]);
    }

    [Fact]
    public async Task So_may_a_client_ask()
    {
        for (var i = 0; i < 3; i++)
        {
            (await _mails.RequestAsync($"{i}@example.org", "2001:db8::1")).IsSuccess.ShouldBeTrue();
        }

        (await _mails.RequestAsync("3@example.org", "2001:db8::2")).Error!.Kind.ShouldBe(ErrorKind.TooManyRequests);
    }

    [Theory]
    [InlineData(null, false)]
    [InlineData("", false)]
    [InlineData("Demo Mapper", false)]
    [InlineData("a@example.org\0", false)]
    [InlineData(" a@example.org ", true)]
    public void An_address_is_needed(string? email, bool isValid) =>
        new RequestPasswordResetValidator().Validate(new RequestPasswordResetCommand(email, ResetMails.Client)).IsValid.ShouldBe(isValid);
}
