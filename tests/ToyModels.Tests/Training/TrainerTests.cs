namespace ToyModels.Tests.Training;

public sealed class TrainerTests
{
    private static readonly ToyModelOptions _small = new() { Hidden = 2, Steps = 120, BatchSize = 64, Seed = 1 };

    [Fact]
    public void Defaults_are_those_of_the_paper()
    {
        var options = new ToyModelOptions { Hidden = 2 };
        Assert.Equal(
            (ToyModelKind.ReluOutput, null, null, null, 1024, LossReduction.SumOverFeatures, 1, null),
            (options.Kind, options.Importance, options.Steps, options.Epochs, options.BatchSize, options.Reduction, options.Restarts, options.Seed));
        Assert.Equal(10_000, ToyModelOptions.DefaultSteps);
        Assert.Equal(
            (1e-3f, 0.01f, 0.9f, 0.999f, 1e-8f),
            (options.Optimizer.LearningRate, options.Optimizer.WeightDecay, options.Optimizer.Beta1, options.Optimizer.Beta2, options.Optimizer.Epsilon));
    }

    [Fact]
    public void One_pair_of_sparse_features_becomes_antipodal()
    {
        var model = Train(new ToyModelOptions { Hidden = 1, Steps = 4000, Seed = 1, Restarts = 3 }, Data(2, 0.05f)).Model;
        Assert.True(model.Weights[0] * model.Weights[1] < -0.8f, $"W = ({model.Weights[0]}, {model.Weights[1]})");
    }

    [Fact]
    public void Very_sparse_features_make_a_pentagon()
    {
        var options = new ToyModelOptions { Hidden = 2, Seed = 1, Restarts = 3, Importance = Importance.Geometric(0.9f) };
        var model = Train(options, Data(5, 0.02f)).Model;
        var angles = Enumerable.Range(0, 5).Select(i => Math.Atan2(model.Direction(i)[1], model.Direction(i)[0]) * 180 / Math.PI).Order().ToArray();
        var gaps = angles.Select((angle, i) => i < 4 ? angles[i + 1] - angle : angles[0] + 360 - angle);
        Assert.All(gaps, gap => Assert.InRange(gap, 60, 84));
        Assert.All(Enumerable.Range(0, 5), i => Assert.InRange(MathF.Sqrt(Square(model.Direction(i))), 0.8f, 1.4f));
    }

    [Fact]
    public void The_fast_and_the_reference_trainer_end_at_the_same_loss()
    {
        var instances = new[] { new TrainingInstance(_small, Data(6, 0.3f)) };
        var fast = new ToyModelTrainer(1).Train(instances)[0].Best;
        var plain = new ReferenceTrainer().Train(instances)[0].Best;
        Assert.Equal(plain.EvaluationLoss, fast.EvaluationLoss, 1e-4 * plain.EvaluationLoss);
        Assert.Equal(plain.LossHistory.Select(p => p.Step), fast.LossHistory.Select(p => p.Step));
    }

    [Fact]
    public void The_mean_reduction_is_the_sum_divided_by_n()
    {
        // One step only: from the same weights on the same batch.
        var sum = Train(_small with { Steps = 1 }, Data(6, 0.3f)).Best.LossHistory[0].Loss;
        var mean = Train(_small with { Steps = 1, Reduction = LossReduction.MeanOverFeatures }, Data(6, 0.3f)).Best.LossHistory[0].Loss;
        Assert.Equal(sum / 6, mean, 1e-6);
    }

    [Fact]
    public void History_holds_step_1_every_50th_and_the_last()
    {
        var history = Train(_small with { Steps = 120 }, Data(6, 0.3f)).Best.LossHistory;
        Assert.Equal([1, 50, 100, 120], history.Select(point => point.Step));
        Assert.True(history[^1].Loss < history[0].Loss);
    }

    [Fact]
    public void The_best_restart_is_kept_and_all_are_reported()
    {
        var result = Train(_small with { Restarts = 5 }, Data(6, 0.3f));
        Assert.Equal([0, 1, 2, 3, 4], result.Restarts.Select(restart => restart.Restart));
        Assert.Equal(5, result.Restarts.Select(restart => restart.EvaluationLoss).Distinct().Count());
        Assert.Equal(result.Restarts.Min(restart => restart.EvaluationLoss), result.Best.EvaluationLoss);
        Assert.Same(result.Best.Model, result.Model);
    }

    [Fact]
    public void A_result_tells_the_seed_that_was_drawn_and_it_repeats_the_run()
    {
        var first = Train(_small with { Seed = null }, Data(6, 0.3f));
        var again = Train(_small with { Seed = first.Seed }, Data(6, 0.3f));
        Assert.Equal(first.Model.Weights, again.Model.Weights);
        Assert.Equal(first.Seed, first.Options.Seed);
    }

    [Fact]
    public void An_instance_does_not_depend_on_its_neighbours()
    {
        var alone = Train(_small, Data(6, 0.3f));
        var among = new ToyModelTrainer(2).Train(
        [
            new(_small with { Hidden = 3, Seed = 8 }, Data(9, 0.1f)),
            new(_small, Data(6, 0.3f)),
            new(_small with { Kind = ToyModelKind.Linear }, Data(6, 0.3f)),
        ])[1];
        Assert.Equal(alone.Model.Weights, among.Model.Weights);
    }

