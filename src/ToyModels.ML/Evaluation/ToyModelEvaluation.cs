using System.Collections.Immutable;

namespace ToyModels.ML;

/// <summary>How well a toy model gives its features back, and how it holds them.</summary>
public sealed class ToyModelEvaluation
{
    internal ToyModelEvaluation(
        long rowCount, LossReduction reduction, ImmutableArray<double> lossPerFeature, ImmutableArray<string> featureNames, ModelMetrics metrics)
    {
        RowCount = rowCount;
        Reduction = reduction;
        LossPerFeature = lossPerFeature;
        FeatureNames = featureNames;
        Metrics = metrics;
        Loss = lossPerFeature.Sum();
    }

    /// <summary>Rows that were evaluated.</summary>
    public long RowCount { get; }

    /// <summary>Mean over rows of the importance-weighted squared error, in <see cref="Reduction"/>.</summary>
    public double Loss { get; }

    /// <summary>The reduction that the model was trained with.</summary>
    public LossReduction Reduction { get; }

    /// <summary>What each feature adds to <see cref="Loss"/>; their sum is it.</summary>
    public ImmutableArray<double> LossPerFeature { get; }

    /// <summary>Name of each feature.</summary>
    public ImmutableArray<string> FeatureNames { get; }

    /// <summary>D* = m / ‖W‖_F²; +∞ for zero weights.</summary>
    public float DimensionsPerFeature => Metrics.DimensionsPerFeature;

    /// <summary>Features whose ‖W_i‖ is above <see cref="MetricsOptions.RepresentedNorm"/>.</summary>
    public int FeaturesRepresented => Metrics.FeaturesRepresented;

    /// <summary>Every measure of the model's geometry.</summary>
    public ModelMetrics Metrics { get; }
}
