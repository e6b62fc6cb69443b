using Backend.Domain.Common;

namespace Backend.Application.Ports;

/// <summary>Gives new secrets.</summary>
public interface ISecretSource
{
    /// <summary>256 bits from a cryptographic source, as text that an address can hold; nobody can guess the next one.</summary>
    Secret Next();
}
