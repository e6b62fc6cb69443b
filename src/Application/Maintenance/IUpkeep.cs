namespace Backend.Application.Maintenance;

/// <summary>What a store needs done about once a minute: deleting what no reader sees any more, repairing what a crash has cut off. Some need nothing.</summary>
public interface IUpkeep
{
    /// <summary>One round. Several processes may do it at the same time, and any round may be left out.</summary>
    Task RunAsync(CancellationToken cancellationToken);
}
