using Microsoft.ML.Data;

namespace ToyModels.ML;

/// <summary>The forward pass of a toy model.</summary>
internal sealed class ToyModelForward(ToyModel model) : IRowForward
{
    public void Encode(in VBuffer<float> features, Span<float> hidden) => model.Encode(features, hidden);

    public void Decode(ReadOnlySpan<float> hidden, Span<float> reconstruction) => model.Decode(hidden, reconstruction);
}
