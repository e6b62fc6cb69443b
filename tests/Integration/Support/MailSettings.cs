namespace Backend.Integration.Support;

/// <summary>What a service must be told of mails outside Development.</summary>
internal static class MailSettings
{
    /// <summary>Mails go to a folder of the run, unless the settings say otherwise.</summary>
    public static Dictionary<string, string> WithMail(this Dictionary<string, string> settings)
    {
        settings.TryAdd("Adapters:Email", "Pickup");
        settings.TryAdd("Email:PickupFolder", Path.Combine(Leash.Instance.Folder, "mail"));
        settings.TryAdd("PublicBaseUrl", "https://records.example.org");
        return settings;
    }
}
