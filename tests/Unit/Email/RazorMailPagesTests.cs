using System.Security.Cryptography;
using System.Text;
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
        "page-message.html", await MessageAsync("You are unsubscribed", "You get <no> more.", new MailPageLink(s_save, "Choose anew")));

    [Fact]
    public async Task The_form_for_a_new_password_is_as_approved() => await Golden.ShouldBeApprovedAsync(
        "page-password.html", await NewPasswordAsync("Zoé <b>", "Nothing is changed. <It> is too short."));

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
            await MessageAsync(text, text, new MailPageLink(s_save, text)),
            await NewPasswordAsync(text, text),
        })
        {
            page.ShouldContain(shown);
            page.ShouldNotContain(text);
        }
    }

    [Fact]
    public async Task Nothing_on_a_page_needs_a_script_another_host_or_a_style_beside_its_sheet()
    {
        foreach (var page in new[]
        {
            await PreferencesAsync("Zoé", MailPreferences.Standard, "note", offersToUnsubscribe: true),
            await MessageAsync("a", "b", link: null),
            await NewPasswordAsync("Zoé", "note"),
        })
        {
            foreach (var needle in new[] { "<script", "<img", "<link", "src=", "url(", "@import", "http:", "https:", " onclick", "javascript", " style=" })
            {
                page.ShouldNotContain(needle, Case.Insensitive);
            }

            Sheets().Count(page).ShouldBe(1);
        }
    }

    private async Task<string> PreferencesAsync(string name, MailPreferences preferences, string? note, bool offersToUnsubscribe) =>
        Whole(await _pages.RenderPreferencesAsync(new MailPreferencesView(Make.Name(name), preferences, s_save, s_unsubscribe), note, offersToUnsubscribe, CancellationToken.None));

    private async Task<string> NewPasswordAsync(string name, string? note) => Whole(await _pages.RenderNewPasswordAsync(new NewPasswordView(Make.Name(name), s_save), note, CancellationToken.None));

    private async Task<string> MessageAsync(string title, string message, MailPageLink? link) => Whole(await _pages.RenderMessageAsync(title, message, link, CancellationToken.None));

    /// <summary>Its hash is that of what stands between the tags, as browsers take it.</summary>
    private static string Whole(MailPage page)
    {
        page.StyleHash.ShouldBe(Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Sheets().Match(page.Html).Groups["sheet"].Value))));
        return page.Html;
    }

    [GeneratedRegex("<style>(?<sheet>[^<]*)</style>", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Sheets();

    [GeneratedRegex("<option value=\"[^\"]*\"></option>\\s*", RegexOptions.NonBacktracking)]
    private static partial Regex Zones();

    [GeneratedRegex("type=\"checkbox\"[^>]* checked", RegexOptions.NonBacktracking)]
    private static partial Regex Ticked();
}
