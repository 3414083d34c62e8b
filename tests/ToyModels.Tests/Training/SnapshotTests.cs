namespace ToyModels.Tests.Training;

public sealed class SnapshotTests
{
    private static readonly ToyModelOptions _plain = new() { Hidden = 2, Steps = 120, BatchSize = 64, Seed = 1, Restarts = 2 };
    private static readonly ToyModelOptions _kept = _plain with { Snapshots = [0, 1, 60, 120] };

    [Fact]
    public void A_snapshot_is_the_model_that_a_training_of_so_many_steps_ends_with()
    {
        foreach (var restart in Train(_kept).Restarts)
        {
            Assert.Equal([0, 1, 60, 120], restart.Snapshots.Select(s => s.Step));
            foreach (var (step, model) in restart.Snapshots.Skip(1))
            {
                Same(Train(_plain with { Steps = step }).Restarts[restart.Restart].Model, model);
            }

            Assert.Equal(InitialWeights.XavierNormal(6, 2, seed: 1, restart.Restart), restart.Snapshots[0].Model.Weights.ToArray());
            Assert.Equal(new float[6], restart.Snapshots[0].Model.Bias.ToArray());
        }
    }

    [Fact]
    public void Snapshots_change_no_bit_of_the_training()
    {
        foreach (var (plain, kept) in Train(_plain).Restarts.Zip(Train(_kept).Restarts))
        {
            Same(plain.Model, kept.Model);
            Assert.Equal(plain.LossHistory.AsEnumerable(), kept.LossHistory);
            Assert.Equal(plain.EvaluationLoss, kept.EvaluationLoss);
            Assert.Empty(plain.Snapshots);
        }
    }

    [Fact]
    public void The_plain_trainer_keeps_them_too() =>
        Assert.Equal([0, 1, 60, 120], new ReferenceTrainer().Train([new(_kept, Data)])[0].Best.Snapshots.Select(s => s.Step));

    [Fact]
    public void A_cancelled_training_has_those_that_it_reached()
    {
        using var source = new CancellationTokenSource();
        var progress = new Stopping(source, atStep: 100);
        var result = new ToyModelTrainer(1).Train([new(_kept with { Snapshots = [0, 60, 100, 110] }, Data)], progress, source.Token)[0];
        Assert.Equal([0, 60, 100], result.Restarts[0].Snapshots.Select(s => s.Step));
        Same(result.Restarts[0].Model, result.Restarts[0].Snapshots[^1].Model);
        Assert.Equal([0], result.Restarts[1].Snapshots.Select(s => s.Step));
    }

    [Fact]
    public void A_training_that_diverged_has_those_up_to_its_last_finite_record()
    {
        var wild = _plain with { Kind = ToyModelKind.Linear, Steps = 500, Optimizer = OptimizerOptions.Adam with { LearningRate = 1e18f }, Snapshots = SnapshotSteps.Every(1, 500) };
        Assert.All(Train(wild).Restarts, restart =>
        {
            Assert.Equal(StopReason.Diverged, restart.StopReason);
            Assert.Equal(Enumerable.Range(0, restart.StepsDone + 1), restart.Snapshots.Select(s => s.Step));
            Same(restart.Model, restart.Snapshots[^1].Model);
        });
    }

    [Fact]
    public void Steps_that_the_epochs_do_not_last_for_are_never_reached()
    {
        var rows = new GeneratedSamples(new FeatureDistribution(6, 0.3f), seed: 5, rows: 100);
        var options = _kept with { Steps = null, Epochs = 2, Snapshots = [2, 3, 4, 1000] };
        Assert.Equal([2, 3, 4], new ToyModelTrainer(1).Train([new(options, rows)])[0].Best.Snapshots.Select(s => s.Step));
    }

    [Fact]
    public void Options_with_the_same_steps_are_equal()
    {
        Assert.Equal(_plain with { Snapshots = [1, 2] }, _plain with { Snapshots = [1, 2] });
        Assert.Equal((_plain with { Snapshots = [1, 2] }).GetHashCode(), (_plain with { Snapshots = [1, 2] }).GetHashCode());
        Assert.NotEqual(_plain with { Snapshots = [1, 2] }, _plain with { Snapshots = [1, 3] });
        Assert.NotEqual(_plain with { Snapshots = [1] }, _plain with { Snapshots = [1, 3] });
        Assert.Equal(_plain, _plain with { Snapshots = [] });
        Assert.False(SnapshotSteps.Create(1).Equals(null));
        Assert.Equal("[1, 2]", SnapshotSteps.Create(1, 2).ToString());
    }

    [Fact]
    public void Every_so_many_steps_ends_with_the_last()
    {
        Assert.Equal([0, 50, 100, 120], SnapshotSteps.Every(50, 120));
        Assert.Equal([0, 60, 120], SnapshotSteps.Every(60, 120));
        Assert.Equal([0], SnapshotSteps.Every(7, 0));
        Assert.Equal([0, 3], SnapshotSteps.Every(7, 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => SnapshotSteps.Every(0, 10));
        Assert.Throws<ArgumentOutOfRangeException>(() => SnapshotSteps.Every(1, -1));
    }

    [Theory]
    [InlineData("steps[0] is -1;", -1)]
    [InlineData("steps[1] is 3, after 3;", 3, 3)]
    [InlineData("steps[2] is 4, after 5; steps must ascend from 0", 0, 5, 4)]
    public void Steps_that_do_not_ascend_are_refused(string message, params int[] steps) =>
        Assert.StartsWith(message, Assert.Throws<ArgumentException>(() => SnapshotSteps.Create(steps)).Message);

    [Fact]
    public void Steps_beyond_the_last_are_refused()
    {
        Assert.StartsWith(
            "Snapshots asks for step 121, but the training ends at step 120. Give steps from 0 to 120, or more Steps.",
            Assert.Throws<ArgumentException>(() => (_plain with { Snapshots = [5, 121] }).Validate()).Message);
        Assert.Throws<ArgumentException>(() => (_plain with { Steps = null, Snapshots = [10_001] }).Validate());
        (_plain with { Steps = null, Snapshots = [10_000] }).Validate();
        (_plain with { Steps = null, Epochs = 1, Snapshots = [10_001] }).Validate();
    }

    private static GeneratedSamples Data => new(new FeatureDistribution(6, 0.3f), seed: 5);

    private static TrainingResult Train(ToyModelOptions options) => new ToyModelTrainer(2).Train([new(options, Data)])[0];

    private static void Same(ToyModel expected, ToyModel actual)
    {
        Assert.Equal(Results.Bits(expected.Weights), Results.Bits(actual.Weights));
        Assert.Equal(Results.Bits(expected.Bias), Results.Bits(actual.Bias));
    }

    private sealed class Stopping(CancellationTokenSource source, int atStep) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value)
        {
            if (value.Step == atStep)
            {
                source.Cancel();
            }
        }
    }
}
