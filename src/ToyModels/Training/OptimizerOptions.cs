namespace ToyModels;

/// <summary>The step rule. Which one is on is decided by <see cref="WeightDecay"/>: Adam at 0, AdamW above.</summary>
public sealed record OptimizerOptions
{
    /// <summary>Adam (Kingma and Ba 2015): no weight decay.</summary>
    public static OptimizerOptions Adam { get; } = new() { WeightDecay = 0 };

    /// <summary>AdamW (Loshchilov and Hutter 2019) with PyTorch's defaults: weight decay 0.01. The optimiser of the paper's notebook.</summary>
    public static OptimizerOptions AdamW { get; } = new();

    /// <summary>Learning rate η, positive; default 1e-3, held constant.</summary>
    public float LearningRate { get; init => field = Guard.Positive(value, nameof(LearningRate)); } = 1e-3f;

    /// <summary>Decoupled weight decay λ: each step first multiplies weights and biases by 1 − ηλ. Zero or positive; default 0.01.</summary>
    public float WeightDecay { get; init => field = Guard.NotNegative(value, nameof(WeightDecay)); } = 0.01f;

    /// <summary>Decay β₁ of the mean of gradients, in [0, 1); default 0.9.</summary>
    public float Beta1 { get; init => field = Guard.Within(value, 0, MathF.BitDecrement(1), nameof(Beta1)); } = 0.9f;

    /// <summary>Decay β₂ of the mean of squared gradients, in [0, 1); default 0.999.</summary>
    public float Beta2 { get; init => field = Guard.Within(value, 0, MathF.BitDecrement(1), nameof(Beta2)); } = 0.999f;

    /// <summary>ε added to the root of the second moment, positive; default 1e-8.</summary>
    public float Epsilon { get; init => field = Guard.Positive(value, nameof(Epsilon)); } = 1e-8f;
}
