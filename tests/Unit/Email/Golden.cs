using System.Runtime.CompilerServices;

namespace Backend.Unit.Email;

/// <summary>
/// Mails as they were approved, in <c>golden/</c>: compared to the last byte. <c>APPROVE_MAILS=1</c> writes them anew; look at
/// the difference.
/// </summary>
internal static class Golden
{
    public static async Task ShouldBeApprovedAsync(string name, string actual)
    {
        var path = Path.Combine(Folder(), name);
        if (Environment.GetEnvironmentVariable("APPROVE_MAILS") == "1")
        {
            await File.WriteAllTextAsync(path, actual);
        }

        File.Exists(path).ShouldBeTrue($"{name} is not approved yet: run this test once with APPROVE_MAILS=1.");
        actual.ShouldBe(await File.ReadAllTextAsync(path), $"{name} has changed. If that is meant, run this test once with APPROVE_MAILS=1 and look at the difference.");
    }

    private static string Folder([CallerFilePath] string here = "") => Path.Combine(Path.GetDirectoryName(here)!, "golden");
}
