namespace ToyModels;

/// <summary>
/// Loss and gradient of one model over a batch that comes in chunks. Chunks are feature-major: feature i of sample s at [i·stride + s],
/// zero from the count to the stride. Gradients are of the sum over samples; the caller's scale turns that into a mean.
/// </summary>
internal abstract class GradientEngine
{
    /// <summary>∂L/∂W, n·m, feature-major, since the last <see cref="Begin"/>.</summary>
    internal abstract ReadOnlySpan<float> WeightGradient { get; }

    /// <summary>∂L/∂b, n values, since the last <see cref="Begin"/>.</summary>
    internal abstract ReadOnlySpan<float> BiasGradient { get; }

    /// <summary>Takes the parameters and clears the gradients.</summary>
    internal abstract void Begin(ReadOnlySpan<float> weights, ReadOnlySpan<float> bias);

    /// <summary>Adds a chunk's gradient, times <paramref name="scale"/>.</summary>
    /// <returns>Σ over the chunk's samples of Σ_i I_i (x_i − x'_i)².</returns>
    internal abstract double Accumulate(ReadOnlySpan<float> samples, int count, int stride, float scale);

    /// <summary>The loss alone.</summary>
    /// <returns>Σ over the chunk's samples of Σ_i I_i (x_i − x'_i)².</returns>
    internal abstract double Loss(ReadOnlySpan<float> samples, int count, int stride);
}
