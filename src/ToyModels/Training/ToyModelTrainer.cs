namespace ToyModels;

/// <summary>The library's own trainer: all cores, the widest vectors there are, and the same bits whichever those are.</summary>
public sealed class ToyModelTrainer : IToyModelTrainer
{
    /// <param name="threads">Worker threads, at least 1; null for one a core. The result does not depend on it.</param>
    public ToyModelTrainer(int? threads = null) => Threads = threads is { } t ? Guard.AtLeast(t, 1, nameof(threads)) : Environment.ProcessorCount;

    /// <summary>Worker threads.</summary>
    public int Threads { get; }

    /// <inheritdoc/>
    public IReadOnlyList<TrainingResult> Train(
        IReadOnlyList<TrainingInstance> instances,
        IProgress<TrainingProgress>? progress = null,
        CancellationToken cancellationToken = default) =>
        new TrainingSession(instances, Engines.Create, Threads, progress, cancellationToken).Run();
}
