using Microsoft.ML.Data;

namespace ToyModels.ML;

/// <summary>h of a row as ML.NET holds it.</summary>
internal static class RowEncoding
{
    /// <summary>h = Wx for a dense or a sparse row.</summary>
    internal static void Encode(this ToyModel model, in VBuffer<float> features, Span<float> hidden)
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
}
