namespace Backend.Infrastructure;

/// <summary>Something this service cannot work without.</summary>
public interface IReadinessProbe
{
    /// <summary>As it is called in health answers.</summary>
    string Name { get; }

    /// <summary>Whether it is there now. Answers within two seconds.</summary>
    Task<bool> IsReadyAsync(CancellationToken cancellationToken);
}
