using Microsoft.ML;
using static TorchSharp.torch;

namespace ToyModels.ML.Tests;

/// <summary>The torch trainer behaves as the library's in everything but speed and rounding.</summary>
public class TrainerTests
{
    private static readonly ToyModelOptions _small = new() { Hidden = 2, Steps = 120, BatchSize = 64, Seed = 3 };

    [TorchFact]
    public void Instances_and_restarts_side_by_side_are_what_they_are_alone()
    {
        TrainingInstance[] instances =
        [
            new(_small with { Restarts = 3 }, Data(6, 0.3f)),
            new(_small with { Restarts = 3, Seed = 4, Importance = Importance.Geometric(0.7f) }, Data(6, 0.1f)),
            new(_small with { Hidden = 1, Kind = ToyModelKind.Linear }, Data(4, 0.5f)),
            new(_small with { Restarts = 3, Seed = 5, Reduction = LossReduction.MeanOverFeatures }, Data(6, 0.1f)),
        ];

        var together = new TorchSharpTrainer().Train(instances);

        for (var i = 0; i < instances.Length; i++)
        {
            var own = new ToyModelTrainer().Train([instances[i]])[0];
            Assert.Equal(own.Restarts.Length, together[i].Restarts.Length);
            Assert.Equal(own.Seed, together[i].Seed);
            foreach (var (expected, actual) in own.Restarts.Zip(together[i].Restarts))
            {
                Assert.Equal(expected.Restart, actual.Restart);
                Assert.Equal(expected.EvaluationLoss, actual.EvaluationLoss, expected.EvaluationLoss * 1e-4f);
                Assert.Equal(expected.StepsDone, actual.StepsDone);
                Assert.All(expected.LossHistory.Zip(actual.LossHistory), p => Assert.Equal(p.First.Loss, p.Second.Loss, p.First.Loss * 1e-4f));
            }

            Assert.Equal(own.Best.Restart, together[i].Best.Restart);
        }
    }

    [TorchFact]
    public void Epochs_end_with_a_short_batch_where_the_rows_end()
    {
        var samples = new GeneratedSamples(new FeatureDistribution(5, 0.3f), seed: 1, rows: 1000);
        TrainingInstance[] instances =
        [
            new(_small with { Steps = null, Epochs = 3, BatchSize = 300, Restarts = 2 }, samples),
            new(_small with { Steps = null, Epochs = 3, BatchSize = 300, Restarts = 2 }, new GeneratedSamples(new FeatureDistribution(5, 0.3f), seed: 1, rows: 450)),
        ];

        var (own, torch) = (new ToyModelTrainer().Train(instances), new TorchSharpTrainer().Train(instances));

        for (var i = 0; i < instances.Length; i++)
        {
            Assert.Equal(i == 0 ? 10 : 5, torch[i].Best.StepsDone);
            Assert.Equal(own[i].Best.StepsDone, torch[i].Best.StepsDone);
            Assert.All(own[i].Model.Weights.ToArray().Zip(torch[i].Model.Weights.ToArray()), p => Assert.Equal(p.First, p.Second, 1e-5f));
            Assert.Equal(own[i].Best.EvaluationLoss, torch[i].Best.EvaluationLoss, own[i].Best.EvaluationLoss * 1e-5f);
        }
    }

    [TorchFact]
    public void A_view_is_read_as_the_library_reads_it_and_its_densities_are_counted()
    {
        var ml = new MLContext(seed: 1);
        var toys = ml.ToyModels();
        var options = new ToyModelEstimatorOptions { Model = _small with { Steps = 30 }, LossColumnName = "Loss" };

        var own = toys.ToyModel(options).Fit(Views.Dense(ml));
        var torch = toys.ToyModel(options with { Trainer = toys.TorchSharpTrainer() }).Fit(Views.Dense(ml));

        Assert.Equal([.. own.Result.Densities], torch.Result.Densities.ToArray());
        Assert.All(own.Transform(Views.Dense(ml)).Scalars("Loss").Zip(torch.Transform(Views.Dense(ml)).Scalars("Loss")), p => Assert.Equal(p.First, p.Second, 1e-4f));
    }

    [TorchFact]
    public void Snapshots_are_taken_at_the_steps_asked_for()
    {
        var instance = new TrainingInstance(_small with { Steps = 60, Restarts = 2, Snapshots = [0, 7, 60] }, Data(6, 0.3f));

        var (own, torch) = (new ToyModelTrainer().Train([instance])[0], new TorchSharpTrainer().Train([instance])[0]);

        foreach (var (expected, actual) in own.Restarts.Zip(torch.Restarts))
        {
            Assert.Equal([0, 7, 60], actual.Snapshots.Select(snapshot => snapshot.Step));
            Assert.Equal(expected.Snapshots[0].Model, actual.Snapshots[0].Model);
            Assert.All(
                expected.Snapshots[1].Model.Weights.ToArray().Zip(actual.Snapshots[1].Model.Weights.ToArray()), p => Assert.Equal(p.First, p.Second, 1e-5f));
            Assert.Equal(actual.Model, actual.Snapshots[2].Model);
        }
    }

    [TorchFact]
    public void One_that_diverges_leaves_the_others_alone()
    {
        var wild = new TrainingInstance(_small with { Steps = 200, Importance = Importance.Given(float.MaxValue, 1, 1, 1) }, Data(4, 0.5f));
        var tame = new TrainingInstance(_small with { Steps = 200 }, Data(4, 0.5f));

        var results = new TorchSharpTrainer().Train([wild, tame]);
        var alone = new ToyModelTrainer().Train([wild, tame]);

        Assert.Equal((StopReason.Diverged, float.PositiveInfinity), (results[0].Best.StopReason, results[0].Best.EvaluationLoss));
        Assert.Equal((StopReason.Completed, 200), (results[1].Best.StopReason, results[1].Best.StepsDone));
        Assert.Equal(alone[0].Best.StopReason, results[0].Best.StopReason);
        Assert.Equal(alone[0].Best.StepsDone, results[0].Best.StepsDone);
        Assert.Equal(alone[1].Best.EvaluationLoss, results[1].Best.EvaluationLoss, 1e-4f);
    }