    [Fact]
    public void Importance_comes_from_the_option_then_from_the_data_then_is_one()
    {
        var carrying = new GeneratedSamples(new FeatureDistribution(3, 0.5f), seed: 1, importances: [3, 2, 1]);
        Assert.Equal<float>([1, 1, 1], Train(_small, Data(3, 0.5f)).Importances);
        Assert.Equal<float>([3, 2, 1], Train(_small, carrying).Importances);
        Assert.Equal<float>([7, 7, 7], Train(_small with { Importance = Importance.Uniform(7) }, carrying).Importances);
    }

    [Fact]
    public void Epochs_end_with_a_short_batch()
    {
        // 100 rows, 64 a batch: three passes are 300 rows, 4 whole batches and one of 44.
        var result = Train(_small with { Steps = null, Epochs = 3 }, new GeneratedSamples(new FeatureDistribution(6, 0.3f), seed: 1, rows: 100));
        Assert.Equal(5, result.Best.StepsDone);
        Assert.Equal(StopReason.Completed, result.Best.StopReason);
        Assert.Equal([1, 5], result.Best.LossHistory.Select(point => point.Step));
    }

    [Fact]
    public void A_short_batch_counts_as_the_mean_of_its_rows()
    {
        // The same 40 rows as one batch of 40 and as a short batch of 64.
        var rows = new GeneratedSamples(new FeatureDistribution(6, 0.3f), seed: 1, rows: 40);
        var whole = Train(_small with { Steps = null, Epochs = 1, BatchSize = 40 }, rows);
        var cut = Train(_small with { Steps = null, Epochs = 1, BatchSize = 64 }, rows);
        Assert.Equal(whole.Best.LossHistory[0].Loss, cut.Best.LossHistory[0].Loss, 1e-6);
        for (var i = 0; i < whole.Model.Weights.Length; i++)
        {
            Assert.Equal(whole.Model.Weights[i], cut.Model.Weights[i], 1e-5);
        }
    }

    [Fact]
    public void Divergence_is_named_and_the_last_finite_model_kept()
    {
        var wild = OptimizerOptions.Adam with { LearningRate = 1e18f };
        var result = Train(_small with { Optimizer = wild, Kind = ToyModelKind.Linear, Steps = 500 }, Data(6, 0.3f));
        Assert.Equal(StopReason.Diverged, result.Best.StopReason);
        Assert.Equal(float.PositiveInfinity, result.Best.EvaluationLoss);
        Assert.True(result.Best.StepsDone < 500);
    }

    [Fact]
    public void A_restart_that_diverged_is_never_the_best()
    {
        var finite = Train(_small, Data(6, 0.3f)).Best;
        var diverged = finite with { StopReason = StopReason.Diverged, EvaluationLoss = float.PositiveInfinity };
        var result = new TrainingResult(_small, Importance.Uniform().Resolve(6), [0, 0, 0, 0, 0, 0], [diverged, finite]);
        Assert.Same(finite, result.Best);
    }

    [Fact]
    public void Cancelling_before_the_first_step_throws()
    {
        using var source = new CancellationTokenSource();
        source.Cancel();
        Assert.Throws<OperationCanceledException>(() => new ToyModelTrainer(1).Train([new(_small, Data(6, 0.3f))], null, source.Token));
    }

    [Fact]
    public void Cancelling_later_gives_the_result_so_far()
    {
        using var source = new CancellationTokenSource();
        var progress = new Synchronous(report =>
        {
            if (report is { Instance: 0, Step: 50 })
            {
                source.Cancel();
            }
        });
        var results = new ToyModelTrainer(1).Train(
            [new(_small with { Steps = 1000, BatchSize = 65 }, Data(6, 0.3f)), new(_small, Data(6, 0.3f))], progress, source.Token);
        Assert.Equal((50, StopReason.Cancelled), (results[0].Best.StepsDone, results[0].Best.StopReason));
        Assert.Equal((0, StopReason.Cancelled), (results[1].Best.StepsDone, results[1].Best.StopReason));
        Assert.True(float.IsFinite(results[1].Best.EvaluationLoss));
    }

    [Fact]
    public void One_that_diverges_in_its_first_step_comes_back_with_its_initial_weights()
    {
        var result = Train(_small with { Importance = Importance.Given(float.MaxValue, 1, 1, 1) }, Data(4, 0.5f));
        Assert.Equal((0, StopReason.Diverged), (result.Best.StepsDone, result.Best.StopReason));
        Assert.Equal(InitialWeights.XavierNormal(4, _small.Hidden, result.Seed, restart: 0), result.Model.Weights.ToArray());
    }

    [Fact]
    public void Progress_counts_all_steps_of_the_call()
    {
        var reports = new List<TrainingProgress>();
        new ToyModelTrainer(1).Train([new(_small with { Restarts = 2 }, Data(6, 0.3f))], new Synchronous(reports.Add));
        Assert.Equal([1, 50, 100, 120, 1, 50, 100, 120], reports.Select(report => report.Step));
        Assert.All(reports, report => Assert.Equal(240, report.StepsTotal));
        Assert.Equal(240, reports[^1].StepsDone);
    }

