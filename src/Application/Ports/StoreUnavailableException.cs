namespace Backend.Application.Ports;

/// <summary>
/// A store cannot be reached or cannot answer in time. Any method of any port may throw it; whether the step was done is
/// not known then. It is nobody's fault and passes: callers answer "come back later", workers wait.
/// </summary>
public sealed class StoreUnavailableException(string message, Exception inner) : Exception(message, inner);
