namespace ToyModels;

/// <summary>
/// The exact loss of a tied ReLU-output model on rows with exactly one active feature, uniform on [0, 1), each feature equally often
/// (Chen, Lau, Mendel, Wei, Murfet 2023, arXiv 2310.06301): Σ over outputs, mean over which feature is active. No sampling.
/// </summary>
public static class OneActiveLoss
{
    /// <summary>
    /// ∫₀¹ ReLU(ax + b)² dx, which is (ReLU(a + b)³ − ReLU(b)³) / (3a) for a ≠ 0 and ReLU(b)² for a = 0; computed as a polynomial over the
    /// part of [0, 1] where ax + b is positive, so that small a cancel nothing.
    /// </summary>
    /// <param name="slope">a.</param>
    /// <param name="bias">b.</param>
    public static double SquaredRelu(double slope, double bias) => ActiveMoments.Of(slope, bias).SquaredRelu(slope, bias);

    /// <summary>∫₀¹ (x − ReLU(ax + b))² dx: the error of the active feature's own output.</summary>
    /// <param name="slope">a.</param>
    /// <param name="bias">b.</param>
    public static double OwnError(double slope, double bias)
    {
        var active = ActiveMoments.Of(slope, bias);
        return (1.0 / 3) - (2 * active.FirstMoment(slope, bias)) + active.SquaredRelu(slope, bias);
    }

    /// <summary>The loss 1/n Σ_i Σ_j I_j ∫₀¹ (δ_ij x − ReLU(W_i·W_j x + b_j))² dx.</summary>
    /// <param name="weights">n·m weights, feature-major.</param>
    /// <param name="hidden">m, at least 1.</param>
    /// <param name="bias">n biases.</param>
    /// <param name="importances">n importances; empty for 1.</param>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    public static double Of(ReadOnlySpan<double> weights, int hidden, ReadOnlySpan<double> bias, ReadOnlySpan<double> importances = default) =>
        Evaluate(weights, hidden, bias, importances, [], []);

    /// <summary>The loss and its gradient.</summary>
    /// <param name="weights">n·m weights, feature-major.</param>
    /// <param name="hidden">m, at least 1.</param>
    /// <param name="bias">n biases.</param>
    /// <param name="importances">n importances; empty for 1.</param>
    /// <param name="weightGradient">Receives ∂L/∂W, n·m values, feature-major.</param>
    /// <param name="biasGradient">Receives ∂L/∂b, n values.</param>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    public static double WithGradient(
        ReadOnlySpan<double> weights,
        int hidden,
        ReadOnlySpan<double> bias,
        ReadOnlySpan<double> importances,
        Span<double> weightGradient,
        Span<double> biasGradient)
    {
        Guard.Length(weightGradient.Length, weights.Length, nameof(weightGradient), "one for each weight");
        Guard.Length(biasGradient.Length, bias.Length, nameof(biasGradient), "one for each bias");
        weightGradient.Clear();
        biasGradient.Clear();
        return Evaluate(weights, hidden, bias, importances, weightGradient, biasGradient);
    }

    private static double Evaluate(
        ReadOnlySpan<double> weights,
        int hidden,
        ReadOnlySpan<double> bias,
        ReadOnlySpan<double> importances,
        Span<double> weightGradient,
        Span<double> biasGradient)
    {
        var n = bias.Length;
        Guard.AtLeast(hidden, 1);
        Guard.AtLeast(n, 1, "bias.Length");
        Guard.Length(weights.Length, checked(n * hidden), nameof(weights), $"{n} features (the length of bias) times {hidden} hidden dimensions");
        if (!importances.IsEmpty)
        {
            Guard.Length(importances.Length, n, nameof(importances), "one for each feature, or none at all");
        }

        var loss = 0.0;
        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j < n; j++)
            {
                var from = weights.Slice(i * hidden, hidden);
                var to = weights.Slice(j * hidden, hidden);
                var scale = (importances.IsEmpty ? 1 : importances[j]) / n;
                var slope = Dot(from, to);
                loss += scale * (i == j ? OwnError(slope, bias[j]) : SquaredRelu(slope, bias[j]));
                if (!biasGradient.IsEmpty)
                {
                    // The integrand is continuous where the ReLU turns on, so the interval's ends add nothing to the derivative.
                    var (bySlope, byBias) = ActiveMoments.Of(slope, bias[j]).Derivative(slope, bias[j], own: i == j);
                    biasGradient[j] += scale * byBias;
                    for (var k = 0; k < hidden; k++)
                    {
                        weightGradient[(i * hidden) + k] += scale * bySlope * to[k];
                        weightGradient[(j * hidden) + k] += scale * bySlope * from[k];
                    }
                }
            }
        }

        return loss;
    }

    private static double Dot(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        var sum = 0.0;
        for (var k = 0; k < a.Length; k++)
        {
            sum += a[k] * b[k];
        }

        return sum;
    }

    /// <summary>∫ 1, ∫ x and ∫ x² over the part of [0, 1] where ax + b is positive.</summary>
    private readonly record struct ActiveMoments(double Zeroth, double First, double Second)
    {
        internal static ActiveMoments Of(double slope, double bias)
        {
            var turn = slope == 0 ? 0 : Math.Clamp(-bias / slope, 0, 1);
            var (low, high) = bias > 0 && slope + bias > 0 ? (0, 1)
                : bias > 0 ? (0, turn)
                : slope + bias > 0 ? (turn, 1)
                : (0.0, 0.0);
            return new(high - low, ((high * high) - (low * low)) / 2, ((high * high * high) - (low * low * low)) / 3);
        }

        internal double SquaredRelu(double slope, double bias) => (slope * slope * Second) + (2 * slope * bias * First) + (bias * bias * Zeroth);

        internal double FirstMoment(double slope, double bias) => (slope * Second) + (bias * First);

        internal (double BySlope, double ByBias) Derivative(double slope, double bias, bool own) =>
            (2 * (FirstMoment(slope, bias) - (own ? Second : 0)), 2 * ((slope * First) + (bias * Zeroth) - (own ? First : 0)));
    }
}
