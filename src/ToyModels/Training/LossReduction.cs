namespace ToyModels;

/// <summary>
/// How squared errors become one loss. The choice scales the gradient, and with it the pull of the data against weight decay.
/// </summary>
public enum LossReduction
{
    /// <summary>Mean over rows of Σ_i I_i (x_i − x'_i)²: the loss of the paper (Elhage et al. 2022, "Problem setup").</summary>
    SumOverFeatures,

    /// <summary>The same divided by n: the loss of the paper's public notebook.</summary>
    MeanOverFeatures,
}
