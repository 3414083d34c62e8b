using Microsoft.ML;
using Microsoft.ML.Runtime;

namespace ToyModels.ML.Tests;

public class EstimatorTests
{
    private readonly MLContext _ml = new(seed: 1);
    private readonly List<(ChannelMessageKind Kind, string Text)> _log = [];

    public EstimatorTests() => _ml.Log += (_, e) =>
    {
        if (e.Source.StartsWith("ToyModel", StringComparison.Ordinal))
        {
            _log.Add((e.Kind, e.RawMessage));
        }
    };

    [Fact]
    public void The_simple_call_trains_the_model_of_the_paper()
    {
        var options = _ml.ToyModels().ToyModel(2, seed: 3).Options;

        Assert.Equal(new ToyModelOptions { Hidden = 2, Steps = 10_000, Seed = 3 }, options.Model);
        Assert.Equal(("Hidden", null, null, "Features"), (options.HiddenColumnName, options.ReconstructionColumnName, options.LossColumnName, options.FeatureColumnName));
        Assert.False(options.Shuffle);
    }

    [Fact]
    public void A_seed_that_is_not_given_is_the_context_s_to_decide_and_the_model_tells_it()
    {
        Assert.Equal(Seed(1), Seed(1));
        Assert.NotEqual(Seed(1), Seed(2));
        var options = Contexts.AllColumns();
        var estimator = _ml.ToyModels().ToyModel(options with { Model = options.Model with { Seed = null } });
        Assert.Equal(estimator.Options.Model.Seed, estimator.Fit(Views.Dense(_ml)).Seed);

        static int? Seed(int context) => new MLContext(context).ToyModels().ToyModel(2).Options.Model.Seed;
    }

    [Fact]
    public void Importances_come_from_the_option_else_from_the_annotation_else_are_one()
    {
        var generated = _ml.ToyModels().Generate(new FeatureDistribution(3, 0.5f), 100, 1, Importance.Geometric(0.5f));
        var options = Contexts.AllColumns();

        Assert.Equal([1, 0.5f, 0.25f], Fit(options, generated));
        Assert.Equal([3, 2, 1], Fit(options with { Model = options.Model with { Importance = Importance.Given(3, 2, 1) } }, generated));
        Assert.Equal([1, 1, 1, 1, 1], Fit(options, Views.Dense(_ml)));

        float[] Fit(ToyModelEstimatorOptions o, IDataView data) => [.. _ml.ToyModels().ToyModel(o).Fit(data).Result.Importances];
    }

