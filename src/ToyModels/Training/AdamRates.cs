namespace ToyModels;

/// <summary>The numbers of an AdamW step that depend on the step alone: see <see cref="AdamW"/>.</summary>
internal sealed class AdamRates(OptimizerOptions options)
{
    /// <summary>1 less such a power is 1: it need not get any smaller, down to where multiplying takes long.</summary>
    private const double Negligible = 1.0 / (1L << 60);

    private double _beta1Power = 1;
    private double _beta2Power = 1;

    /// <summary>1 − ηλ.</summary>
    internal float Decay { get; } = (float)(1 - ((double)options.LearningRate * options.WeightDecay));

    /// <summary>η/(1−β₁ᵗ).</summary>
    internal float Rate { get; private set; }

    /// <summary>1/√(1−β₂ᵗ).</summary>
    internal float Root { get; private set; }

    /// <summary>Goes on to the next step; the first call to the first.</summary>
    internal void MoveNext()
    {
        // By multiplication: Math.Pow differs in the last bit between systems.
        if (_beta1Power > Negligible)
        {
            _beta1Power *= options.Beta1;
            Rate = (float)(options.LearningRate / (1 - _beta1Power));
        }

        if (_beta2Power > Negligible)
        {
            _beta2Power *= options.Beta2;
            Root = (float)(1 / Math.Sqrt(1 - _beta2Power));
        }
    }
}
