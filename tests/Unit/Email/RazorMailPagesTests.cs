using System.Text.RegularExpressions;
using Backend.Application.Ports;
using Backend.Domain.Accounts;
using Backend.Infrastructure.Email;
using Backend.Unit.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Backend.Unit.Email;

public sealed partial class RazorMailPagesTests : IDisposable
{
    private static readonly Uri s_save = new("https://records.example.org/sub/mail/preferences?token=a-b_c&x=1");
    private static readonly Uri s_unsubscribe = new("https://records.example.org/sub/mail/unsubscribe?token=a-b_c&x=1");

    private readonly ServiceProvider _services = new ServiceCollection().BuildServiceProvider();
    private readonly RazorMailPages _pages;

    public RazorMailPagesTests() => _pages = new RazorMailPages(_services, NullLoggerFactory.Instance);

    public void Dispose() => _services.Dispose();

    [Fact]
    public async Task The_form_of_preferences_is_as_approved()
    {
        var page = await PreferencesAsync("Zoé <b>", new MailPreferences("Europe/Berlin", MapperMail: true, DriverMail: false), "Your choice is saved.", offersToUnsubscribe: true);

        page.ShouldContain("<option value=\"Europe/Berlin\"></option>");
        await Golden.ShouldBeApprovedAsync("page-preferences.html", Zones().Replace(page, ""));
    }

    [Fact]
    public async Task A_message_is_as_approved() => await Golden.ShouldBeApprovedAsync(
        "page-message.html", await _pages.RenderMessageAsync("You are unsubscribed", "You get <no> more.", new MailPageLink(s_save, "Choose anew"), CancellationToken.None));

    [Fact]
    public async Task The_form_for_a_new_password_is_as_approved() => await Golden.ShouldBeApprovedAsync(
        "page-password.html", await _pages.RenderNewPasswordAsync(new NewPasswordView(Make.Name("Zoé <b>"), s_save), "Nothing is changed. <It> is too short.", CancellationToken.None));

    [Fact]
    public async Task Boxes_are_ticked_and_a_button_is_there_as_said()
    {
        var all = await PreferencesAsync("Zoé", MailPreferences.Standard, note: null, offersToUnsubscribe: false);
        var none = await PreferencesAsync("Zoé", MailPreferencesChange.Nothing.ApplyTo(MailPreferences.Standard), note: null, offersToUnsubscribe: false);

        (Ticked().Count(all), Ticked().Count(none)).ShouldBe((2, 0));
        all.ShouldNotContain("/mail/unsubscribe");
        all.ShouldNotContain("role=\"status\"");
        none.ShouldContain("told by mail: nothing.");
    }

    [Theory]
    [InlineData("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;")]
    [InlineData("\" autofocus onfocus=\"x", "&quot; autofocus onfocus=&quot;x")]
    [InlineData("</title></style>", "&lt;/title&gt;&lt;/style&gt;")]
    public async Task Whatever_names_zones_and_notes_hold_is_text(string text, string shown)
    {
        foreach (var page in new[]
        {
            await PreferencesAsync(text, new MailPreferences(text, MapperMail: true, DriverMail: true), text, offersToUnsubscribe: true),
            await _pages.RenderMessageAsync(text, text, new MailPageLink(s_save, text), CancellationToken.None),
            await _pages.RenderNewPasswordAsync(new NewPasswordView(Make.Name(text), s_save), text, CancellationToken.None),
        })
        {
            page.ShouldContain(shown);
            page.ShouldNotContain(text);
        }
    }

    [Fact]
    public async Task Nothing_on_a_page_needs_a_script_or_another_host()
    {
        var page = await PreferencesAsync("Zoé", MailPreferences.Standard, "note", offersToUnsubscribe: true) + await _pages.RenderMessageAsync("a", "b", link: null, CancellationToken.None);

        foreach (var needle in new[] { "<script", "<img", "<link", "src=", "url(", "@import", "http:", "https:", " onclick", "javascript" })
        {
            page.ShouldNotContain(needle, Case.Insensitive);
        }
    }

    private Task<string> PreferencesAsync(string name, MailPreferences preferences, string? note, bool offersToUnsubscribe) =>
        _pages.RenderPreferencesAsync(new MailPreferencesView(Make.Name(name), preferences, s_save, s_unsubscribe), note, offersToUnsubscribe, CancellationToken.None);

    [GeneratedRegex("<option value=\"[^\"]*\"></option>\\s*", RegexOptions.NonBacktracking)]
    private static partial Regex Zones();

    [GeneratedRegex("type=\"checkbox\"[^>]* checked", RegexOptions.NonBacktracking)]
    private static partial Regex Ticked();
}
