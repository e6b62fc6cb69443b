using Backend.Domain.Accounts;
using Backend.Domain.Common;

namespace Backend.Application.Ports;

/// <summary>Tokens in mails: whoever has one may say what its user wants to be told by mail, and nothing else. They do not expire, since old mails must stay good for unsubscribing.</summary>
public interface IMailTokens
{
    Secret Issue(UserId userId);

    /// <summary>Null for anything that was not issued here.</summary>
    UserId? Read(string? token);
}
