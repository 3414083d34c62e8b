using Microsoft.ML;
using Microsoft.ML.Data;
using static TorchSharp.torch;

namespace ToyModels.ML.Tests;

public class ModuleTests
{
    private const int Features = 6;

    private static readonly TorchModuleEstimatorOptions _options = new()
    {
        ContractName = "autoencoder",
        Create = () => Modules.Autoencoder(Features, 3),
        Steps = 60,
        BatchSize = 64,
        Seed = 1,
    };

    private readonly MLContext _ml = new(seed: 1);

    [TorchFact]
    public void A_tied_module_is_trained_as_the_library_trains_its_model()
    {
        var start = InitialWeights.XavierNormal(Features, 2, seed: 1, restart: 0);
        var data = Data();
        var own = _ml.ToyModels().ToyModel(new()
        {
            Model = new() { Hidden = 2, Steps = 20, BatchSize = 64, Seed = 1, Importance = Importance.Geometric(0.8f), Reduction = LossReduction.MeanOverFeatures },
        }).Fit(data);

        using var module = Fit(_options with
        {
            Create = () => new Modules.Tied(Features, 2, start),
            Steps = 20,
            Importance = Importance.Geometric(0.8f),
            Reduction = LossReduction.MeanOverFeatures,
        });

        var weights = ((Modules.Tied)module.Module).Weights;
        Assert.All(weights.Zip(own.Model.Weights.ToArray()), pair => Assert.Equal(pair.Second, pair.First, 1e-5f));
        Assert.Equal(own.EvaluationLoss, module.EvaluationLoss, own.EvaluationLoss * 1e-4f);
        Assert.All(own.LossHistory.Zip(module.LossHistory), pair => Assert.Equal(pair.First.Loss, pair.Second.Loss, pair.First.Loss * 1e-4f));
        Assert.Equal([.. own.Result.Densities], module.Densities.ToArray());
    }

    [TorchFact]
    public void Training_lowers_the_loss_and_tells_of_it()
    {
        var reports = new List<TrainingProgress>();
        using var module = Fit(_options with { Steps = 500, Progress = new Reports(reports.Add), Optimizer = new() { LearningRate = 1e-2f } });

        Assert.True(module.LossHistory[^1].Loss < module.LossHistory[0].Loss / 2);
        Assert.Equal([1, .. Enumerable.Range(1, 10).Select(i => 50 * i)], module.LossHistory.Select(p => p.Step));
        Assert.Equal(module.LossHistory.Select(p => p.Step), reports.Select(r => r.Step));
        Assert.All(reports, r => Assert.Equal(500, r.StepsTotal));
        Assert.Equal((500, StopReason.Completed), (module.StepsDone, module.StopReason));
    }

    [TorchFact]
    public void The_same_seed_gives_the_same_module_and_leaves_torch_s_generator_alone()
    {
        random.manual_seed(5);
        using var expected = rand(4);
        random.manual_seed(5);
        using var first = Fit(_options);
        using var drawn = rand(4);
        using var second = Fit(_options);
        using var other = Fit(_options with { Seed = 2 });

        Assert.Equal(expected.data<float>().ToArray(), drawn.data<float>().ToArray());
        Assert.Equal(first.LossHistory.ToArray(), second.LossHistory.ToArray());
        Assert.NotEqual(first.LossHistory.ToArray(), other.LossHistory.ToArray());
    }

    [TorchFact]
    public void Hidden_is_the_output_of_the_part_that_is_named()
    {
        using var module = Fit(_options with { HiddenModule = "encoder", HiddenColumnName = "Hidden" });
        var data = Data(rows: 5);
        var row = data.Column("Features")[3];

        var encoder = (TorchSharp.Modules.Linear)module.Module.named_modules().Single(p => p.name == "encoder").module;
        using var expected = encoder.call(tensor(row, [1, Features])).detach();

        Assert.Equal(expected.data<float>().ToArray(), module.Transform(data).Column("Hidden")[3]);
    }

