using Microsoft.ML.Transforms;

namespace ToyModels.ML;

/// <summary>What ML.NET finds where a context loads a module without having been told any factory: see <see cref="ModelFile"/>.</summary>
[CustomMappingFactoryAttribute(ModuleFile.Contract)]
internal sealed class GuideToRegistration : CustomMappingFactory<FeatureMetricsRow, FeatureMetricsRow>
{
    public override Action<FeatureMetricsRow, FeatureMetricsRow> GetMapping() =>
        throw new InvalidOperationException(
            "This file holds the numbers of a torch module, and the loading context does not know how to make the module: "
            + "call mlContext.ToyModels().RegisterTorchModule(contractName, factory) (namespace ToyModels.ML), with the contract name it was fitted under, "
            + "once before mlContext.Model.Load.");
}
