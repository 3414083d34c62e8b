namespace ToyModels;

/// <summary>The measures of one feature of a model. No value is ever NaN.</summary>
/// <param name="Feature">Its number, from 0.</param>
/// <param name="Importance">I_i.</param>
/// <param name="Density">p_i = 1 − S_i.</param>
/// <param name="Bias">b_i.</param>
/// <param name="Norm">Representation ‖W_i‖.</param>
/// <param name="Interference">Superposition Σ_{j≠i} (Ŵ_i·W_j)²; 0 for a zero column; at 1 or above the feature is swamped by the others.</param>
/// <param name="ExpectedInterference">Σ_{j≠i} (Ŵ_i·W_j)² p_j.</param>
/// <param name="Polysemanticity">√<paramref name="Interference"/>.</param>
/// <param name="Dimensionality">D_i = ‖W_i‖² / Σ_j (Ŵ_i·W_j)², in [0, 1]; 0 for a zero column (Elhage et al. 2022, "The geometry of superposition").</param>
/// <param name="Component">Number of the feature's component (tegum factor), from 0 in order of first feature; −1 for a feature that is not represented.</param>
/// <param name="Label">Name of its geometry, of a closed list: see <see cref="GeometryLabel"/>.</param>
public readonly record struct FeatureMetrics(
    int Feature,
    float Importance,
    float Density,
    float Bias,
    float Norm,
    float Interference,
    float ExpectedInterference,
    float Polysemanticity,
    float Dimensionality,
    int Component,
    string Label);
