using System.Runtime.CompilerServices;

namespace ToyModels;

/// <summary>
/// The fast implementation: every sample computed densely, feature-major, in single precision. Mathematics as in
/// <see cref="ReferenceGradient"/>; products and their layout as in <see cref="DenseKernels{TSimd, TF, TI}"/>.
/// </summary>
internal sealed unsafe class DenseGradient<TSimd, TF, TI> : DenseEngine
    where TSimd : struct, ISimd<TF, TI>
    where TF : unmanaged
    where TI : unmanaged
{
    private readonly bool _isRelu;
    private readonly int _hidden;
    private readonly float[] _importances;
    private readonly PinnedBuffer _weights;
    private readonly PinnedBuffer _weightsByDimension;
    private readonly PinnedBuffer _bias;
    private readonly PinnedBuffer _weightGradient;
    private readonly PinnedBuffer _biasGradient;
    private readonly PinnedBuffer _h;
    private readonly PinnedBuffer _dh;
    private readonly PinnedBuffer _d;

    internal DenseGradient(ToyModelKind kind, int features, int hidden, ReadOnlySpan<float> importances, int batch)
        : base(features, batch)
    {
        _isRelu = kind == ToyModelKind.ReluOutput;
        _hidden = hidden;
        _importances = importances.ToArray();
        _weights = new((long)features * hidden);
        _weightsByDimension = new((long)features * hidden);
        _weightGradient = new((long)features * hidden);
        _bias = new(features);
        _biasGradient = new(features);
        _h = new((long)hidden * Stride);
        _dh = new((long)hidden * Stride);
        _d = new((long)features * Stride);
    }

    internal override ReadOnlySpan<float> WeightGradient => _weightGradient.Span;

    internal override ReadOnlySpan<float> BiasGradient => _biasGradient.Span;

    internal override void Begin(ReadOnlySpan<float> weights, ReadOnlySpan<float> bias)
    {
        weights.CopyTo(_weights.Span);
        bias.CopyTo(_bias.Span);
        for (var i = 0; i < Features; i++)
        {
            for (var k = 0; k < _hidden; k++)
            {
                _weightsByDimension.Pointer[(k * Features) + i] = _weights.Pointer[(i * _hidden) + k];
            }
        }

        _weightGradient.Span.Clear();
        _biasGradient.Span.Clear();
    }

    protected override double Accumulate(PinnedBuffer chunk, int rows, float scale)
    {
        var x = chunk.Pointer;
        var width = Lanes.RoundUp(rows);
        Forward(x, width);
        var loss = OutputErrors(x, rows, scale);
        DenseKernels<TSimd, TF, TI>.Product(_weights.Pointer, _hidden, _hidden, Features, _d.Pointer, Stride, null, _dh.Pointer, Stride, width);
        DenseKernels<TSimd, TF, TI>.AddOuter(
            _d.Pointer, _h.Pointer, x, _dh.Pointer, _weightGradient.Pointer, Features, _hidden, width, Stride);
        return loss;
    }

    protected override double Loss(PinnedBuffer chunk, int rows)
    {
        Forward(chunk.Pointer, Lanes.RoundUp(rows));
        return OutputErrors(chunk.Pointer, rows, 0);
    }

    private void Forward(float* x, int width)
    {
        DenseKernels<TSimd, TF, TI>.Product(_weights.Pointer, _hidden, _hidden, Features, x, Stride, null, _h.Pointer, Stride, width);
        DenseKernels<TSimd, TF, TI>.Product(
            _weightsByDimension.Pointer, Features, Features, _hidden, _h.Pointer, Stride, _bias.Pointer, _d.Pointer, Stride, width);
    }

    private double OutputErrors(float* x, int rows, float scale) => _isRelu ? OutputErrors<On>(x, rows, scale) : OutputErrors<Off>(x, rows, scale);

    /// <summary>Turns the outputs o into ∂L/∂o = 2 I_j (x' − x), 0 where a ReLU is off, and adds the bias gradient.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private double OutputErrors<TRelu>(float* x, int rows, float scale)
        where TRelu : struct, ISwitch
    {
        var lossLanes = stackalloc float[Lanes.Count];
        var biasLanes = stackalloc float[Lanes.Count];
        var width = Lanes.RoundUp(rows);
        var loss = 0.0;
        for (var j = 0; j < Features; j++)
        {
            var output = _d.Pointer + ((nint)j * Stride);
            var target = x + ((nint)j * Stride);
            if (rows < width)
            {
                // Beyond the last row, x' = x = 0 and a ReLU that is off: no error and no gradient.
                new Span<float>(output + rows, width - rows).Clear();
            }

            var factor = TSimd.Splat(2 * _importances[j] * scale);
            for (var pass = 0; pass < Lanes.Count; pass += TSimd.Width)
            {
                TF lossSum = default, biasSum = default;
                for (nint s = pass; s < width; s += Lanes.Count)
                {
                    var d = Errors<TSimd, TF, TI>.Step<TRelu>(TSimd.Load(output + s), TSimd.Load(target + s), factor, ref lossSum);
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
