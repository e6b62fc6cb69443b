namespace Backend.Application.Ports;

/// <summary>Gives new ids.</summary>
public interface IIdSource
{
    /// <summary>A version 4 UUID from a cryptographic source; nobody can guess the next one.</summary>
    Guid Next();
}
