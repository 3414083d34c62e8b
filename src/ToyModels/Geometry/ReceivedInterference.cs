namespace ToyModels;

/// <summary>
/// What each feature receives from the others in one row: Σ_{j≠i} W_i·W_j x_j, the part of its output W_i·h that is not its own share
/// ‖W_i‖² x_i; bias and ReLU come after (Elhage et al. 2022, "Problem setup": x' = ReLU(WᵀWx + b)). Serves one thread.
/// </summary>
/// <remarks>
/// Computed as Σ_k W_ki (h_k − x_i W_ki) in double, over features and over dimensions in order from 0, and rounded to single once, at the end: a
/// feature that is alone in its row receives exactly 0.
/// </remarks>
public sealed class ReceivedInterference
{
    private readonly ToyModel _model;
    private readonly double[] _hidden;

    /// <param name="model">The model.</param>
    public ReceivedInterference(ToyModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        _model = model;
        _hidden = new double[model.HiddenCount];
    }

    /// <summary>The interference in one row.</summary>
    /// <param name="features">x, n values.</param>
    /// <param name="interference">Receives n values.</param>
    /// <exception cref="ArgumentException">A length is not n.</exception>
    public void OfRow(ReadOnlySpan<float> features, Span<float> interference)
    {
        Guard.Length(features.Length, _model.FeatureCount, nameof(features), "one for each feature");
        Guard.Length(interference.Length, _model.FeatureCount, nameof(interference), "one for each feature");
        Array.Clear(_hidden);
        for (var i = 0; i < features.Length; i++)
        {
            AddToHidden(i, features[i]);
        }

        for (var i = 0; i < features.Length; i++)
        {
            interference[i] = Received(i, features[i]);
        }
    }

    /// <summary>The interference in one sparse row.</summary>
    /// <param name="indices">Features that are present, in ascending order.</param>
    /// <param name="values">Their values, as many.</param>
    /// <param name="interference">Receives n values.</param>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    public void OfRow(ReadOnlySpan<int> indices, ReadOnlySpan<float> values, Span<float> interference)
    {
        Guard.Length(values.Length, indices.Length, nameof(values), "one for each index");
        Guard.Length(interference.Length, _model.FeatureCount, nameof(interference), "one for each feature");
        Array.Clear(_hidden);
        for (var e = 0; e < indices.Length; e++)
        {
            AddToHidden(indices[e], values[e]);
        }

        var next = 0;
        for (var i = 0; i < interference.Length; i++)
        {
            var isPresent = next < indices.Length && indices[next] == i;
            interference[i] = Received(i, isPresent ? values[next++] : 0);
        }
    }

    private void AddToHidden(int feature, float value)
    {
        if (value != 0)
        {
            var direction = _model.Direction(feature);
            for (var k = 0; k < direction.Length; k++)
            {
                _hidden[k] += (double)value * direction[k];
            }
        }
    }

    private float Received(int feature, double value)
    {
        var direction = _model.Direction(feature);
        var sum = 0.0;
        for (var k = 0; k < direction.Length; k++)
        {
            sum += direction[k] * (_hidden[k] - (value * direction[k]));
        }

        return (float)sum;
    }
}
