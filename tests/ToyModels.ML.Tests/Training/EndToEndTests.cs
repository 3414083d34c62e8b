using Microsoft.ML;

namespace ToyModels.ML.Tests;

public class EndToEndTests
{
    private readonly MLContext _ml = new(seed: 1);

    [Fact]
    public void Two_features_for_one_dimension_learn_the_antipodal_pair()
    {
        var toys = _ml.ToyModels();
        var data = toys.Generate(new FeatureDistribution(2, 0.05f), 400 * 256, seed: 1);
        var options = new ToyModelEstimatorOptions
        {
            Model = new ToyModelOptions { Hidden = 1, Steps = 400, BatchSize = 256, Seed = 3, Restarts = 4, Optimizer = new() { LearningRate = 2e-2f } },
            ReconstructionColumnName = "Reconstruction",
        };

        var fitted = toys.ToyModel(options).Fit(data);

        Assert.Equal(StopReason.Completed, fitted.StopReason);
        Assert.True(fitted.Model.Weights[0] * fitted.Model.Weights[1] < -0.5f, $"W = {fitted.Model.Weights[0]}, {fitted.Model.Weights[1]}");
        Assert.Equal(2, fitted.Metrics.FeaturesRepresented);

        // The fixed sample, drawn once more.
        var sampler = new FeatureSampler(new FeatureDistribution(2, 0.05f), seed: 1, stream: 1);
        var rows = Enumerable.Range(0, SampleSource.EvaluationRows / sampler.BlockRows).SelectMany(block =>
        {
            var drawn = new float[2 * sampler.BlockRows];
            sampler.FillBlock(block, drawn);
            return Enumerable.Range(0, sampler.BlockRows).Select(row => new[] { drawn[row], drawn[sampler.BlockRows + row] });
        });
        var evaluation = toys.Evaluate(fitted.Transform(Views.Dense(_ml, rows, 2)));
        Assert.Equal(fitted.EvaluationLoss, evaluation.Loss, 1e-5 * evaluation.Loss);
    }

    [Fact]
    public void Reading_the_generated_view_row_by_row_trains_the_same_weights()
    {
        var view = _ml.ToyModels().Generate(new FeatureDistribution(6, 0.2f), 3000, seed: 4, Importance.Geometric(0.8f));

        var (inside, byRow) = (Fit(view), Fit(new CountingView(view)));

        Assert.Equal(inside.Model.Weights.ToArray(), byRow.Model.Weights.ToArray());
        Assert.Equal(inside.Model.Bias.ToArray(), byRow.Model.Bias.ToArray());
        Assert.Equal(inside.LossHistory.ToArray(), byRow.LossHistory.ToArray());
        Assert.Equal(inside.Result.Importances.ToArray(), byRow.Result.Importances.ToArray());
    }

    [Fact]
    public void Dense_and_sparse_rows_train_the_same_weights_and_count_the_same_densities()
    {
        var (dense, sparse) = (Fit(Views.Dense(_ml)), Fit(Views.Sparse(_ml)));

        Assert.Equal(dense.Model.Weights.ToArray(), sparse.Model.Weights.ToArray());
        Assert.Equal(dense.EvaluationLoss, sparse.EvaluationLoss);
        Assert.Equal(dense.Result.Densities.ToArray(), sparse.Result.Densities.ToArray());
        Assert.Equal([26 / 40f, 0, 34 / 40f, 8 / 40f, 1], dense.Result.Densities.ToArray());
    }

    [Fact]
    public void Evaluation_over_the_training_view_is_the_evaluation_loss_of_the_fit()
    {
        var data = Views.Dense(_ml);
        var fitted = Fit(data);

        var evaluation = _ml.ToyModels().Evaluate(fitted.Transform(data));

        Assert.Equal(fitted.EvaluationLoss, evaluation.Loss, 1e-5 * evaluation.Loss);
    }

    [Fact]
    public void Epochs_and_shuffling_repeat_with_the_seed()
    {
        var view = _ml.ToyModels().Generate(new FeatureDistribution(6, 0.2f), 3000, seed: 4);
        var options = new ToyModelEstimatorOptions { Model = new ToyModelOptions { Hidden = 2, Epochs = 3, BatchSize = 100, Seed = 2 }, Shuffle = true };

        var (first, second) = (_ml.ToyModels().ToyModel(options).Fit(view), _ml.ToyModels().ToyModel(options).Fit(view));
        var plain = _ml.ToyModels().ToyModel(options with { Shuffle = false }).Fit(view);

        Assert.Equal(90, first.Result.Best.StepsDone);
        Assert.Equal(first.Model.Weights.ToArray(), second.Model.Weights.ToArray());
        Assert.NotEqual(first.Model.Weights.ToArray(), plain.Model.Weights.ToArray());
    }

    [Fact]
    public void A_missing_value_in_a_chain_names_row_and_column()
    {
        var chain = _ml.Transforms.CopyColumns("Copy", "Features").Append(_ml.ToyModels().ToyModel(2, steps: 10, seed: 1));

        var e = Assert.Throws<InvalidDataException>(() => chain.Fit(Views.Dense(_ml, [Views.Row(0), [0, float.NaN, 0, 0, 0]], 5)));

        Assert.StartsWith("Row 1 of column 'Features' holds NaN in slot 1 (F1)", e.Message);
    }

    [Fact]
    public void Cancelling_before_the_first_step_throws_and_later_keeps_what_was_reached()
    {
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => Fit(Views.Dense(_ml), o => o with { CancellationToken = cancelled.Token }));

        using var later = new CancellationTokenSource();
        var fitted = Fit(Views.Dense(_ml), o => o with { CancellationToken = later.Token, Progress = new CancelAt(later, 50), Model = o.Model with { Steps = 1_000_000 } });

        Assert.Equal((StopReason.Cancelled, 50), (fitted.StopReason, fitted.Result.Best.StepsDone));
    }

    [Fact]
    public void A_learning_rate_out_of_all_measure_diverges()
    {
        var e = Assert.Throws<InvalidOperationException>(() => Fit(Views.Dense(_ml), o => o with { Model = o.Model with { Optimizer = new() { LearningRate = 1e30f } } }));

        Assert.Contains("learning rate 1E+30", e.Message);
    }

    private ToyModelTransformer Fit(IDataView data, Func<ToyModelEstimatorOptions, ToyModelEstimatorOptions>? change = null)
    {
        var options = new ToyModelEstimatorOptions
        {
            Model = new ToyModelOptions { Hidden = 2, Steps = 100, BatchSize = 100, Seed = 2 },
            ReconstructionColumnName = "Reconstruction",
        };
        return _ml.ToyModels().ToyModel(change?.Invoke(options) ?? options).Fit(data);
    }

    private sealed class CancelAt(CancellationTokenSource source, int step) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value)
        {
            if (value.Step == step)
            {
                source.Cancel();
            }
        }
    }
}
