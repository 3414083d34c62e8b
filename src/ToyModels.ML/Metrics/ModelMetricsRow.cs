namespace ToyModels.ML;

/// <summary>One row of a table of models: how each was made, and what came of it. Scalars only, no NaN.</summary>
public sealed class ModelMetricsRow
{
    /// <summary>Number of the model in the list, from 0.</summary>
    public int Model { get; set; }

    /// <summary>n.</summary>
    public int FeatureCount { get; set; }

    /// <summary>m.</summary>
    public int HiddenCount { get; set; }

    /// <summary>The forward pass: linear or relu-output.</summary>
    public string Kind { get; set; } = "";

    /// <summary>How importances were told: "uniform 1", "geometric 0.9", "log-spaced 1 0.01", "given", or "data" where the data carried them or none were told.</summary>
    public string ImportanceRule { get; set; } = "";

    /// <summary>Mean over features of p_i = 1 − S_i.</summary>
    public float MeanDensity { get; set; }

    /// <summary>The seed.</summary>
    public int Seed { get; set; }

    /// <summary>Optimiser steps behind the model.</summary>
    public int StepsDone { get; set; }

    /// <summary>Why the training stopped: Completed, Cancelled or Diverged.</summary>
    public string StopReason { get; set; } = "";

    /// <summary>Loss on the fixed evaluation sample, in the training's reduction; +∞ where the training diverged.</summary>
    public float EvaluationLoss { get; set; }

    /// <summary>‖W‖_F².</summary>
    public float SquaredFrobeniusNorm { get; set; }

    /// <summary>D* = m / ‖W‖_F²; +∞ for zero weights.</summary>
    public float DimensionsPerFeature { get; set; }

    /// <summary>Features with ‖W_i‖ above <see cref="MetricsOptions.RepresentedNorm"/>.</summary>
    public int FeaturesRepresented { get; set; }

    /// <summary>Components (tegum factors) that they form.</summary>
    public int ComponentCount { get; set; }

    /// <summary>Σ_i D_i.</summary>
    public float TotalDimensionality { get; set; }

    /// <summary>max_{i≠j} |Ŵ_i·Ŵ_j|.</summary>
    public float Coherence { get; set; }

    /// <summary>The least coherence that so many directions can have in m dimensions.</summary>
    public float WelchBound { get; set; }
}
