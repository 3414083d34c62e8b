using System.Collections.Immutable;

namespace ToyModels.Pipelines;

/// <summary>
/// A trainer that trains nothing: it hands out a model that is known in closed form, which then is served, measured and saved as a trained one is.
/// </summary>
internal sealed class KnownModel(ToyModel model) : IToyModelTrainer
{
    // The stride of a reader is a multiple of 16; rows are read one by one.
    private const int Stride = 16;

    /// <inheritdoc/>
    public IReadOnlyList<TrainingResult> Train(
        IReadOnlyList<TrainingInstance> instances, IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default) =>
        [.. instances.Select(ToResult)];

    private TrainingResult ToResult(TrainingInstance instance)
    {
        var importances = (instance.Options.Importance ?? Importance.Uniform()).Resolve(model.FeatureCount);
        var (loss, densities) = Evaluate(instance.Samples, importances);
        return new TrainingResult(instance.Options, importances, densities, [new RestartResult(0, model, loss, 0, StopReason.Completed, [])]);
    }

    private (float Loss, ImmutableArray<float> Densities) Evaluate(SampleSource samples, ImmutableArray<float> importances)
    {
        var n = model.FeatureCount;
        var column = new float[n * Stride];
        var features = new float[n];
        var reconstruction = new float[n];
        var present = new int[n];
        var loss = 0.0;
        var rows = 0;
        using var reader = samples.OpenEvaluation();
        for (; reader.Read(column, 1, Stride) > 0; rows++)
        {
            for (var i = 0; i < n; i++)
            {
                features[i] = column[i * Stride];
                present[i] += features[i] != 0 ? 1 : 0;
            }

            model.Reconstruct(features, reconstruction);
            for (var i = 0; i < n; i++)
            {
                loss += importances[i] * Math.Pow(features[i] - reconstruction[i], 2);
            }
        }

        return ((float)(loss / rows), [.. present.Select(count => (float)count / rows)]);
    }
}
