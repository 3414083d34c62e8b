using System.Collections.Immutable;

namespace ToyModels.Figures;

/// <summary>Words the title of a figure from a model's configuration, in the notation of the field.</summary>
public static class FigureTitle
{
    /// <summary>Such as "n = 20, m = 5, I = 0.7ⁱ, 1 − S = 0.01": sizes, importance, and density, which is 1 − S.</summary>
    /// <param name="result">A trained model.</param>
    public static string Of(TrainingResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        var importance = result.Options.Importance switch
        {
            UniformImportance uniform => $"I = {Ticks.Number(uniform.Value)}",
            GeometricImportance geometric => $"I = {Ticks.Number(geometric.Ratio)}ⁱ",
            LogSpacedImportance spaced => $"I = {Ticks.Number(spaced.First)} … {Ticks.Number(spaced.Last)}",
            _ => $"I = {Range(result.Importances)}",
        };
        return $"n = {result.Model.FeatureCount}, m = {result.Model.HiddenCount}, {importance}, 1 − S = {Range(result.Densities)}";
    }

    private static string Range(ImmutableArray<float> values) =>
        values.Min() == values.Max() ? Ticks.Number(values[0]) : $"{Ticks.Number(values.Min())} … {Ticks.Number(values.Max())}";
}
