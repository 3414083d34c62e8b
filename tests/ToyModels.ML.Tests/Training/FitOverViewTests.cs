using Microsoft.ML;
using Microsoft.ML.Data;

namespace ToyModels.ML.Tests;

public class FitOverViewTests
{
    private readonly MLContext _ml = new(seed: 1);

    [Theory]
    [InlineData(0.02f)]
    [InlineData(0.5f)]
    public void Rows_without_densities_train_the_bits_of_rows_with_them(float density)
    {
        var annotated = _ml.ToyModels().Generate(new FeatureDistribution(48, density), 3000, seed: 4);
        var plain = Plain(annotated);

        var (expected, fitted) = (Fit(new CountingView(annotated)), Fit(plain));

        Assert.Equal(expected.Model.Weights.ToArray(), fitted.Model.Weights.ToArray());
        Assert.Equal(expected.Model.Bias.ToArray(), fitted.Model.Bias.ToArray());
        Assert.All(fitted.Result.Densities, d => Assert.Equal(density, d, 0.05));
    }

    [Fact]
    public void Sparse_rows_without_densities_are_trained_in_the_form_over_non_zeros()
    {
        var generated = _ml.ToyModels().Generate(new FeatureDistribution(48, 0.02f), 3000, seed: 4);
        var plain = Plain(generated);
        var instance = new RecordingTrainer();

        _ml.ToyModels().ToyModel(Options() with { Trainer = instance }).Fit(plain);

        Assert.True(instance.SparseReads > 0);
    }

    [Fact]
    public void Models_of_one_call_that_learn_from_one_view_read_it_once()
    {
        var view = new CountingView(Views.Dense(_ml));
        var options = Options();

        _ml.ToyModels().FitMany([new(options, view), new(options with { Model = options.Model with { Seed = 9 } }, view)], new ToyModelTrainer(1));

        // The first cursor counts densities and, the view being small, keeps it.
        Assert.Equal(1, view.Cursors);
    }

    [Fact]
    public void More_weights_than_an_array_holds_are_refused_before_training()
    {
        var trainer = new FixedTrainer();
        var options = Options() with { Trainer = trainer, Model = new ToyModelOptions { Hidden = 1_000_000_000 } };

        var e = Assert.Throws<ArgumentException>(() => _ml.ToyModels().ToyModel(options).Fit(Views.Dense(_ml)));

        Assert.StartsWith("Hidden is 1000000000: with 5 features", e.Message);
        Assert.Empty(trainer.Calls);
    }

    [Fact]
    public void Defaults_of_the_estimator_s_options()
    {
        var options = new ToyModelEstimatorOptions { Model = new ToyModelOptions { Hidden = 2 } };

        Assert.Equal(("Features", "Hidden", null, null, false), (options.FeatureColumnName, options.HiddenColumnName, options.ReconstructionColumnName, options.LossColumnName, options.Shuffle));
        Assert.Null(options.Trainer);
        Assert.Null(options.Progress);
        Assert.False(options.CancellationToken.CanBeCanceled);
        Assert.Throws<ArgumentNullException>(() => options with { Model = null! });
    }

    private static ToyModelEstimatorOptions Options() => new() { Model = new ToyModelOptions { Hidden = 8, Steps = 20, BatchSize = 256, Seed = 2 } };

    private ToyModelTransformer Fit(IDataView view) => _ml.ToyModels().ToyModel(Options()).Fit(view);

    private IDataView Plain(IDataView view) =>
        _ml.Data.LoadFromEnumerable(view.Column("Features").Select(ToSparse).ToArray(), Views.Definition<Views.SparseRow>(48));

    private static Views.SparseRow ToSparse(float[] row)
    {
        var indices = Enumerable.Range(0, row.Length).Where(i => row[i] != 0).ToArray();
        return new() { Features = new VBuffer<float>(row.Length, indices.Length, [.. indices.Select(i => row[i])], indices) };
    }

    /// <summary>The library's trainer over samples that count how they are read.</summary>
    private sealed class RecordingTrainer : IToyModelTrainer
    {
        public int SparseReads { get; private set; }

        public IReadOnlyList<TrainingResult> Train(
            IReadOnlyList<TrainingInstance> instances, IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default) =>
            new ToyModelTrainer(1).Train([.. instances.Select(i => i with { Samples = new Recorded(this, i.Samples) })], progress, cancellationToken);

        private sealed class Recorded(RecordingTrainer owner, SampleSource samples) : SampleSource
        {
            public override int FeatureCount => samples.FeatureCount;

            public override long? RowCount => samples.RowCount;

            public override SampleReader OpenTraining(int? epochs, int seed) => new Reader(owner, samples.OpenTraining(epochs, seed));

            public override SampleReader OpenEvaluation() => new Reader(owner, samples.OpenEvaluation());
        }

        private sealed class Reader(RecordingTrainer owner, SampleReader reader) : SampleReader
        {
            public override int Read(Span<float> destination, int samples, int stride) => reader.Read(destination, samples, stride);

            public override int ReadSparse(SparseSamples destination, int samples, int features)
            {
                owner.SparseReads++;
                return reader.ReadSparse(destination, samples, features);
            }
        }
    }
}
