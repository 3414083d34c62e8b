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
        for (var i = 0; i < fits.Count; i++)
        {
            var (estimator, data) = fits[i];
            ArgumentNullException.ThrowIfNull(data, "input");
            var samples = ViewSamples.Of(data, estimator.Columns.Features, estimator.Options.Shuffle, out names[i]);

            // Importances for another number of features are refused here, before any model of the call is trained.
            estimator.Options.Model.Importance?.Resolve(samples.FeatureCount);
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
        var results = (trainer ?? new ToyModelTrainer()).Train(instances, log, cancellationToken);
        if (results.Count != instances.Length)
        {
            throw new InvalidOperationException($"The trainer returned {results.Count} results for {instances.Length} instances; it must return one for each.");
        }

        log.Ended(results);
        return [.. fits.Select((f, i) => new ToyModelTransformer(results[i], f.Estimator.Columns, names[i]))];
    }
}
