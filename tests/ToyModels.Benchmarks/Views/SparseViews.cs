using System.Diagnostics;
using Microsoft.ML;
using Microsoft.ML.Data;
using ToyModels.ML;

namespace ToyModels.Benchmarks;

/// <summary>
/// What the estimator takes to read sparse rows of a view, in nanoseconds a non-zero, at densities from 1/5000 to 1/50 and the same number of non-zeros
/// in all: where the time is that of the non-zeros, the figures are alike. The trainer here only reads.
/// </summary>
internal static class SparseViews
{
    private const int NonZeros = 2_000_000;

    public static IReadOnlyList<(string Name, Func<double> Measure)> Measures() =>
    [
        Measure(1000, 20),
        Measure(10_000, 20),
        Measure(100_000, 20),
        Measure(10_000, 200),
    ];

    private static (string Name, Func<double> Measure) Measure(int features, int present)
    {
        var mlContext = new MLContext(seed: 1);
        var definition = SchemaDefinition.Create(typeof(Row));
        definition[nameof(Row.Features)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, features);
        var rows = Rows(features, present).ToArray();
        var view = mlContext.Data.TakeRows(mlContext.Data.LoadFromEnumerable(rows, definition), rows.Length);
        var options = new ToyModelEstimatorOptions { Model = new ToyModelOptions { Hidden = 1, Seed = 1, Steps = 1 }, Trainer = new Reader() };
        return ($"n = {features}, {present} non-zeros a row", Nanoseconds);

        double Nanoseconds()
        {
            var start = Stopwatch.GetTimestamp();
            mlContext.ToyModels().ToyModel(options).Fit(view);
            return Stopwatch.GetElapsedTime(start).TotalNanoseconds / NonZeros;
        }
    }

    private static IEnumerable<Row> Rows(int features, int present)
    {
        var random = new Random(1);
        for (var row = 0; row < NonZeros / present; row++)
        {
            var indices = new SortedSet<int>();
            while (indices.Count < present)
            {
                indices.Add(random.Next(features));
            }

            yield return new Row { Features = new VBuffer<float>(features, present, [.. indices.Select(_ => random.NextSingle())], [.. indices]) };
        }
    }

    private sealed class Row
    {
        public VBuffer<float> Features { get; set; }
    }

    /// <summary>Reads one pass over the rows, as a trainer that works on non-zeros does.</summary>
    private sealed class Reader : IToyModelTrainer
    {
        public IReadOnlyList<TrainingResult> Train(
            IReadOnlyList<TrainingInstance> instances, IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default) =>
            [.. instances.Select(Train)];

        private static TrainingResult Train(TrainingInstance instance)
        {
            var n = instance.Samples.FeatureCount;
            var batch = new SparseSamples();
            using var reader = instance.Samples.OpenTraining(1, 1);
            while (reader.ReadSparse(batch, 1024, n) > 0)
            {
            }

            var model = new ToyModel(instance.Options.Kind, instance.Options.Hidden, new float[n], new float[n]);
            var ones = Importance.Uniform().Resolve(n);
            return new TrainingResult(instance.Options, ones, ones, [new RestartResult(0, model, 0, 1, StopReason.Completed, [])]);
        }
    }
}
