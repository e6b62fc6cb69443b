using Backend.Domain.Alerts;
using Backend.Domain.DailyEmails;
using Backend.Domain.Tracks;
using Backend.Infrastructure.Email;
using Backend.Unit.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Backend.Unit.Email;

public sealed class RazorEmailRendererTests : IDisposable
{
    private static readonly Uri s_preferences = new("https://records.example.org/mail/preferences?token=abc&x=1");

    private readonly ServiceProvider _services = new ServiceCollection().BuildServiceProvider();
    private readonly RazorEmailRenderer _renderer;

    public RazorEmailRendererTests() => _renderer = new RazorEmailRenderer(_services, NullLoggerFactory.Instance);

    public void Dispose() => _services.Dispose();

    [Fact]
    public async Task A_mail_with_both_parts_is_as_approved()
    {
        var mail = await RenderAsync(Digests.Of(Digests.Mapper, Digests.Driver));

        mail.Subject.ShouldBe("Your daily Trackmania update: new records and position changes");
        await ShouldBeApprovedAsync("both", mail);
    }

    [Fact]
    public async Task A_mail_for_a_mapper_alone_is_as_approved()
    {
        var mail = await RenderAsync(Digests.Of(new MapperDigest([Digests.Mapper.Maps[1]], [], RecordFilter.WorldRecord, IsProbing: false), driver: null));

        mail.Subject.ShouldBe("New times on Demo Mapper's maps");
        await ShouldBeApprovedAsync("mapper", mail);
    }

    [Fact]
    public async Task A_mail_for_a_driver_alone_is_as_approved()
    {
        var mail = await RenderAsync(Digests.Of(mapper: null, Digests.Driver with { Unread = [] }));

        mail.Subject.ShouldBe("Position changes on the maps you track");
        await ShouldBeApprovedAsync("driver", mail);
    }

    [Fact]
    public async Task The_mail_for_a_new_password_is_as_approved()
    {
        var mail = await _renderer.RenderPasswordResetAsync("Zoé <b>", new Uri("https://records.example.org/reset?token=a-b_c&x=\"1"), TimeSpan.FromMinutes(30), CancellationToken.None);

        mail.Subject.ShouldBe("Choose a new password");
        await ShouldBeApprovedAsync("password", mail);
    }

    [Fact]
    public async Task More_than_a_hundred_maps_are_a_ranking_that_ends_somewhere()
    {
        var mail = await RenderAsync(Digests.Of(Digests.Ranking(112), driver: null));

        foreach (var part in new[] { mail.Text, mail.Html })
        {
            part.ShouldContain("on 112 maps, those with the most first");
            part.ShouldContain("https://trackmania.exchange/mapshow/100");
            part.ShouldNotContain("https://trackmania.exchange/mapshow/101");
            part.ShouldContain("And 12 more maps with new records.");
            part.ShouldNotContain("up to a week later");
        }

        mail.Text.ShouldContain("\nMap 1 (https://trackmania.exchange/mapshow/1): 112 new records; best: #1 Bolt (Bayern) 40.001, 2026-05-01 18:04 UTC+02:00\n");
        mail.Html.Length.ShouldBeLessThan(100_000, "Gmail cuts what is longer");
    }

    [Fact]
    public async Task A_mail_may_have_nothing_but_maps_that_could_not_be_checked()
    {
        var unread = Enumerable.Range(1, 103).Select(n => new WatchedMap(Make.Uid(n), $"Map {n}", n)).ToList();

        var mail = await RenderAsync(Digests.Of(new MapperDigest([], unread, RecordFilter.Top5, IsProbing: false), driver: null));

        mail.Text.ShouldContain("No new records. Your alert tells of records among the first five.");
        mail.Text.ShouldContain("Could not be checked; will be caught up: Map 1, Map 2, ");
        mail.Text.ShouldContain("Map 100 and 3 more maps.");
    }

    /// <summary>Whatever names hold, they are text: in the subject, in the lines and on the page.</summary>
    [Theory]
    [InlineData("<script>alert(1)</script>", "<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;")]
    [InlineData("a\" onmouseover=\"x", "a\" onmouseover=\"x", "a&quot; onmouseover=&quot;x")]
    [InlineData("</title></style>&amp;", "</title></style>&amp;", "&lt;/title&gt;&lt;/style&gt;&amp;amp;")]
    [InlineData("evil\r\nBcc: a@example.org", "evil Bcc: a@example.org", "evil Bcc: a@example.org")]
    [InlineData("evil\n-- \nYou won", "evil -- You won", "evil -- You won")]
    [InlineData("$f00evil \u202Egpj.exe\u2066", "evil gpj.exe", "evil gpj.exe")]
    [InlineData("@Html.Raw", "@Html.Raw", "@Html.Raw")]
    public async Task Names_are_harmless(string name, string inText, string inHtml)
    {
        var map = new WatchedMap(Make.Uid(1), name, 1);
        var record = new NewRecord(Make.Account(1), name, 1, RecordTime.FromMilliseconds(1), Make.Start, Gap: null);
        var digest = Digests.Of(new MapperDigest([new MapNews(map, 1, [record])], [map], RecordFilter.All, IsProbing: false), Digests.Driver with { Unread = [name] }) with
        {
            Players = new Dictionary<AccountId, string> { [Make.Account(1)] = name },
        };

        var mail = await RenderAsync(digest);

        mail.Text.ShouldContain($"#1 {inText} ({inText}) 0.001");
        mail.Text.ShouldContain($"will be caught up: {inText}.");
        mail.Text.Split('\n').Count(line => line == "-- ").ShouldBe(1);
        mail.Html.ShouldContain($">{inHtml}</a>");
        mail.Html.ShouldNotContain("<script");
        mail.Html.ShouldNotContain("onmouseover=\"");
        (mail.Text + mail.Html).ShouldNotContain('\u202E');
        (mail.Text + mail.Html).ShouldNotContain('\r');
    }

    [Fact]
    public async Task A_subject_is_one_plain_line()
    {
        var mail = await RenderAsync(Digests.Of(Digests.Mapper, driver: null, "$o$f00Big \u202E<b>Name"));

        mail.Subject.ShouldBe("New times on Big <b>Name's maps");
    }

    [Fact]
    public async Task A_player_without_a_name_is_his_account()
    {
        var mail = await RenderAsync(Digests.Of(Digests.Mapper, driver: null) with { Players = new Dictionary<AccountId, string>() });

        mail.Text.ShouldContain($"#1 {Make.Account(1)} (Bayern) 45.123");
    }

    [Fact]
    public async Task Moments_in_UTC_say_so()
    {
        var mail = await RenderAsync(Digests.Of(Digests.Mapper, driver: null) with { TimeZone = TimeZoneInfo.Utc });

        mail.Text.ShouldContain("2026-05-01 16:04 UTC\n");
    }

    [Fact]
    public async Task Nothing_on_the_page_needs_another_host()
    {
        var mail = await RenderAsync(Digests.Of(Digests.Mapper, Digests.Driver));

        foreach (var needle in new[] { "<img", "<link", "src=", "url(", "@import", "<script" })
        {
            mail.Html.ShouldNotContain(needle);
        }
    }

    private Task<EmailContent> RenderAsync(DailyDigest digest) => _renderer.RenderAsync(digest, s_preferences, CancellationToken.None);

    private static async Task ShouldBeApprovedAsync(string name, EmailContent mail)
    {
        await Golden.ShouldBeApprovedAsync($"{name}.txt", mail.Text);
        await Golden.ShouldBeApprovedAsync($"{name}.html", mail.Html);
    }
}
