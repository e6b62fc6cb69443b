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

    [Theory]
    [InlineData("354 go ahead\r\n", true)]
    [InlineData("3|5|4 go ahead\r\n", true)]
    [InlineData("250 OK\r\n|354 go ahead\r\n", true)]
    [InlineData("250 OK\r|\n3|54-\r\n", true)]
    [InlineData("220 mx 354.example.org\r\n", false)]
    [InlineData("250 2.1.5 OK id 354\r\n|35", false)]
    [InlineData("3354\r\n", false)]
    public void The_server_asks_for_the_mail_at_the_start_of_a_line_only(string heard, bool expected)
    {
        foreach (var part in heard.Split('|'))
        {
            Hear(part);
        }

        _conversation.HasBegun.ShouldBe(expected);
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
