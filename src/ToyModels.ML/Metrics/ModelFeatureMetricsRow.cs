namespace ToyModels.ML;

/// <summary>One row of a table of the features of many models: the columns of <see cref="FeatureMetricsRow"/>, and how the model was made.</summary>
public sealed class ModelFeatureMetricsRow : FeatureMetricsRow
{
    /// <summary>Number of the model in the list, from 0.</summary>
    public int Model { get; set; }

    /// <summary>n.</summary>
    public int FeatureCount { get; set; }

    /// <summary>m.</summary>
    public int HiddenCount { get; set; }

    /// <summary>The forward pass: linear or relu-output.</summary>
    public string Kind { get; set; } = "";

    /// <summary>How importances were told; see <see cref="ModelMetricsRow.ImportanceRule"/>.</summary>
    public string ImportanceRule { get; set; } = "";

    /// <summary>Mean over features of p_i = 1 − S_i.</summary>
    public float MeanDensity { get; set; }

    /// <summary>The seed.</summary>
    public int Seed { get; set; }
}
