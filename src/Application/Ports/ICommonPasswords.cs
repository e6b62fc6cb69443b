namespace Backend.Application.Ports;

/// <summary>The passwords that attackers try first (OWASP ASVS 5.0, 6.2.4).</summary>
public interface ICommonPasswords
{
    /// <summary>Without regard to case.</summary>
    bool Contains(string password);
}
