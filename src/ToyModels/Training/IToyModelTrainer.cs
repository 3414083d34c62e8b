namespace ToyModels;

/// <summary>Fits toy models. Each instance has its own options, importances, data and seed; one call trains many side by side.</summary>
public interface IToyModelTrainer
{
    /// <summary>Trains every instance.</summary>
    /// <param name="instances">The models to train, at least one.</param>
    /// <param name="progress">Receives a report at each recorded step, from worker threads; null for none.</param>
    /// <param name="cancellationToken">Stops all trainings after the step they are in.</param>
    /// <returns>One result for each instance, in their order.</returns>
    /// <exception cref="OperationCanceledException">
    /// Cancelled before the first step of all. Later, the results so far come back with <see cref="StopReason.Cancelled"/>; an instance whose turn
    /// had not come has its initial weights and 0 steps.
    /// </exception>
    /// <exception cref="InvalidDataException">A row holds NaN or infinity, or there are no rows.</exception>
    IReadOnlyList<TrainingResult> Train(
        IReadOnlyList<TrainingInstance> instances,
        IProgress<TrainingProgress>? progress = null,
        CancellationToken cancellationToken = default);
}
