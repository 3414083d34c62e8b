using Microsoft.ML.Data;

namespace ToyModels.ML;

/// <summary>The forward pass of a module for single rows: both outputs come of one call.</summary>
internal sealed class ModuleForward(TrainedModule module) : IRowForward
{
    private readonly float[] _features = new float[module.FeatureCount];
    private readonly float[] _reconstruction = new float[module.FeatureCount];

    public void Encode(in VBuffer<float> features, Span<float> hidden)
    {
        features.CopyTo(_features);
        module.Forward(_features, hidden, _reconstruction);
    }

    public void Decode(ReadOnlySpan<float> hidden, Span<float> reconstruction) => _reconstruction.CopyTo(reconstruction);
}
