namespace Backend.Integration.Support;

/// <summary>Tests that measure real time, or need so much of the machine that others would measure wrongly: they run after all others, one at a time.</summary>
[CollectionDefinition(nameof(Undisturbed), DisableParallelization = true)]
public sealed class Undisturbed;
