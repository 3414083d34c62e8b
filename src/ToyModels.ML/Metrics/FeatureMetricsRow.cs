namespace ToyModels.ML;

/// <summary>One row of a table of feature metrics; the meaning of each column is that of <see cref="FeatureMetrics"/>.</summary>
public class FeatureMetricsRow
{
    /// <summary>Number of the feature, from 0.</summary>
    public int Feature { get; set; }

    /// <summary>Its name: the slot name of the data, or F0, F1, …</summary>
    public string Name { get; set; } = "";

    /// <summary>I_i.</summary>
    public float Importance { get; set; }

    /// <summary>p_i = 1 − S_i.</summary>
    public float Density { get; set; }

    /// <summary>b_i.</summary>
    public float Bias { get; set; }

    /// <summary>‖W_i‖.</summary>
    public float Norm { get; set; }

    /// <summary>Σ_{j≠i} (Ŵ_i·W_j)².</summary>
    public float Interference { get; set; }

    /// <summary>Σ_{j≠i} (Ŵ_i·W_j)² p_j.</summary>
    public float ExpectedInterference { get; set; }

    /// <summary>Square root of <see cref="Interference"/>.</summary>
    public float Polysemanticity { get; set; }

    /// <summary>D_i, in [0, 1].</summary>
    public float Dimensionality { get; set; }

    /// <summary>Number of the feature's component, from 0; −1 for a feature that is not represented.</summary>
    public int Component { get; set; }

    /// <summary>Name of the component's geometry; see <see cref="GeometryLabel"/>.</summary>
    public string Label { get; set; } = "";
}
