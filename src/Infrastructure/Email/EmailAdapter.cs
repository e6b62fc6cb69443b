namespace Backend.Infrastructure.Email;

/// <summary>What mails are handed to; the names are those of the setting.</summary>
internal enum EmailAdapter
{
    /// <summary>A folder, in which each mail is a file.</summary>
    Pickup,

    /// <summary>A server for outgoing mail, by default that of Gmail.</summary>
    Smtp,

    /// <summary>Amazon SES, through the server for outgoing mail that it has.</summary>
    Ses,
}
