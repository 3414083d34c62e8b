using Microsoft.ML.Transforms;

namespace ToyModels.ML;

/// <summary>What ML.NET finds where a context loads a toy model without having been told how: see <see cref="ModelFile"/>.</summary>
[CustomMappingFactoryAttribute(ModelFile.Contract)]
internal sealed class GuideToCatalog : CustomMappingFactory<FeatureMetricsRow, FeatureMetricsRow>
{
    public override Action<FeatureMetricsRow, FeatureMetricsRow> GetMapping() =>
        throw new InvalidOperationException(
            "This file holds a toy model, and the loading context does not know how to load one: "
            + "call mlContext.ToyModels() (namespace ToyModels.ML) once before mlContext.Model.Load.");
}
