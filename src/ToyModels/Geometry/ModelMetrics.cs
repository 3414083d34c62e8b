using System.Collections.Immutable;

namespace ToyModels;

/// <summary>Every measure of a model's geometry.</summary>
public sealed class ModelMetrics
{
    /// <summary>One entry a feature, in order.</summary>
    public ImmutableArray<FeatureMetrics> Features => throw new NotSupportedException();

    /// <summary>Features with ‖W_i‖ above <see cref="MetricsOptions.RepresentedNorm"/>.</summary>
    public int FeaturesRepresented => throw new NotSupportedException();

    /// <summary>‖W‖_F² = Σ_i ‖W_i‖²: about the number of features that are represented.</summary>
    public float SquaredFrobeniusNorm => throw new NotSupportedException();

    /// <summary>D* = m / ‖W‖_F²; +∞ for zero weights.</summary>
    public float DimensionsPerFeature => throw new NotSupportedException();

    /// <summary>Σ_i D_i, at most rank(W) ≤ m; equal to it for a tight frame.</summary>
    public float TotalDimensionality => throw new NotSupportedException();

    /// <summary>max_{i≠j} |Ŵ_i·Ŵ_j|.</summary>
    public float Coherence => throw new NotSupportedException();

    /// <summary>Measures a model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="importances">n importances.</param>
    /// <param name="densities">n densities.</param>
    /// <param name="options">Thresholds; null for the defaults.</param>
    public static ModelMetrics Measure(ToyModel model, ReadOnlySpan<float> importances, ReadOnlySpan<float> densities, MetricsOptions? options = null) =>
        throw new NotSupportedException();

    /// <summary>WᵀW, n·n values, row-major.</summary>
    public float[] Gram() => throw new NotSupportedException();

    /// <summary>All n(n−1)/2 pairs, I ascending, then J.</summary>
    public IEnumerable<PairMetrics> Pairs() => throw new NotSupportedException();
}
