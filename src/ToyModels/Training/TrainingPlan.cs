using System.Collections.Immutable;

namespace ToyModels;

/// <summary>What one call of a trainer has to do, checked and settled: every instance with its seed and importances, and how results are put together.</summary>
internal sealed class TrainingPlan
{
    /// <param name="instances">The models to train, at least one.</param>
    /// <exception cref="ArgumentException">There is none, or its options do not fit its data.</exception>
    internal TrainingPlan(IReadOnlyList<TrainingInstance> instances)
    {
        ArgumentNullException.ThrowIfNull(instances);
        if (instances.Count == 0)
        {
            throw new ArgumentException("instances is empty; give at least one model to train.", nameof(instances));
        }

        Instances = [.. instances.Select(Resolve)];
        var slot = 0;
        Jobs =
        [
            .. Instances.SelectMany((instance, number) =>
                Enumerable.Range(0, instance.Training.Options.Restarts).Select(restart => new Job(number, restart, slot++))),
        ];
        StepsTotal = Instances.Any(i => i.Training.Options.Epochs is not null)
            ? null
            : Instances.Sum(i => (long)TrainingRun.StepsOf(i.Training.Options)!.Value * i.Training.Options.Restarts);
    }

    /// <summary>The instances in their order.</summary>
    internal ImmutableArray<Instance> Instances { get; }

    /// <summary>Every restart of every instance, in their order.</summary>
    internal ImmutableArray<Job> Jobs { get; }

    /// <summary>Steps of the whole call; null where epochs are counted.</summary>
    internal long? StepsTotal { get; }

    /// <summary>Puts the results of all jobs together.</summary>
    /// <param name="restarts">One result for each job, by slot.</param>
    /// <param name="densities">The densities that each job saw, by slot.</param>
    /// <param name="cancellationToken">The token of the call.</param>
    /// <exception cref="OperationCanceledException">Cancelled before the first step of all.</exception>
    internal IReadOnlyList<TrainingResult> Results(RestartResult?[] restarts, ImmutableArray<float>[] densities, CancellationToken cancellationToken)
    {
        if (restarts.All(result => result!.StepsDone == 0) && cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException("Training was cancelled before its first step.", cancellationToken);
        }

        var first = 0;
        return
        [
            .. Instances.Select(instance =>
            {
                var own = restarts.AsSpan(first, instance.Training.Options.Restarts);
                var result = new TrainingResult(instance.Training.Options, instance.Importances, densities[first], [.. own!]);
                first += own.Length;
                return result;
            }),
        ];
    }

    private static Instance Resolve(TrainingInstance training)
    {
        var features = training.Samples.FeatureCount;
        training.Options.Validate(features);
        var importances = training.Options.Importance?.Resolve(features)
            ?? (training.Samples.Importances is { IsDefault: false } carried ? carried : new UniformImportance(1).Resolve(features));
        var options = training.Options with { Seed = training.Options.Seed ?? Random.Shared.Next() };
        return new Instance(training with { Options = options }, importances);
    }

    /// <summary>One model to train.</summary>
    /// <param name="Training">Its options, seed resolved, and its rows.</param>
    /// <param name="Importances">Its n importances.</param>
    internal sealed record Instance(TrainingInstance Training, ImmutableArray<float> Importances);

    /// <summary>One restart of one instance.</summary>
    /// <param name="Instance">Number of the instance.</param>
    /// <param name="Restart">Number of the restart in its instance.</param>
    /// <param name="Slot">Number of the job in the call.</param>
    internal readonly record struct Job(int Instance, int Restart, int Slot);
}
