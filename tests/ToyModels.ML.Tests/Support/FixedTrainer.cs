namespace ToyModels.ML.Tests;

/// <summary>A trainer that reads one pass over the rows and returns weights that depend on the shape alone: it keeps tests of the face fast.</summary>
internal sealed class FixedTrainer(StopReason reason = StopReason.Completed) : IToyModelTrainer
{
    public List<IReadOnlyList<TrainingInstance>> Calls { get; } = [];

    public IReadOnlyList<TrainingResult> Train(
        IReadOnlyList<TrainingInstance> instances, IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        Calls.Add(instances);
        return [.. instances.Select((instance, number) => Train(instance, number, progress))];
    }

    internal static ToyModel Model(ToyModelKind kind, int n, int m) =>
        new(kind, m, [.. Enumerable.Range(0, n * m).Select(e => (((e * 7) + 3) % 11 * 0.125f) - 0.5f)], [.. Enumerable.Range(0, n).Select(i => 0.03125f * i)]);

    private TrainingResult Train(TrainingInstance instance, int number, IProgress<TrainingProgress>? progress)
    {
        var (options, samples) = instance;
        var n = samples.FeatureCount;
        var present = new int[n];
        var rows = 0;
        using (var reader = samples.OpenTraining(1, options.Seed!.Value))
        {
            const int Stride = 32;
            var batch = new float[n * Stride];
            while (reader.Read(batch, 20, Stride) is var read and > 0)
            {
                rows += read;
                for (var i = 0; i < n; i++)
                {
                    present[i] += read - batch.AsSpan(i * Stride, read).Count(0f);
                }
            }
        }

        var steps = options.Steps ?? ToyModelOptions.DefaultSteps;
        for (var step = 50; step <= steps; step += 50)
        {
            progress?.Report(new TrainingProgress(number, 0, step, 1f / step, step, steps));
        }

        var importances = options.Importance?.Resolve(n) ?? (samples.Importances.IsDefault ? Importance.Uniform().Resolve(n) : samples.Importances);
        var densities = samples.Densities.IsDefault ? [.. present.Select(p => (float)p / rows)] : samples.Densities;
        var loss = reason == StopReason.Diverged ? float.PositiveInfinity : 0.5f;
        var best = new RestartResult(0, Model(options.Kind, n, options.Hidden), loss, steps, reason, [new LossPoint(1, 2f), new LossPoint(steps, 0.1f)]);
        return new TrainingResult(options, importances, densities, [best]);
    }
}
