using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace ToyModels;

/// <summary>
/// A toy model of superposition: n features pass through m hidden dimensions and come back, h = Wx, x' = f(Wᵀh + b), with f the
/// identity (<see cref="ToyModelKind.Linear"/>) or ReLU (<see cref="ToyModelKind.ReluOutput"/>); Elhage et al. 2022, "Problem setup".
/// Immutable and thread-safe. Two models are equal when form, sizes and the bits of all weights and biases are.
/// </summary>
/// <remarks>
/// Every number is one written-out chain of fused multiply-adds — h_k over features in order from 0, x'_j over hidden dimensions in
/// order from b_j — so a row alone, a row in a batch and a sparse row give the same bits, on any vector width. A sum h_k that is −0 counts as 0:
/// products too small for a Single end there, and a term 0·W would make 0 of it.
/// </remarks>
public sealed class ToyModel : IEquatable<ToyModel>
{
    private readonly float[] _weights;
    private readonly float[] _weightsByDimension;
    private readonly float[] _bias;

    /// <param name="kind">The forward pass.</param>
    /// <param name="hidden">Number of hidden dimensions m, at least 1.</param>
    /// <param name="weights">n·m weights, feature-major: W_i of feature i lies at [i·m, (i+1)·m). Finite.</param>
    /// <param name="bias">n biases of the output. Finite.</param>
    /// <exception cref="ArgumentException">Lengths do not fit, or a number is not finite.</exception>
    public ToyModel(ToyModelKind kind, int hidden, ReadOnlySpan<float> weights, ReadOnlySpan<float> bias)
    {
        Kind = Guard.Defined(kind);
        HiddenCount = Guard.AtLeast(hidden, 1);
        FeatureCount = Guard.AtLeast(bias.Length, 1, "bias.Length");
        Guard.Length(weights.Length, checked(FeatureCount * hidden), nameof(weights), $"{FeatureCount} features (the length of bias) times {hidden} hidden dimensions");
        RequireFinite(weights, nameof(weights));
        RequireFinite(bias, nameof(bias));
        _weights = weights.ToArray();
        _bias = bias.ToArray();
        _weightsByDimension = new float[_weights.Length];
        for (var i = 0; i < FeatureCount; i++)
        {
            for (var k = 0; k < hidden; k++)
            {
                _weightsByDimension[(k * FeatureCount) + i] = _weights[(i * hidden) + k];
            }
        }
    }

    /// <summary>The forward pass.</summary>
    public ToyModelKind Kind { get; }

    /// <summary>Number of features n.</summary>
    public int FeatureCount { get; }

    /// <summary>Number of hidden dimensions m.</summary>
    public int HiddenCount { get; }

    /// <summary>The n·m weights, feature-major: W_i lies at [i·m, (i+1)·m).</summary>
    public ReadOnlySpan<float> Weights => _weights;

    /// <summary>The same weights, dimension-major: row k of W, n values, lies at [k·n, (k+1)·n).</summary>
    public ReadOnlySpan<float> WeightsByDimension => _weightsByDimension;

    /// <summary>The n output biases.</summary>
    public ReadOnlySpan<float> Bias => _bias;

    /// <summary>The column W_i: the direction of a feature in the hidden space, m values.</summary>
    /// <param name="feature">From 0 to n−1.</param>
    public ReadOnlySpan<float> Direction(int feature) => _weights.AsSpan(feature * HiddenCount, HiddenCount);

    /// <summary>h = Wx for one row.</summary>
    /// <param name="features">x, n values.</param>
    /// <param name="hidden">Receives h, m values.</param>
    public void Encode(ReadOnlySpan<float> features, Span<float> hidden)
    {
        Guard.Length(features.Length, FeatureCount, nameof(features), "one for each feature");
        Guard.Length(hidden.Length, HiddenCount, nameof(hidden), "one for each hidden dimension");
        if (IsWide(HiddenCount))
        {
            RowKernels.Encode([], features, _weights, hidden);
            return;
        }

        hidden.Clear();
        for (var i = 0; i < features.Length; i++)
        {
            if (features[i] != 0)
            {
                Chain.MultiplyAdd(features[i], Direction(i), hidden);
            }
        }

        Chain.ClearSigns(hidden);
    }