    [TorchFact]
    public void Metrics_of_the_feature_layer_reach_the_steps_after_it()
    {
        var toys = _ml.ToyModels();
        var data = Data();
        var table = toys.TorchModule(_options with { FeatureLayer = "encoder" }).Append(toys.FeatureMetrics("Reconstruction")).Fit(data).Transform(data);
        using var module = Fit(_options with { FeatureLayer = "encoder" });

        var rows = _ml.Data.CreateEnumerable<FeatureMetricsRow>(table, reuseRowObject: false).ToArray();
        var metrics = module.Measure("encoder");

        Assert.Equal(Features, rows.Length);
        Assert.Equal(metrics.Features.Select(f => f.Dimensionality), rows.Select(r => r.Dimensionality));
        Assert.Equal(metrics.Features.Select(f => f.ExpectedInterference), rows.Select(r => r.ExpectedInterference));
        Assert.Equal(toys.Evaluate(module.Transform(data)).FeaturesRepresented, metrics.FeaturesRepresented);
    }

    [TorchFact]
    public void Features_of_a_layer_are_its_columns_or_its_rows()
    {
        using var module = Fit(_options);
        foreach (var (layer, side) in new[] { ("encoder", LayerFeatures.Inputs), ("decoder", LayerFeatures.Outputs) })
        {
            var weight = ((TorchSharp.Modules.Linear)module.Module.named_modules().Single(p => p.name == layer).module).weight;
            var metrics = module.Measure(layer, side);
            for (var i = 0; i < Features; i++)
            {
                using var direction = side == LayerFeatures.Inputs ? weight.narrow(1, i, 1) : weight.narrow(0, i, 1);
                Assert.Equal(direction.norm().item<float>(), metrics.Features[i].Norm, 1e-5f);
            }
        }

        Assert.Equal(3, module.Measure("encoder", LayerFeatures.Outputs).Features.Length);
        Assert.All(module.Measure("encoder", LayerFeatures.Outputs).Features, f => Assert.Equal(f.Interference, f.ExpectedInterference));
    }

    [TorchFact]
    public void State_that_is_not_a_weight_is_saved_too_and_drops_nothing_in_service()
    {
        var create = () => (nn.Module<Tensor, Tensor>)nn.Sequential(
            ("encoder", nn.Linear(Features, 3)), ("norm", nn.BatchNorm1d(3)), ("drop", nn.Dropout(0.5)), ("decoder", nn.Linear(3, Features)));
        using var folder = new TemporaryFolder();
        var data = Data(rows: 20);
        using var module = Fit(_options with { ContractName = "with norm", Create = create });
        _ml.Model.Save(module, data.Schema, folder.PathOf("module.zip"));

        using var loaded = (TorchModuleTransformer)_ml.Model.Load(folder.PathOf("module.zip"), out _);

        Assert.Equal(60, loaded.Module.state_dict()["norm.num_batches_tracked"].item<long>());
        Assert.Equal(module.Transform(data).Column("Reconstruction"), loaded.Transform(data).Column("Reconstruction"));
        Assert.Equal(loaded.Transform(data).Column("Reconstruction"), loaded.Transform(data).Column("Reconstruction"));
        Assert.Equal(module.LossHistory.ToArray(), loaded.LossHistory.ToArray());
        Assert.Equal(
            (module.EvaluationLoss, module.Seed, module.StepsDone, module.StopReason, module.Reduction, "with norm"),
            (loaded.EvaluationLoss, loaded.Seed, loaded.StepsDone, loaded.StopReason, loaded.Reduction, loaded.ContractName));
    }

    [TorchFact]
    public void A_context_that_lacks_the_factory_is_told_what_to_call()
    {
        using var folder = new TemporaryFolder();
        var path = folder.PathOf("module.zip");
        using var module = Fit(_options);
        _ml.Model.Save(module, Data().Schema, path);
        var knowsAnother = new MLContext();
        knowsAnother.ToyModels().RegisterTorchModule("another", _options.Create);
        var knowsToyModels = new MLContext();
        knowsToyModels.ToyModels();

        Assert.Contains(
            "under the contract name 'autoencoder', and the loading context knows the names 'another': call mlContext.ToyModels().RegisterTorchModule(\"autoencoder\", factory)",
            Innermost(() => knowsAnother.Model.Load(path, out _)));
        foreach (var context in new[] { new MLContext(), knowsToyModels })
        {
            Assert.Contains("call mlContext.ToyModels().RegisterTorchModule(contractName, factory)", Innermost(() => context.Model.Load(path, out _)));
        }
    }

