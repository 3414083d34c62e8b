using System.Collections.Immutable;

namespace ToyModels;

/// <summary>
/// The worked example of superposition: three universities as three features of two hidden dimensions, at 120° from each other
/// (Thomas, the course paper; the equilateral triangle of Elhage et al. 2022, "The Geometry of Superposition").
/// </summary>
public static class ThreeUniversities
{
    /// <summary>W_i·W_j of any two features: cos 120°.</summary>
    public const double DotProduct = -0.5;

    /// <summary>Dimensionality of each feature: 2/3.</summary>
    public const double FeatureDimensionality = 2.0 / 3;

    /// <summary>The columns (√3/2, 1/2), (−√3/2, 1/2), (0, −1), feature-major: 3·2 values.</summary>
    public static ImmutableArray<float> Weights { get; } = [HalfRootThree, 0.5f, -HalfRootThree, 0.5f, 0, -1];

    /// <summary>The features of the example, x = (0.9, 0.9, 0).</summary>
    public static ImmutableArray<float> Features { get; } = [0.9f, 0.9f, 0];

    /// <summary>What the example finds in the hidden layer, h = Wx = (0, 0.9).</summary>
    public static ImmutableArray<double> Hidden { get; } = [0, 0.9];

    /// <summary>What the example reads back, Wᵀh = (0.45, 0.45, −0.9): half of what was there, and the absent feature pushed below zero.</summary>
    public static ImmutableArray<double> Reconstruction { get; } = [0.45, 0.45, -0.9];

    /// <summary>The model of the example: linear, without bias.</summary>
    public static ToyModel Model { get; } = new(ToyModelKind.Linear, 2, Weights.AsSpan(), [0, 0, 0]);

    private static float HalfRootThree => (float)(Math.Sqrt(3) / 2);
}