    [Fact]
    public void A_failing_source_fails_the_call_with_its_own_exception()
    {
        var exception = Assert.Throws<InvalidDataException>(() => new ToyModelTrainer(2).Train([new(_small, new BrokenSamples()), new(_small, Data(6, 0.3f))]));
        Assert.Equal("Row 7 is broken.", exception.Message);
    }

    [Fact]
    public void No_rows_are_an_error()
    {
        var exception = Assert.Throws<InvalidDataException>(() => Train(_small, new EmptySamples()));
        Assert.Contains("no rows", exception.Message);
    }

    [Fact]
    public void Densities_are_counted_where_the_data_carry_none()
    {
        var generated = new GeneratedSamples(new FeatureDistribution([1, 0.25f, 0]), seed: 1, rows: 5000);
        var counted = Train(_small, new AnonymousSamples(generated)).Densities;
        Assert.Equal(1, counted[0]);
        Assert.InRange(counted[1], 0.24f, 0.26f);
        Assert.Equal(0, counted[2]);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void Sizes_below_one_are_refused(int value)
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new ToyModelOptions { Hidden = value });
        Assert.Throws<ArgumentOutOfRangeException>(() => _small with { Steps = value });
        Assert.Throws<ArgumentOutOfRangeException>(() => _small with { Epochs = value });
        Assert.Throws<ArgumentOutOfRangeException>(() => _small with { BatchSize = value });
        Assert.Throws<ArgumentOutOfRangeException>(() => _small with { Restarts = value });
        Assert.Throws<ArgumentOutOfRangeException>(() => new ToyModelTrainer(value));
        Assert.Throws<ArgumentOutOfRangeException>(() => new FeatureDistribution(value, 0.5f));
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(-1f)]
    public void Numbers_that_are_not_are_refused(float value)
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => OptimizerOptions.AdamW with { LearningRate = value });
        Assert.Throws<ArgumentOutOfRangeException>(() => OptimizerOptions.AdamW with { WeightDecay = value });
        Assert.Throws<ArgumentOutOfRangeException>(() => OptimizerOptions.AdamW with { Beta1 = value });
        Assert.Throws<ArgumentOutOfRangeException>(() => OptimizerOptions.AdamW with { Beta2 = value });
        Assert.Throws<ArgumentOutOfRangeException>(() => OptimizerOptions.AdamW with { Epsilon = value });
        Assert.Throws<ArgumentOutOfRangeException>(() => Importance.Uniform(value));
        Assert.Throws<ArgumentOutOfRangeException>(() => Importance.Geometric(value));
        Assert.Throws<ArgumentOutOfRangeException>(() => Importance.LogSpaced(1, value));
        Assert.Throws<ArgumentOutOfRangeException>(() => Importance.Given(1, value));
        Assert.Throws<ArgumentOutOfRangeException>(() => new FeatureDistribution(3, value));
    }

    [Fact]
    public void Steps_and_epochs_together_are_refused()
    {
        var exception = Assert.Throws<ArgumentException>(() => Train(_small with { Epochs = 2 }, Data(6, 0.3f)));
        Assert.Contains("Steps (120) and Epochs (2)", exception.Message);
    }

    private static GeneratedSamples Data(int features, float density) => new(new FeatureDistribution(features, density), seed: 5);

    private static TrainingResult Train(ToyModelOptions options, SampleSource samples) => new ToyModelTrainer().Train([new(options, samples)])[0];

    private static float Square(ReadOnlySpan<float> values)
    {
        var sum = 0f;
        foreach (var value in values)
        {
            sum += value * value;
        }

        return sum;
    }

    private sealed class Synchronous(Action<TrainingProgress> report) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => report(value);
    }

    private sealed class AnonymousSamples(GeneratedSamples inner) : SampleSource
    {
        public override int FeatureCount => inner.FeatureCount;

        public override long? RowCount => inner.RowCount;

        public override SampleReader OpenTraining(int? epochs, int seed) => inner.OpenTraining(epochs, seed);

        public override SampleReader OpenEvaluation() => inner.OpenTraining(1, 0);
    }

    private sealed class EmptySamples : SampleSource
    {
        public override int FeatureCount => 3;

        public override long? RowCount => 0;

        public override SampleReader OpenTraining(int? epochs, int seed) => new Reader();

        public override SampleReader OpenEvaluation() => new Reader();

        private sealed class Reader : SampleReader
        {
            public override int Read(Span<float> destination, int samples, int stride) => 0;
        }
    }

    private sealed class BrokenSamples : SampleSource
    {
        public override int FeatureCount => 3;

        public override long? RowCount => null;

        public override SampleReader OpenTraining(int? epochs, int seed) => new Reader();

        public override SampleReader OpenEvaluation() => new Reader();

        private sealed class Reader : SampleReader
        {
            public override int Read(Span<float> destination, int samples, int stride) => throw new InvalidDataException("Row 7 is broken.");
        }
    }
}
