using Microsoft.ML.Data;

namespace ToyModels.ML;

/// <summary>The forward pass of a model for single rows. Serves one thread; <see cref="Decode"/> follows <see cref="Encode"/> of the same row.</summary>
internal interface IRowForward
{
    /// <summary>h of x.</summary>
    /// <param name="features">x, checked.</param>
    /// <param name="hidden">Receives h; empty where the model tells of none.</param>
    void Encode(in VBuffer<float> features, Span<float> hidden);

    /// <summary>x' of h.</summary>
    /// <param name="hidden">h, as <see cref="Encode"/> gave it.</param>
    /// <param name="reconstruction">Receives x', n values.</param>
    void Decode(ReadOnlySpan<float> hidden, Span<float> reconstruction);
}