    [TorchFact]
    public void A_factory_that_makes_another_module_is_refused_when_loading()
    {
        using var folder = new TemporaryFolder();
        var path = folder.PathOf("module.zip");
        using var module = Fit(_options);
        _ml.Model.Save(module, Data().Schema, path);
        var narrower = new MLContext();
        narrower.ToyModels().RegisterTorchModule("autoencoder", () => Modules.Autoencoder(Features, 2));
        var other = new MLContext();
        other.ToyModels().RegisterTorchModule("autoencoder", () => nn.Linear(Features, Features));

        Assert.Contains("has shape [3, 6] in the file and [2, 6] in the module; the factory must make", Innermost(() => narrower.Model.Load(path, out _)));
        Assert.Contains("alone; the factory must make the module that was saved", Innermost(() => other.Model.Load(path, out _)));
    }

    [TorchFact]
    public void A_module_that_does_not_fit_is_refused_before_training()
    {
        Refused(_options with { Create = () => nn.Linear(Features, 2) }, "gives Float32 [2, 2] for Float32 [2, 6]");
        Refused(_options with { Create = () => nn.ReLU() }, "nothing to train");
        Refused(_options with { HiddenModule = "encode" }, "no part 'encode'. Its parts: 'encoder', 'activation', 'decoder'");
        Refused(_options with { Create = () => new Modules.Silent(Features), HiddenModule = "_part" }, "run it by call");
        Refused(_options with { FeatureLayer = "activation" }, "must be a Linear layer");
        Refused(
            _options with { Create = () => nn.Sequential(("a", nn.Linear(Features, 3)), ("b", nn.Linear(3, 4)), ("c", nn.Linear(4, Features))), FeatureLayer = "b" },
            "'b' has 3 inputs and 4 outputs; one of them must be the 6 features");

        void Refused(TorchModuleEstimatorOptions options, string text) => Assert.Contains(text, Assert.Throws<ArgumentException>(() => Fit(options)).Message);
    }

    [TorchFact]
    public void A_training_that_diverges_is_an_error_and_one_that_is_cancelled_is_a_result()
    {
        Assert.Contains("diverged", Assert.Throws<InvalidOperationException>(() => Fit(_options with { Optimizer = new() { LearningRate = 1e30f } })).Message);
        using var source = new CancellationTokenSource();
        using var cancelled = Fit(_options with { Steps = 10_000, Progress = new Reports(_ => source.Cancel()), CancellationToken = source.Token });
        Assert.Equal((1, StopReason.Cancelled), (cancelled.StepsDone, cancelled.StopReason));
        Assert.Throws<OperationCanceledException>(() => Fit(_options with { CancellationToken = source.Token }));
    }

    [TorchFact]
    public void Many_threads_share_one_module()
    {
        using var module = Fit(_options with { HiddenModule = "encoder", HiddenColumnName = "Hidden" });
        var data = Data(rows: 200);
        var (hidden, reconstruction) = (module.Transform(data).Column("Hidden"), module.Transform(data).Column("Reconstruction"));

        Parallel.For(0, 8, _ =>
        {
            Assert.Equal(hidden, module.Transform(data).Column("Hidden"));
            Assert.Equal(reconstruction, module.Transform(data).Column("Reconstruction"));
        });
    }

    private TorchModuleTransformer Fit(TorchModuleEstimatorOptions options) => _ml.ToyModels().TorchModule(options).Fit(Data());

    private IDataView Data(int rows = 6400) =>
        _ml.ToyModels().Generate(new FeatureDistribution(Features, 0.3f), rows, seed: 3);

    private static string Innermost(Action action)
    {
        var exception = Record.Exception(action);
        while (exception?.InnerException is { } inner)
        {
            exception = inner;
        }

        return exception!.Message;
    }

    private sealed class Reports(Action<TrainingProgress> report) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => report(value);
    }
}
