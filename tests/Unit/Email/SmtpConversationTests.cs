using System.Text;
using Backend.Infrastructure.Email;

namespace Backend.Unit.Email;

public sealed class SmtpConversationTests : IDisposable
{
    private readonly SmtpConversation _conversation = new();

    public void Dispose() => _conversation.Dispose();

    [Theory]
    [InlineData("Hello\r\n.\r\n")]
    [InlineData("Hello|\r\n.\r\n")]
    [InlineData("Hello\r|\n.\r\n")]
    [InlineData("Hello\r\n|.|\r|\n")]
    [InlineData("..\r\nHello\r\n..\r\n|\r\n.\r\n")]
    public void A_mail_is_complete_with_its_dot_however_it_is_cut(string said)
    {
        Begin();
        var parts = said.Split('|');
        foreach (var part in parts)
        {
            _conversation.IsComplete.ShouldBeFalse();
            Say(part);
        }

        (_conversation.HasBegun, _conversation.IsComplete).ShouldBe((true, true));
    }

    [Theory]
    [InlineData("Hello\r\n")]
    [InlineData("Hello\r\n..\r\n")]
    [InlineData("Hello\n.\n")]
    public void Without_its_dot_it_is_not(string said)
    {
        Begin();
        Say(said);

        (_conversation.HasBegun, _conversation.IsComplete).ShouldBe((true, false));
    }

    [Fact]
    public void What_is_said_before_the_server_waits_for_the_mail_counts_for_nothing()
    {
        Say("MAIL FROM:<a@example.org>\r\n.\r\n");
        Hear("250 OK\r\n");

        (_conversation.HasBegun, _conversation.IsComplete).ShouldBe((false, false));
    }

    [Fact]
    public void The_next_mail_begins_anew()
    {
        Begin();
        Say("Hello\r\n.\r\n");
        _conversation.NextMail();
        (_conversation.HasBegun, _conversation.IsComplete).ShouldBe((false, false));

        Begin();
        Say("\n");
        _conversation.IsComplete.ShouldBeFalse();
    }

    private void Begin()
    {
        Say("DATA\r\n");
        Hear("354 Go on\r\n");
    }

    private void Say(string text) => _conversation.LogClient([1, 2, .. Encoding.ASCII.GetBytes(text), 3], 2, text.Length);

    private void Hear(string text) => _conversation.LogServer([9, .. Encoding.ASCII.GetBytes(text)], 1, text.Length);
}