    [Fact]
    public void Options_that_do_not_fit_the_data_are_refused_before_training()
    {
        var trainer = new FixedTrainer();
        var options = Contexts.AllColumns(trainer);

        Assert.Throws<ArgumentException>(() => Fit(options with { Model = options.Model with { Importance = Importance.Given(1, 2) } }));
        Assert.Throws<ArgumentException>(() => Fit(options with { Model = options.Model with { Epochs = 2 } }));
        Assert.Throws<ArgumentOutOfRangeException>(() => _ml.ToyModels().ToyModel(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => _ml.ToyModels().ToyModel(2, steps: 0));
        Assert.Throws<InvalidDataException>(() => _ml.ToyModels().ToyModel(options).Fit(Views.Dense(_ml, 0)));
        Assert.Empty(trainer.Calls);

        void Fit(ToyModelEstimatorOptions o) => _ml.ToyModels().ToyModel(o).Fit(Views.Dense(_ml));
    }

    [Fact]
    public void The_log_tells_start_course_and_end()
    {
        Contexts.Fit(_ml, Contexts.AllColumns() with { Model = new ToyModelOptions { Hidden = 2, Seed = 5, Steps = 1000 } });

        Assert.All(_log.Where(l => l.Text.Contains("step")), l => Assert.Equal(ChannelMessageKind.Info, l.Kind));
        var lines = _log.Where(l => l.Kind == ChannelMessageKind.Info).Select(l => l.Text).ToArray();
        Assert.Contains("training ReluOutput: 5 features, 2 hidden dimensions, 1000 steps of 1024 rows, 1 restarts, seed 5", lines);
        Assert.Equal(Enumerable.Range(1, 10).Select(k => $"step {100 * k} of 1000"), lines.Where(l => l.StartsWith("step ", StringComparison.Ordinal)).Select(l => l.Split(':')[0]));
        Assert.Contains(lines, l => l.StartsWith("Completed after 1000 steps", StringComparison.Ordinal) && l.EndsWith("evaluation loss 0.5 (SumOverFeatures), seed 5", StringComparison.Ordinal));
        Assert.DoesNotContain(_log, l => l.Kind == ChannelMessageKind.Warning);
    }

    [Theory]
    [InlineData(4, 0)]
    [InlineData(5, 1)]
    [InlineData(6, 1)]
    public void As_many_hidden_dimensions_as_features_bring_one_warning(int hidden, int warnings)
    {
        Contexts.Fit(_ml, Contexts.AllColumns(hidden: hidden));

        Assert.Equal(warnings, _log.Count(l => l.Kind == ChannelMessageKind.Warning && l.Text.Contains("no bottleneck")));
    }

    [Fact]
    public void Shuffling_a_view_that_cannot_is_warned_of()
    {
        _ml.ToyModels().ToyModel(Contexts.AllColumns() with { Shuffle = true }).Fit(new CountingView(Views.Dense(_ml), canShuffle: false));

        Assert.Single(_log, l => l.Kind == ChannelMessageKind.Warning && l.Text.Contains("cannot shuffle"));
    }

    [Fact]
    public void A_training_that_diverges_throws_and_names_step_and_learning_rate()
    {
        var options = Contexts.AllColumns(new FixedTrainer(StopReason.Diverged)) with
        {
            Model = new ToyModelOptions { Hidden = 2, Seed = 5, Steps = 100, Optimizer = OptimizerOptions.Adam with { LearningRate = 1.5f } },
        };

        var e = Assert.Throws<InvalidOperationException>(() => Contexts.Fit(_ml, options));

        Assert.Contains("diverged after step 100 with learning rate 1.5", e.Message);
    }

    [Fact]
    public void Progress_reaches_the_caller()
    {
        var progress = new Recorder();

        Contexts.Fit(_ml, Contexts.AllColumns() with { Progress = progress });

        Assert.Equal([50, 100], progress.Reports.Select(p => p.Step));
    }

    [Fact]
    public void Many_models_are_fitted_in_one_call_and_come_back_in_order()
    {
        var trainer = new FixedTrainer();
        var options = Contexts.AllColumns() with { Trainer = null };
        var data = Views.Dense(_ml);
        var generated = _ml.ToyModels().Generate(new FeatureDistribution(7, 0.5f), 100, seed: 1);

        var fitted = _ml.ToyModels().FitMany([new(options, data), new(options with { Model = options.Model with { Hidden = 3, Seed = 8 } }, generated)], trainer);

        Assert.Equal(2, Assert.Single(trainer.Calls).Count);
        Assert.Equal([(5, 2, 5), (7, 3, 8)], fitted.Select(f => (f.Model.FeatureCount, f.Model.HiddenCount, f.Seed)));
        Assert.Equal(40, fitted[0].Transform(data).Column("Hidden").Length);
        Assert.Contains(_log, l => l.Text.StartsWith("model 1: training", StringComparison.Ordinal));
    }

    [Fact]
    public void One_of_many_that_diverges_comes_back_as_such_with_a_warning()
    {
        var fitted = _ml.ToyModels().FitMany([new(Contexts.AllColumns() with { Trainer = null }, Views.Dense(_ml))], new FixedTrainer(StopReason.Diverged));

        Assert.Equal(StopReason.Diverged, Assert.Single(fitted).StopReason);
        Assert.Single(_log, l => l.Kind == ChannelMessageKind.Warning && l.Text.Contains("diverged after step 100 with learning rate 0.001"));
    }

    [Fact]
    public void Many_models_refuse_options_that_belong_to_the_call()
    {
        var toys = _ml.ToyModels();

        Assert.Throws<ArgumentException>(() => toys.FitMany([]));
        var e = Assert.Throws<ArgumentException>(() => toys.FitMany([new(Contexts.AllColumns(), Views.Dense(_ml))]));
        Assert.Contains("fits[0].Options gives a trainer", e.Message);
    }

    private sealed class Recorder : IProgress<TrainingProgress>
    {
        public List<TrainingProgress> Reports { get; } = [];

        public void Report(TrainingProgress value) => Reports.Add(value);
    }
}
