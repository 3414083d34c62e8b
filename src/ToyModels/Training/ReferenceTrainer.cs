namespace ToyModels;

/// <summary>
/// Trains with the plain double-precision gradient, on one thread: a hundred times slower than <see cref="ToyModelTrainer"/>, and short
/// enough to be read at a glance. It is the oracle of the fast one.
/// </summary>
public sealed class ReferenceTrainer : IToyModelTrainer
{
    /// <inheritdoc/>
    public IReadOnlyList<TrainingResult> Train(
        IReadOnlyList<TrainingInstance> instances,
        IProgress<TrainingProgress>? progress = null,
        CancellationToken cancellationToken = default) =>
        new TrainingSession(
            instances,
            (instance, importances, _) => new ReferenceGradient(
                instance.Options.Kind, instance.Samples.FeatureCount, instance.Options.Hidden, importances, instance.Options.BatchSize),
            threads: 1,
            progress,
            cancellationToken).Run();
}
