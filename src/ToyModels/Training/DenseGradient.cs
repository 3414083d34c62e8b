using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ToyModels;

/// <summary>
/// The fast implementation: every sample computed densely, feature-major, in single precision. Mathematics as in
/// <see cref="ReferenceGradient"/>; products and their layout as in <see cref="DenseKernels{TSimd, TF, TI}"/>.
/// </summary>
internal sealed unsafe class DenseGradient<TSimd, TF, TI> : GradientEngine
    where TSimd : struct, ISimd<TF, TI>
    where TF : unmanaged
    where TI : unmanaged
{
    private readonly bool _isRelu;
    private readonly int _features;
    private readonly int _hidden;
    private readonly float[] _importances;
    private readonly PinnedBuffer _weights;
    private readonly PinnedBuffer _weightsByDimension;
    private readonly PinnedBuffer _bias;
    private readonly PinnedBuffer _weightGradient;
    private readonly PinnedBuffer _biasGradient;
    private PinnedBuffer _h = new(0);
    private PinnedBuffer _dh = new(0);
    private PinnedBuffer _d = new(0);

    internal DenseGradient(ToyModelKind kind, int features, int hidden, ReadOnlySpan<float> importances)
    {
        _isRelu = kind == ToyModelKind.ReluOutput;
        _features = features;
        _hidden = hidden;
        _importances = importances.ToArray();
        _weights = new((long)features * hidden);
        _weightsByDimension = new((long)features * hidden);
        _weightGradient = new((long)features * hidden);
        _bias = new(features);
        _biasGradient = new(features);
    }

    internal override ReadOnlySpan<float> WeightGradient => _weightGradient.Span;

    internal override ReadOnlySpan<float> BiasGradient => _biasGradient.Span;

    internal override void Begin(ReadOnlySpan<float> weights, ReadOnlySpan<float> bias)
    {
        weights.CopyTo(_weights.Span);
        bias.CopyTo(_bias.Span);
        for (var i = 0; i < _features; i++)
        {
            for (var k = 0; k < _hidden; k++)
            {
                _weightsByDimension.Pointer[(k * _features) + i] = _weights.Pointer[(i * _hidden) + k];
            }
        }

        _weightGradient.Span.Clear();
        _biasGradient.Span.Clear();
    }

    internal override double Accumulate(ReadOnlySpan<float> samples, int count, int stride, float scale)
    {
        var width = Lanes.RoundUp(count);
        fixed (float* x = samples)
        {
            Forward(x, width, stride);
            var loss = Errors(x, count, stride, scale);
            DenseKernels<TSimd, TF, TI>.Product(_weights.Pointer, _hidden, _features, _d.Pointer, null, _dh.Pointer, width, stride);
            DenseKernels<TSimd, TF, TI>.AddOuter(
                _d.Pointer, _h.Pointer, x, _dh.Pointer, _weightGradient.Pointer, _features, _hidden, width, stride);
            return loss;
        }
    }

    internal override double Loss(ReadOnlySpan<float> samples, int count, int stride)
    {
        fixed (float* x = samples)
        {
            Forward(x, Lanes.RoundUp(count), stride);
            return Errors(x, count, stride, 0);
        }
    }

    private void Forward(float* x, int width, int stride)
    {
        if (_d.Length < (long)_features * stride)
        {
            _h = new((long)_hidden * stride);
            _dh = new((long)_hidden * stride);
            _d = new((long)_features * stride);
        }

        DenseKernels<TSimd, TF, TI>.Product(_weights.Pointer, _hidden, _features, x, null, _h.Pointer, width, stride);
        DenseKernels<TSimd, TF, TI>.Product(_weightsByDimension.Pointer, _features, _hidden, _h.Pointer, _bias.Pointer, _d.Pointer, width, stride);
    }

    private double Errors(float* x, int count, int stride, float scale) =>
        _isRelu ? Errors<On>(x, count, stride, scale) : Errors<Off>(x, count, stride, scale);

    /// <summary>Turns the outputs o into ∂L/∂o = 2 I_j (x' − x), 0 where a ReLU is off, and adds the bias gradient.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private double Errors<TRelu>(float* x, int count, int stride, float scale)
        where TRelu : struct, ISwitch
    {
        var lossLanes = stackalloc float[Lanes.Count];
        var biasLanes = stackalloc float[Lanes.Count];
        var width = Lanes.RoundUp(count);
        var loss = 0.0;
        for (var j = 0; j < _features; j++)
        {
            var output = _d.Pointer + ((nint)j * stride);
            var target = x + ((nint)j * stride);
            if (count < width)
            {
                // Beyond the last sample, x' = x = 0 and a ReLU that is off: no error and no gradient.
                new Span<float>(output + count, width - count).Clear();
            }

            var factor = TSimd.Splat(2 * _importances[j] * scale);
            for (var pass = 0; pass < Lanes.Count; pass += TSimd.Width)
            {
                TF lossSum = default, biasSum = default;
                for (nint s = pass; s < width; s += Lanes.Count)
                {
                    var o = TSimd.Load(output + s);
                    var error = TSimd.Subtract(TRelu.IsOn ? TSimd.WherePositive(o, o) : o, TSimd.Load(target + s));
                    lossSum = TSimd.MultiplyAdd(error, error, lossSum);
                    var d = TSimd.Multiply(factor, TRelu.IsOn ? TSimd.WherePositive(o, error) : error);
                    biasSum = TSimd.Add(biasSum, d);
                    TSimd.Store(d, output + s);
                }

                TSimd.Store(lossSum, lossLanes + pass);
                TSimd.Store(biasSum, biasLanes + pass);
            }

            _biasGradient.Pointer[j] += Lanes.Sum(biasLanes);
            loss += (double)_importances[j] * Lanes.Sum(lossLanes);
        }

        return loss;
    }
}

/// <summary>Chooses the engine for the hardware; the bits are the same on all.</summary>
internal static class DenseGradient
{
    internal static GradientEngine Create(ToyModelKind kind, int features, int hidden, ReadOnlySpan<float> importances) =>
        Vector512.IsHardwareAccelerated ? new DenseGradient<Simd512, Vector512<float>, Vector512<int>>(kind, features, hidden, importances)
        : Vector256.IsHardwareAccelerated ? new DenseGradient<Simd256, Vector256<float>, Vector256<int>>(kind, features, hidden, importances)
        : new DenseGradient<Simd128, Vector128<float>, Vector128<int>>(kind, features, hidden, importances);
}
