using EstimatorContracts;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace ToyModels.ML.Tests;

/// <summary>A module keeps every promise that a step of a pipeline makes, refusals and native save and load included.</summary>
public class ModuleContractTests
{
    private readonly MLContext _ml = new(seed: 1);

    [TorchTheory]
    [InlineData("Hidden", "Reconstruction", "Loss", "encoder")]
    [InlineData(null, "Reconstruction", null, null)]
    [InlineData("H", null, null, "decoder")]
    [InlineData(null, null, "Features", null)]
    public void A_module_keeps_the_contract(string? hidden, string? reconstruction, string? loss, string? featureLayer)
    {
        var options = Options() with
        {
            HiddenModule = "activation",
            HiddenColumnName = hidden,
            ReconstructionColumnName = reconstruction,
            LossColumnName = loss,
            FeatureLayer = featureLayer,
        };

        foreach (var rows in new[] { Views.Dense(_ml), Views.Sparse(_ml) })
        {
            EstimatorContract.Verify(new ContractSubject(_ml.ToyModels().TorchModule(options), rows)
            {
                LoadingContext = Loading,
                Inputs =
                [
                    new InputColumn("Features", NumberDataViewType.Single, new VectorDataViewType(NumberDataViewType.Double, Views.FeatureCount))
                    {
                        RefusedOnceFitted = [new VectorDataViewType(NumberDataViewType.Single, Views.FeatureCount + 1)],
                    },
                ],
            });
        }
    }

    [TorchFact]
    public void A_module_between_ml_net_s_own_steps_keeps_the_contract() =>
        EstimatorContract.Verify(new ContractSubject(
            _ml.Transforms.NormalizeMinMax("Features")
                .Append(_ml.ToyModels().TorchModule(Options() with { HiddenModule = "encoder", HiddenColumnName = "Hidden" }))
                .Append(_ml.Clustering.Trainers.KMeans("Hidden", numberOfClusters: 2)),
            Views.Dense(_ml))
        {
            LoadingContext = Loading,
        });

    private static TorchModuleEstimatorOptions Options() => new()
    {
        ContractName = "autoencoder",
        Create = () => Modules.Autoencoder(Views.FeatureCount, 2),
        Steps = 3,
        BatchSize = 8,
        Seed = 1,
    };

    private static MLContext Loading()
    {
        var ml = new MLContext();
        ml.ToyModels().RegisterTorchModule("autoencoder", () => Modules.Autoencoder(Views.FeatureCount, 2));
        return ml;
    }
}
