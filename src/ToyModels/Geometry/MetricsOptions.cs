namespace ToyModels;

/// <summary>The thresholds behind components and labels.</summary>
public sealed record MetricsOptions
{
    /// <summary>Two learned features are joined where |Ŵ_i·Ŵ_j| is above this, in [0, 1); default 0.1.</summary>
    public float ComponentThreshold { get; init => field = Guard.Within(value, 0, MathF.BitDecrement(1), nameof(ComponentThreshold)); } = 0.1f;

    /// <summary>A feature is represented where ‖W_i‖ is above this, zero or positive; default ½. Below, its label is not-learned.</summary>
    public float RepresentedNorm { get; init => field = Guard.NotNegative(value, nameof(RepresentedNorm)); } = 0.5f;
}
