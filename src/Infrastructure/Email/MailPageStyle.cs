using System.Security.Cryptography;
using System.Text;

namespace Backend.Infrastructure.Email;

/// <summary>How all pages look: like mails, but in one sheet, which a page's policy can name by its hash and so allow no other style.</summary>
internal static class MailPageStyle
{
    public const string Sheet = """
        :root { color-scheme: light dark; }
        body { margin: 0; padding: 16px 8px; background: #eef0f3; color: #1d2027; font: 15px/1.45 Arial,Helvetica,sans-serif; }
        .card { max-width: 600px; margin: 0 auto; background: #ffffff; border-radius: 8px; overflow-wrap: anywhere; }
        main { padding: 24px; }
        footer { padding: 16px 24px; border-top: 1px solid #d9dce3; font-size: 13px; color: #5b616e; }
        h1 { margin: 0 0 16px; font-size: 20px; }
        p { margin: 0 0 16px; }
        main > p:last-child, footer p { margin: 0; }
        form { margin: 0; }
        form + form { margin-top: 24px; }
        a { color: #0b57d0; }
        input:not([type=checkbox]) { width: 100%; box-sizing: border-box; margin: 4px 0 0; padding: 8px; font: inherit; }
        button { padding: 10px 18px; border: 0; border-radius: 6px; background: #0b57d0; color: #ffffff; font: inherit; font-weight: bold; cursor: pointer; }
        @media (prefers-color-scheme: dark) {
        body { background: #15171c; color: #e8e9ec; }
        .card { background: #20232a; }
        footer { border-color: #3a3f4a; color: #a9adb8; }
        a { color: #8fb8ff; }
        button { background: #8fb8ff; color: #15171c; }
        }
        """;

    /// <inheritdoc cref="Application.Ports.MailPage.StyleHash"/>
    public static string Hash { get; } = Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Sheet)));
}
