using Microsoft.ML;
using static TorchSharp.torch;

namespace ToyModels.ML.Tests;

/// <summary>The snippets of docs/torchsharp.md.</summary>
public class GuideTests
{
    private readonly MLContext _mlContext = new(seed: 1);

    [TorchFact]
    public void The_trainer_goes_where_the_library_s_own_does()
    {
        #region trainer
        var toy = _mlContext.ToyModels();
        var data = toy.Generate(new FeatureDistribution(count: 5, density: 0.05f), rowCount: 2000 * 1024, seed: 1);

        var model = toy.ToyModel(new()
        {
            Model = new() { Hidden = 2, Steps = 2000, Restarts = 3, Seed = 1 },
            Trainer = toy.TorchSharpTrainer(), // toy.TorchSharpTrainer("cuda:0") names a device
        }).Fit(data);
        #endregion

        Assert.Equal(3, model.Result.Restarts.Length);
        Assert.InRange(model.EvaluationLoss, 0, 0.02f);
    }

    [TorchFact]
    public void A_module_is_fitted_measured_saved_and_loaded()
    {
        using var folder = new TemporaryFolder();
        var path = folder.PathOf("module.zip");

        #region module
        var toy = _mlContext.ToyModels();
        var data = toy.Generate(new FeatureDistribution(count: 20, density: 0.05f), rowCount: 500 * 1024, seed: 1);

        var model = toy.TorchModule(new()
        {
            ContractName = "deep autoencoder",
            Create = DeepAutoencoder,
            HiddenModule = "code", // the output of this part is the column Hidden
            HiddenColumnName = "Hidden",
            FeatureLayer = "encoder", // the weights of this layer travel with the columns
            LossColumnName = "Loss",
            Steps = 500,
            Optimizer = new() { LearningRate = 1e-2f },
            Seed = 1,
        }).Fit(data);
        #endregion

        Assert.True(model.LossHistory[^1].Loss < model.LossHistory[0].Loss);

        #region metrics
        var fresh = toy.Generate(new FeatureDistribution(count: 20, density: 0.05f), rowCount: 1000, seed: 2);
        var evaluation = toy.Evaluate(model.Transform(fresh)); // loss, and how many of its 20 features the encoder represents
        var encoder = model.Measure("encoder"); // interference, dimensionality, geometry of each feature
        var decoder = model.Measure("decoder", LayerFeatures.Outputs); // what each feature is read from
        #endregion

        Assert.Equal(encoder.FeaturesRepresented, evaluation.FeaturesRepresented);
        Assert.Equal(20, decoder.Features.Length);
        _mlContext.Model.Save(model, data.Schema, path);

        Assert.Equal(model.Transform(fresh).Column("Hidden"), Load(path).Transform(fresh).Column("Hidden"));
    }

    private static ITransformer Load(string path)
    {
        #region load
        var mlContext = new MLContext();
        mlContext.ToyModels().RegisterTorchModule("deep autoencoder", DeepAutoencoder);
        var loaded = mlContext.Model.Load(path, out _);
        #endregion

        return loaded;
    }

    #region factory
    private static nn.Module<Tensor, Tensor> DeepAutoencoder() => nn.Sequential(
        ("encoder", nn.Linear(20, 12)),
        ("bend", nn.ReLU()),
        ("code", nn.Linear(12, 5)),
        ("decoder", nn.Linear(5, 20)),
        ("relu", nn.ReLU()));
    #endregion
}