    /// <summary>h = Wx for one sparse row.</summary>
    /// <param name="indices">Features that are present, in ascending order.</param>
    /// <param name="values">Their values, as many.</param>
    /// <param name="hidden">Receives h, m values.</param>
    /// <exception cref="ArgumentOutOfRangeException">An index is not that of a feature.</exception>
    public void Encode(ReadOnlySpan<int> indices, ReadOnlySpan<float> values, Span<float> hidden)
    {
        Guard.Length(values.Length, indices.Length, nameof(values), "one for each index");
        Guard.Length(hidden.Length, HiddenCount, nameof(hidden), "one for each hidden dimension");
        RequireFeatures(indices);
        if (IsWide(HiddenCount) && indices.Length > 0)
        {
            RowKernels.Encode(indices, values, _weights, hidden);
            return;
        }

        hidden.Clear();
        for (var e = 0; e < indices.Length; e++)
        {
            if (values[e] != 0)
            {
                Chain.MultiplyAdd(values[e], Direction(indices[e]), hidden);
            }
        }

        Chain.ClearSigns(hidden);
    }

    /// <summary>x' = f(Wᵀh + b) for one row.</summary>
    /// <param name="hidden">h, m values.</param>
    /// <param name="reconstruction">Receives x', n values.</param>
    public void Decode(ReadOnlySpan<float> hidden, Span<float> reconstruction)
    {
        Guard.Length(hidden.Length, HiddenCount, nameof(hidden), "one for each hidden dimension");
        Guard.Length(reconstruction.Length, FeatureCount, nameof(reconstruction), "one for each feature");
        if (IsWide(FeatureCount))
        {
            RowKernels.Decode(hidden, _weightsByDimension, _bias, Kind == ToyModelKind.ReluOutput, reconstruction);
            return;
        }

        _bias.CopyTo(reconstruction);
        for (var k = 0; k < hidden.Length; k++)
        {
            Chain.MultiplyAdd(hidden[k], _weightsByDimension.AsSpan(k * FeatureCount, FeatureCount), reconstruction);
        }

        if (Kind == ToyModelKind.ReluOutput)
        {
            Chain.Rectify(reconstruction);
        }
    }

    /// <summary>x' of x for one row.</summary>
    /// <param name="features">x, n values.</param>
    /// <param name="reconstruction">Receives x', n values.</param>
    public void Reconstruct(ReadOnlySpan<float> features, Span<float> reconstruction)
    {
        Span<float> hidden = HiddenCount <= 256 ? stackalloc float[HiddenCount] : new float[HiddenCount];
        Encode(features, hidden);
        Decode(hidden, reconstruction);
    }

    /// <inheritdoc/>
    public bool Equals(ToyModel? other) =>
        ReferenceEquals(this, other)
        || (other is not null && Kind == other.Kind && HiddenCount == other.HiddenCount && HaveSameBits(_weights, other._weights) && HaveSameBits(_bias, other._bias));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as ToyModel);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = default(HashCode);
        hash.Add(Kind);
        hash.Add(HiddenCount);
        hash.AddBytes(MemoryMarshal.AsBytes(_weights.AsSpan()));
        hash.AddBytes(MemoryMarshal.AsBytes(_bias.AsSpan()));
        return hash.ToHashCode();
    }

    private static bool HaveSameBits(float[] one, float[] other) => MemoryMarshal.AsBytes(one.AsSpan()).SequenceEqual(MemoryMarshal.AsBytes(other.AsSpan()));

    private void RequireFeatures(ReadOnlySpan<int> indices)
    {
        foreach (var index in indices)
        {
            if ((uint)index >= (uint)FeatureCount)
            {
                throw new ArgumentOutOfRangeException(nameof(indices), index, $"Features are numbered from 0 to {FeatureCount - 1}.");
            }
        }
    }

    internal static bool IsWide(int length) => Vector256.IsHardwareAccelerated && length >= RowKernels.Width;

    private static void RequireFinite(ReadOnlySpan<float> values, string name)
    {
        for (var i = 0; i < values.Length; i++)
        {
            if (!float.IsFinite(values[i]))
            {
                throw new ArgumentException($"{name}[{i}] is {values[i]}; weights and biases must be finite.", name);
            }
        }
    }
}
