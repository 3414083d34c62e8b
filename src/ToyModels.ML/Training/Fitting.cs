using System.Collections.Immutable;
using Microsoft.ML;
using Microsoft.ML.Runtime;

namespace ToyModels.ML;

/// <summary>One call of a trainer on behalf of one estimator or many: everything that can be refused is refused before it, and it is logged.</summary>
internal sealed class Fitting(MLContext mlContext, IToyModelTrainer? trainer, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken)
{
    internal IReadOnlyList<ToyModelTransformer> Run(IReadOnlyList<(ToyModelEstimator Estimator, IDataView Data)> fits)
    {
        var instances = new TrainingInstance[fits.Count];
        var names = new ImmutableArray<string>[fits.Count];

        // Models that learn from one view share its rows, kept ones included.
        var opened = new Dictionary<(IDataView, string, bool), (SampleSource Samples, ImmutableArray<string> Names)>();
        for (var i = 0; i < fits.Count; i++)
        {
            var (estimator, data) = fits[i];
            ArgumentNullException.ThrowIfNull(data, "input");
            var key = (data, estimator.Columns.Features, estimator.Options.Shuffle);
            if (!opened.TryGetValue(key, out var source))
            {
                opened.Add(key, source = ViewSamples.Of(data, estimator.Columns.Features, estimator.Options.Shuffle));
            }

            (var samples, names[i]) = source;

            // What does not fit the data is refused here, before any model of the call is trained.
            estimator.Options.Model.Validate(samples.FeatureCount);
            instances[i] = new TrainingInstance(estimator.Options.Model, samples);
        }

        var host = ((IHostEnvironment)mlContext).Register("ToyModel");
        using var channel = host.Start("Training");
        var log = new TrainingLog(channel, instances, progress);
        for (var i = 0; i < fits.Count; i++)
        {
            if (fits[i].Estimator.Options.Shuffle && !fits[i].Data.CanShuffle)
            {
                log.CannotShuffle(i);
            }
        }

        log.Started();
        var results = Train(trainer ?? new ToyModelTrainer(), instances, log, cancellationToken);
        log.Ended(results);
        return [.. fits.Select((f, i) => new ToyModelTransformer(results[i], f.Estimator.Columns, names[i]))];
    }

    /// <summary>Calls a trainer that anyone may have written.</summary>
    /// <exception cref="InvalidOperationException">It does not return one result for each instance.</exception>
    internal static IReadOnlyList<TrainingResult> Train(
        IToyModelTrainer trainer, IReadOnlyList<TrainingInstance> instances, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken)
    {
        var results = trainer.Train(instances, progress, cancellationToken);
        return results.Count == instances.Count
            ? results
            : throw new InvalidOperationException($"The trainer returned {results.Count} results for {instances.Count} instances; it must return one for each.");
    }

    /// <summary>What a user is told of a training that went astray.</summary>
    internal static string Diverged(int stepsDone, float learningRate) =>
        FormattableString.Invariant($"The training diverged after step {stepsDone} with learning rate {learningRate}: ")
        + "the loss is no longer finite. Try a lower learning rate, or scale the features down.";
}
