using Microsoft.ML;
using Microsoft.ML.Runtime;

namespace ToyModels.ML.Tests;

public sealed class SweepTests : IDisposable
{
    private static readonly SweepOptions _small = new()
    {
        Sizes = [new(4, 2), new(6, 3)],
        Densities = [1, 0.1f],
        Importances = [Importance.Uniform(), Importance.Geometric(0.8f)],
        Kinds = [ToyModelKind.Linear, ToyModelKind.ReluOutput],
        Seeds = [1, 2],
        Steps = 20,
        BatchSize = 64,
    };

    private readonly MLContext _ml = new(seed: 1);
    private readonly TemporaryFolder _folder = new();
    private readonly List<(ChannelMessageKind Kind, string Text)> _log = [];

    public SweepTests() => _ml.Log += (_, e) =>
    {
        if (e.Source.StartsWith("ToyModel", StringComparison.Ordinal))
        {
            _log.Add((e.Kind, e.RawMessage));
        }
    };

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Every_combination_is_a_cell_seeds_fastest()
    {
        var cells = _small.Cells();

        Assert.Equal(32, cells.Length);
        Assert.Equal(Enumerable.Range(0, 32), cells.Select(c => c.Number));
        Assert.Equal([1, 2, 1, 2], cells[..4].Select(c => c.Model.Seed!.Value));
        Assert.Equal([1, 1, 0.1f, 0.1f], cells[..4].Select(c => c.Distribution.Densities[0]));
        Assert.Equal(Importance.Geometric(0.8f), cells[4].Model.Importance);
        Assert.Equal(ToyModelKind.ReluOutput, cells[8].Model.Kind);
        Assert.Equal((6, 3), (cells[16].Distribution.Count, cells[16].Model.Hidden));
        Assert.All(cells, c => Assert.Equal((20 * 64, 20, 64), (c.Rows, c.Model.Steps, c.Model.BatchSize)));
    }

    [Fact]
    public void Defaults()
    {
        var options = new SweepOptions { Sizes = [new(20, 5)], Densities = [0.1f] };
        var cell = Assert.Single(options.Cells());

        Assert.Equal(new ToyModelOptions { Hidden = 5, Importance = Importance.Uniform(), Steps = 10_000, Seed = 0 }, cell.Model);
        Assert.Equal(new FeatureDistribution(20, 0.1f), cell.Distribution);
        Assert.Equal(10_240_000, cell.Rows);
        Assert.Equal((null, null, null, 1, null), (options.Folder, options.Threads, options.Trainer, options.CellsPerCall, options.Progress));
        Assert.False(options.CancellationToken.CanBeCanceled);
    }

