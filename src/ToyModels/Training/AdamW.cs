namespace ToyModels;

/// <summary>
/// Adam with decoupled weight decay (Loshchilov and Hutter 2019), step for step as PyTorch writes it:
/// θ ← θ(1 − ηλ); m ← β₁m + (1−β₁)g; v ← β₂v + (1−β₂)g²; θ ← θ − η/(1−β₁ᵗ) · m / (√v/√(1−β₂ᵗ) + ε).
/// </summary>
internal sealed class AdamW(OptimizerOptions options, int parameters)
{
    private readonly float[] _mean = new float[parameters];
    private readonly float[] _square = new float[parameters];
    private double _beta1Power = 1;
    private double _beta2Power = 1;

    /// <summary>Counts a step; then <see cref="Apply"/> for each part of the parameters.</summary>
    internal void BeginStep()
    {
        // By multiplication: Math.Pow differs in the last bit between systems.
        _beta1Power *= options.Beta1;
        _beta2Power *= options.Beta2;
    }

    /// <summary>Moves the parameters that begin at <paramref name="offset"/> of all, along <paramref name="scale"/> times the gradient.</summary>
    internal void Apply(Span<float> parameters, ReadOnlySpan<float> gradient, float scale, int offset)
    {
        var mean = _mean.AsSpan(offset, parameters.Length);
        var square = _square.AsSpan(offset, parameters.Length);
        var decay = (float)(1 - ((double)options.LearningRate * options.WeightDecay));
        var rate = (float)(options.LearningRate / (1 - _beta1Power));
        var root = (float)(1 / Math.Sqrt(1 - _beta2Power));
        for (var i = 0; i < parameters.Length; i++)
        {
            var g = gradient[i] * scale;
            mean[i] = (options.Beta1 * mean[i]) + ((1 - options.Beta1) * g);
            square[i] = (options.Beta2 * square[i]) + ((1 - options.Beta2) * g * g);
            parameters[i] = (parameters[i] * decay) - (rate * mean[i] / ((MathF.Sqrt(square[i]) * root) + options.Epsilon));
        }
    }
}