    [TorchFact]
    public void Cancelling_before_the_first_step_throws()
    {
        using var source = new CancellationTokenSource();
        source.Cancel();
        Assert.Throws<OperationCanceledException>(() => new TorchSharpTrainer().Train([new(_small, Data(6, 0.3f))], null, source.Token));
    }

    [TorchFact]
    public void Cancelling_later_gives_the_result_so_far()
    {
        using var source = new CancellationTokenSource();
        var progress = new Reports(report =>
        {
            if (report is { Instance: 0, Step: 50 })
            {
                source.Cancel();
            }
        });

        var results = new TorchSharpTrainer().Train([new(_small with { Steps = 1000, BatchSize = 65 }, Data(6, 0.3f)), new(_small, Data(6, 0.3f))], progress, source.Token);

        Assert.Equal((50, StopReason.Cancelled), (results[0].Best.StepsDone, results[0].Best.StopReason));
        Assert.Equal((0, StopReason.Cancelled), (results[1].Best.StepsDone, results[1].Best.StopReason));
        Assert.True(float.IsFinite(results[1].Best.EvaluationLoss));
    }

    [TorchFact]
    public void Progress_counts_all_steps_of_the_call()
    {
        var reports = new List<TrainingProgress>();
        new TorchSharpTrainer().Train([new(_small with { Restarts = 2 }, Data(6, 0.3f)), new(_small with { BatchSize = 32 }, Data(6, 0.3f))], new Reports(reports.Add));

        Assert.Equal([1, 1, 50, 50, 100, 100, 120, 120, 1, 50, 100, 120], reports.Select(report => report.Step));
        Assert.Equal([0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1], reports.Select(report => report.Instance));
        Assert.All(reports, report => Assert.Equal(360, report.StepsTotal));
        Assert.Equal(360, reports[^1].StepsDone);
    }

    [TorchFact]
    public void A_failing_source_fails_the_call_with_its_own_exception() =>
        Assert.Equal("Row 7 is broken.", Assert.Throws<InvalidDataException>(() => new TorchSharpTrainer().Train([new(_small, new Rows(() => throw new InvalidDataException("Row 7 is broken.")))])).Message);

    [TorchFact]
    public void No_rows_are_an_error() =>
        Assert.Contains("no rows", Assert.Throws<InvalidDataException>(() => new TorchSharpTrainer().Train([new(_small, new Rows(() => 0))])).Message);

    [TorchFact]
    public void Memory_stays_flat_over_many_steps()
    {
        var (live, bytes) = (new List<long>(), new List<long>());
        var progress = new Reports(report =>
        {
            if (report.Step % 5000 == 0)
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
                live.Add(Tensor.TotalCount);
                bytes.Add(Environment.WorkingSet);
            }
        });

        var before = Tensor.TotalCount;
        new TorchSharpTrainer().Train([new(_small with { Steps = 30_000, BatchSize = 16 }, Data(5, 0.3f))], progress);

        Assert.Equal(6, live.Count);
        Assert.All(live, count => Assert.Equal(live[0], count));
        Assert.True(bytes[^1] - bytes[1] < 16 << 20, $"Grew from {bytes[1]} to {bytes[^1]} bytes.");
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Assert.Equal(before, Tensor.TotalCount);
    }

    [TorchFact]
    public void The_device_is_logged_and_a_missing_one_is_told()
    {
        var ml = new MLContext(seed: 1);
        var log = new List<string>();
        ml.Log += (_, e) => log.Add(e.Message);
        var toys = ml.ToyModels();
        var data = toys.Generate(new FeatureDistribution(5, 0.3f), 100, seed: 1);

        Fit(null);
        Assert.Contains(log, line => line.Contains("torch computes on cpu", StringComparison.Ordinal));

        ml.GpuDeviceId = 2;
        ml.FallbackToCpu = true;
        Fit(null);
        Assert.Contains(log, line => line.Contains("MLContext.GpuDeviceId asks for cuda:2, but torch.cuda.is_available() is false", StringComparison.Ordinal));

        ml.FallbackToCpu = false;
        Assert.Contains("cuda:2 was asked for", Assert.Throws<InvalidOperationException>(() => Fit(null)).Message);
        Assert.Contains("TorchSharp-cuda-", Assert.Throws<InvalidOperationException>(() => Fit("cuda")).Message);
        Fit("cpu");

        void Fit(string? device) => toys.ToyModel(new() { Model = _small with { Steps = 1 }, Trainer = toys.TorchSharpTrainer(device) }).Fit(data);
    }

    private static GeneratedSamples Data(int features, float density) => new(new FeatureDistribution(features, density), seed: 5);

    private sealed class Reports(Action<TrainingProgress> report) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => report(value);
    }

    /// <summary>Rows whose reading does what it is told.</summary>
    private sealed class Rows(Func<int> read) : SampleSource
    {
        public override int FeatureCount => 3;

        public override long? RowCount => null;

        public override SampleReader OpenTraining(int? epochs, int seed) => new Reader(read);

        public override SampleReader OpenEvaluation() => new Reader(read);

        private sealed class Reader(Func<int> read) : SampleReader
        {
            public override int Read(Span<float> destination, int samples, int stride) => read();
        }
    }
}