    [Fact]
    public void A_model_of_a_sweep_is_the_model_that_its_cell_trains_alone()
    {
        var fitted = _ml.ToyModels().Sweep(_small);

        Assert.Equal(32, fitted.Count);
        foreach (var cell in _small.Cells())
        {
            var view = _ml.ToyModels().Generate(cell.Distribution, cell.Rows, cell.Model.Seed);
            var alone = _ml.ToyModels().ToyModel(new ToyModelEstimatorOptions { Model = cell.Model }).Fit(view);
            Assert.Equal(alone.Model.Weights.ToArray(), fitted[cell.Number].Model.Weights.ToArray());
            Assert.Equal(alone.EvaluationLoss, fitted[cell.Number].EvaluationLoss);
        }
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 1)]
    [InlineData(2, 5)]
    public void Threads_and_calls_change_no_bit(int threads, int cellsPerCall)
    {
        Assert.Equal(Weights(_ml.ToyModels().Sweep(_small)), Weights(_ml.ToyModels().Sweep(_small with { Threads = threads, CellsPerCall = cellsPerCall })));
    }

    [Fact]
    public void A_cancelled_sweep_goes_on_where_it_stood_and_gives_what_it_would_have_given()
    {
        using var cancellation = new CancellationTokenSource();
        var counter = new Counter(p =>
        {
            if (p.CellsDone == 5)
            {
                cancellation.Cancel();
            }
        });
        var options = _small with { Folder = _folder.PathOf("sweep"), Threads = 2 };
        Assert.ThrowsAny<OperationCanceledException>(() => _ml.ToyModels().Sweep(options with { CancellationToken = cancellation.Token, Progress = counter }));
        var finished = Directory.GetFiles(options.Folder!, "cell-*.safetensors").Length;
        Assert.InRange(finished, 5, 31);
        Assert.Equal(finished, counter.Reports.Count);

        var trained = new Counter(_ => { });
        var resumed = _ml.ToyModels().Sweep(options with { Progress = trained });

        Assert.Equal(32 - finished, trained.Reports.Count);
        Assert.Equal(Weights(_ml.ToyModels().Sweep(_small)), Weights(resumed));
        Assert.Contains(_log, l => l.Text.StartsWith($"sweep of 32 models, {finished} of them finished before", StringComparison.Ordinal));
    }

    [Fact]
    public void Models_are_handed_over_one_by_one_each_once()
    {
        var expected = _ml.ToyModels().Sweep(_small);
        var handed = new Dictionary<int, ToyModelTransformer>();
        _ml.ToyModels().Sweep(_small with { Threads = 3 }, (cell, model) => handed.Add(cell.Number, model));

        Assert.Equal(Enumerable.Range(0, 32), handed.Keys.Order());
        Assert.Equal(Weights(expected), Weights(handed.OrderBy(h => h.Key).Select(h => h.Value)));
    }

    [Fact]
    public void Models_that_were_handed_over_are_kept_by_nobody()
    {
        var handed = new List<WeakReference>();
        var alive = 0;
        _ml.ToyModels().Sweep(_small with { Threads = 2, Steps = 1, Folder = _folder.PathOf("sweep") }, (_, model) =>
        {
            handed.Add(new WeakReference(model.Model));
            if (handed.Count == 32)
            {
                GC.Collect();
                alive = handed.Count(h => h.IsAlive);
            }
        });

        Assert.Equal(32, handed.Count);
        Assert.InRange(alive, 1, 4);
    }

    [Fact]
    public void A_resumed_sweep_hands_over_what_the_folder_holds_first()
    {
        var options = _small with { Folder = _folder.PathOf("sweep"), Threads = 1 };
        var first = new List<int>();
        var stop = Assert.Throws<InvalidOperationException>(() => _ml.ToyModels().Sweep(options, (cell, _) =>
        {
            first.Add(cell.Number);
            if (first.Count == 7)
            {
                throw new InvalidOperationException("enough");
            }
        }));
        Assert.Equal("enough", stop.Message);

        var second = new List<int>();
        var trained = new Counter(_ => { });
        _ml.ToyModels().Sweep(options with { Progress = trained }, (cell, _) => second.Add(cell.Number));

        Assert.Equal(first.Order(), second[..7]);
        Assert.Equal(Enumerable.Range(0, 32), second.Order());
        Assert.Equal(25, trained.Reports.Count);
        Assert.Equal((8, 32, 32), (trained.Reports[0].CellsDone, trained.Reports[^1].CellsDone, trained.Reports[0].CellsTotal));
    }

    [Fact]
    public void Snapshots_reach_every_model()
    {
        var options = _small with { Snapshots = [0, 10, 20], Folder = _folder.PathOf("sweep") };
        var first = _ml.ToyModels().Sweep(options);
        Assert.All(first, m => Assert.Equal([0, 10, 20], m.Snapshots.Select(s => s.Step)));
        Assert.Equal(Weights(_ml.ToyModels().Sweep(_small)), Weights(first));
        Assert.Equal(
            first.Select(m => m.Snapshots[1].Model.Weights.ToArray()),
            _ml.ToyModels().Sweep(options).Select(m => m.Snapshots[1].Model.Weights.ToArray()));
    }

    [Fact]
    public void A_finished_sweep_is_read_and_not_trained()
    {
        var options = _small with { Folder = _folder.PathOf("sweep") };
        var first = _ml.ToyModels().Sweep(options);
        var trainer = new FixedTrainer();

        var second = _ml.ToyModels().Sweep(options with { Trainer = trainer });

        Assert.Empty(trainer.Calls);
        Assert.Equal(Weights(first), Weights(second));
        Assert.Equal(first.Select(f => f.LossHistory.ToArray()), second.Select(f => f.LossHistory.ToArray()));
        Assert.Equal(first[3].FeatureNames.ToArray(), second[3].FeatureNames.ToArray());
    }

    [Fact]
    public void The_folder_of_another_sweep_is_refused_and_left_as_it_was()
    {
        var options = _small with { Folder = _folder.PathOf("sweep") };
        _ml.ToyModels().Sweep(options);
        var before = RunFolder.HashFiles(options.Folder!);

        foreach (var other in new[] { options with { Steps = 21 }, options with { Seeds = [1, 3] }, options with { Range = ValueRange.Symmetric }, options with { Densities = [1, 0.1f, 0.2f] } })
        {
            Assert.Contains("holds another sweep", Assert.Throws<InvalidDataException>(() => _ml.ToyModels().Sweep(other)).Message);
        }

        Assert.Equal(before, RunFolder.HashFiles(options.Folder!));
    }

    [Fact]
    public void A_folder_of_other_things_and_a_cell_of_another_model_are_refused()
    {
        var options = _small with { Folder = _folder.PathOf("sweep") };
        Directory.CreateDirectory(options.Folder!);
        File.WriteAllText(Path.Combine(options.Folder!, "notes.txt"), "mine");
        Assert.Contains("is not the folder of a sweep", Assert.Throws<InvalidDataException>(() => _ml.ToyModels().Sweep(options)).Message);

        File.Delete(Path.Combine(options.Folder!, "notes.txt"));
        _ml.ToyModels().Sweep(options);
        var (cell, other) = (Path.Combine(options.Folder!, "cell-00003.safetensors"), Path.Combine(options.Folder!, "cell-00004.safetensors"));
        File.Copy(other, cell, overwrite: true);
        Assert.Contains("does not hold cell 3", Assert.Throws<InvalidDataException>(() => _ml.ToyModels().Sweep(options)).Message);
        File.WriteAllText(cell, "damaged");
        Assert.Contains("cell-00003.safetensors", Assert.Throws<InvalidDataException>(() => _ml.ToyModels().Sweep(options)).Message);
        File.Delete(cell);
        Assert.Equal(Weights(_ml.ToyModels().Sweep(_small)), Weights(_ml.ToyModels().Sweep(options)));
    }

    [Fact]
    public void What_cannot_be_had_is_refused_before_any_model_is_trained()
    {
        var trainer = new FixedTrainer();
        var options = _small with { Trainer = trainer, Folder = _folder.PathOf("sweep") };

        foreach (var bad in new[]
        {
            options with { Sizes = [] },
            options with { Densities = [] },
            options with { Importances = default },
            options with { Importances = [null!] },
            options with { Kinds = [] },
            options with { Seeds = [] },
            options with { Densities = [0.5f, 1.5f] },
            options with { Sizes = [new(4, 2), new(0, 2)] },
            options with { Sizes = [new(4, 2), new(4, 0)] },
            options with { Sizes = [new(100_000, 100_000)] },
            options with { Importances = [Importance.Given(1, 2, 3)] },
            options with { Steps = 0 },
            options with { BatchSize = 0 },
            options with { Restarts = 0 },
            options with { Threads = 0 },
            options with { CellsPerCall = 0 },
            options with { Folder = " " },
        })
        {
            Assert.ThrowsAny<ArgumentException>(() => _ml.ToyModels().Sweep(bad));
        }

        Assert.Throws<ArgumentNullException>(() => _ml.ToyModels().Sweep(null!));
        Assert.Throws<ArgumentNullException>(() => _ml.ToyModels().Sweep(options, null!));
        Assert.Empty(trainer.Calls);
        Assert.False(Directory.Exists(options.Folder));
    }

    [Fact]
    public void An_error_of_one_model_is_the_error_of_the_sweep()
    {
        var e = Assert.Throws<InvalidOperationException>(() => _ml.ToyModels().Sweep(_small with { Trainer = new Failing() }));

        Assert.Equal("out of luck", e.Message);
    }

    [Fact]
    public void A_model_that_diverges_comes_back_as_such_with_a_warning()
    {
        var options = _small with { Sizes = [new(4, 2)], Densities = [1], Kinds = [ToyModelKind.Linear], Importances = [Importance.Uniform()], Seeds = [1], Steps = 200, Optimizer = new() { LearningRate = 1e30f } };

        var fitted = Assert.Single(_ml.ToyModels().Sweep(options));

        Assert.Equal(StopReason.Diverged, fitted.StopReason);
        Assert.Single(_log, l => l.Kind == ChannelMessageKind.Warning && l.Text.Contains("cell 0 diverged"));
    }

    [Fact]
    public void The_log_has_about_ten_lines_however_many_models_there_are()
    {
        _ml.ToyModels().Sweep(_small with { Steps = 1 });

        Assert.Single(_log, l => l.Text.StartsWith("sweep of 32 models, 0 of them finished before", StringComparison.Ordinal));
        Assert.Equal(10, _log.Count(l => l.Text.Contains(" of 32 models; the last: cell ")));
        Assert.Single(_log, l => l.Text.StartsWith("sweep done: 32 models", StringComparison.Ordinal));
    }

    private static float[][] Weights(IEnumerable<ToyModelTransformer> models) => [.. models.Select(m => m.Model.Weights.ToArray())];

    private sealed class Counter(Action<SweepProgress> onReport) : IProgress<SweepProgress>
    {
        public List<SweepProgress> Reports { get; } = [];

        public void Report(SweepProgress value)
        {
            lock (Reports)
            {
                Reports.Add(value);
            }

            onReport(value);
        }
    }

    private sealed class Failing : IToyModelTrainer
    {
        public IReadOnlyList<TrainingResult> Train(
            IReadOnlyList<TrainingInstance> instances, IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default) =>
            throw new InvalidOperationException("out of luck");
    }
}
