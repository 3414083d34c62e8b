using System.Diagnostics;
using Microsoft.ML;
using ToyModels.ML;

namespace ToyModels.Benchmarks;

/// <summary>Seconds of one training: by the trainer itself on generated samples, and by the estimator over views of rows of the same distribution.</summary>
internal static class FitViews
{
    public static IReadOnlyList<(string Name, Func<double> Measure)> Measures((int Features, int Hidden, float Density, int Rows) shape, int steps, int threads)
    {
        var (n, m, density, count) = shape;
        var mlContext = new MLContext(seed: 1);
        var distribution = new FeatureDistribution(n, density);
        var options = new ToyModelOptions { Hidden = m, Steps = steps, Seed = 1 };
        var trainer = new ToyModelTrainer(threads);
        var generated = mlContext.ToyModels().Generate(distribution, (long)steps * options.BatchSize, seed: 1);

        // Behind a filter that lets all rows pass, the generator is a view like any other.
        var cached = mlContext.Data.Cache(mlContext.Data.TakeRows(mlContext.ToyModels().Generate(distribution, count, seed: 1), count));
        Fit(cached);
        return
        [
            ("trainer", () => Time(() => trainer.Train([new TrainingInstance(options, new GeneratedSamples(distribution, 1))]))),
            ("estimator over the generator", () => Time(() => Fit(generated))),
            ($"estimator over a cached view, {4e-6 * n * count:F0} MB", () => Time(() => Fit(cached))),
        ];

        void Fit(IDataView view) => mlContext.ToyModels().ToyModel(new() { Model = options, Trainer = trainer }).Fit(view);
    }

    private static double Time(Action action)
    {
        var start = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
