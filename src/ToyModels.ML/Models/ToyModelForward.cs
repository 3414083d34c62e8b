using Microsoft.ML.Data;

namespace ToyModels.ML;

/// <summary>The forward pass of a toy model.</summary>
internal sealed class ToyModelForward(ToyModel model) : IRowForward
{
    public void Encode(in VBuffer<float> features, Span<float> hidden)
    {
        if (features.IsDense)
        {
            model.Encode(features.GetValues(), hidden);
        }
        else
        {
            model.Encode(features.GetIndices(), features.GetValues(), hidden);
        }
    }

    public void Decode(ReadOnlySpan<float> hidden, Span<float> reconstruction) => model.Decode(hidden, reconstruction);
}
