using System.Runtime.CompilerServices;

namespace ToyModels;

/// <summary>
/// Models of up to six features and three hidden dimensions, the polygons and phase diagrams of the field: forward and backward pass of a
/// group of samples in one go, nothing but the rows read and the sums of gradients kept in memory. Mathematics as in
/// <see cref="ReferenceGradient"/>; samples in the sixteen lanes of <see cref="Lanes"/>, each pass of a narrower vector with sums of its own.
/// </summary>
internal sealed unsafe class SmallGradient<TSimd, TF, TI> : DenseEngine
    where TSimd : struct, ISimd<TF, TI>
    where TF : unmanaged
    where TI : unmanaged
{
    private readonly bool _isRelu;
    private readonly int _hidden;
    private readonly float[] _importances;
    private readonly PinnedBuffer _weights;
    private readonly PinnedBuffer _bias;
    private readonly PinnedBuffer _factor = new(SmallGradient.MostFeatures);
    private readonly float[] _weightGradient;
    private readonly float[] _biasGradient;

    // Sums of sixteen lanes each: n·m of the weight gradient, n of the bias gradient, n of the squared errors.
    private readonly PinnedBuffer _sums;
    private readonly EmptyRows _emptyRows;
    private readonly SparseSamples _samples = new();
    private int _emptyCount;

    internal SmallGradient(ToyModelKind kind, int features, int hidden, ReadOnlySpan<float> importances, int batch, EmptyRows emptyRows)
        : base(features, batch, matrixRows: 256)
    {
        _isRelu = kind == ToyModelKind.ReluOutput;
        _emptyRows = emptyRows;
        _hidden = hidden;
        _importances = importances.ToArray();
        _weights = new(features * hidden);
        _bias = new(features);
        _weightGradient = new float[features * hidden];
        _biasGradient = new float[features];
        _sums = new(((features * hidden) + (2 * features)) * Lanes.Count);
    }

    internal override ReadOnlySpan<float> WeightGradient => _weightGradient;

    internal override ReadOnlySpan<float> BiasGradient => _biasGradient;

    internal override void Begin(ReadOnlySpan<float> weights, ReadOnlySpan<float> bias)
    {
        weights.CopyTo(_weights.Span);
        bias.CopyTo(_bias.Span);
        Array.Clear(_weightGradient);
        Array.Clear(_biasGradient);
    }

    protected override int Fill(SampleReader reader, PinnedBuffer chunk, int rows, out int kept)
    {
        int read;
        if (_emptyRows == EmptyRows.NeverRead)
        {
            for (var i = 0; i < Features; i++)
            {
                chunk.Span.Slice(i * Stride, Lanes.RoundUp(_samples.ActiveRows)).Clear();
            }

            read = reader.ReadSparse(_samples, rows, Features);
            kept = _samples.ActiveRows;
            fixed (int* ends = _samples.Starts, features = _samples.Features)
            {
                fixed (float* values = _samples.Values)
                {
                    Place(ends + 1, kept, features, values, chunk.Pointer, Stride);
                }
            }
        }
        else
        {
            read = base.Fill(reader, chunk, rows, out kept);
            if (_emptyRows == EmptyRows.TakenOut)
            {
                kept = NonEmptyRows.Gather(chunk.Pointer, Features, kept, Stride);
            }
        }

        _emptyCount = read - kept;
        return read;
    }

    /// <summary>Puts non-zeros into a matrix of zeros.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Place(int* ends, nint rows, int* features, float* values, float* matrix, nint stride)
    {
        nint e = 0;
        for (nint row = 0; row < rows; row++)
        {
            do
            {
                matrix[(features[e] * stride) + row] = values[e];
                e++;
            }
            while (e < ends[row]);
        }
    }

    protected override void Accumulate(PinnedBuffer chunk, int rows, float scale, ref double loss) =>
        loss += Sum<On>(chunk.Pointer, rows, scale);

    protected override void AddLoss(PinnedBuffer chunk, int rows, ref double loss) => loss += Sum<Off>(chunk.Pointer, rows, 0.5f);

    private double Sum<TBackward>(float* x, int rows, float scale)
        where TBackward : struct, ISwitch
    {
        SetFactors(_factor, _importances, scale);

        // The last group may be short: its other lanes would answer b to x = 0, so it goes through a mask of its own.
        _sums.Span.Clear();
        var whole = rows & -Lanes.Count;
        Groups<TBackward, Off>(x, 0, whole, rows);
        if (whole < rows)
        {
            Groups<TBackward, On>(x, whole, Lanes.RoundUp(rows), rows);
        }

        var sum = _sums.Pointer;
        for (var i = 0; i < _weightGradient.Length; i++, sum += Lanes.Count)
        {
            _weightGradient[i] += Lanes.Sum(sum);
        }

        for (var j = 0; j < Features; j++, sum += Lanes.Count)
        {
            _biasGradient[j] += Lanes.Sum(sum);
        }

        // Rows of zeros all have the output b, and the target 0.
        var loss = 0.0;
        for (var j = 0; j < Features; j++, sum += Lanes.Count)
        {
            var o = _isRelu ? MathF.Max(_bias.Pointer[j], 0) : _bias.Pointer[j];
            var d = _factor.Pointer[j] * o;
            _biasGradient[j] += _emptyCount * d;
            loss += Lanes.Sum(sum) + (_emptyCount * (d * o));
        }

        return loss / (2 * scale);
    }

    private void Groups<TBackward, TMasked>(float* x, int first, int end, int rows)
        where TBackward : struct, ISwitch
        where TMasked : struct, ISwitch
    {
        switch (_hidden)
        {
            case 1:
                Groups<One, TBackward, TMasked>(x, first, end, rows);
                break;
            case 2:
                Groups<Two, TBackward, TMasked>(x, first, end, rows);
                break;
            default:
                Groups<Three, TBackward, TMasked>(x, first, end, rows);
                break;
        }
    }

    private void Groups<THidden, TBackward, TMasked>(float* x, int first, int end, int rows)
        where THidden : struct, ICount
        where TBackward : struct, ISwitch
        where TMasked : struct, ISwitch
    {
        switch (Features)
        {
            case 1:
                Groups<One, THidden, TBackward, TMasked>(x, first, end, rows);
                break;
            case 2:
                Groups<Two, THidden, TBackward, TMasked>(x, first, end, rows);
                break;
            case 3:
                Groups<Three, THidden, TBackward, TMasked>(x, first, end, rows);
                break;
            case 4:
                Groups<Four, THidden, TBackward, TMasked>(x, first, end, rows);
                break;
            case 5:
                Groups<Five, THidden, TBackward, TMasked>(x, first, end, rows);
                break;
            default:
                Groups<Six, THidden, TBackward, TMasked>(x, first, end, rows);
                break;
        }
    }

    private void Groups<TFeatures, THidden, TBackward, TMasked>(float* x, int first, int end, int rows)
        where TFeatures : struct, ICount
        where THidden : struct, ICount
        where TBackward : struct, ISwitch
        where TMasked : struct, ISwitch
    {
        if (TFeatures.Value == 2 && THidden.Value == 1)
        {
            if (_isRelu)
            {
                Pairs<On, TBackward, TMasked>(x, first, end, rows, Stride, _weights.Pointer, _bias.Pointer, _factor.Pointer, _sums.Pointer);
            }
            else
            {
                Pairs<Off, TBackward, TMasked>(x, first, end, rows, Stride, _weights.Pointer, _bias.Pointer, _factor.Pointer, _sums.Pointer);
            }
        }
        else if (_isRelu)
        {
            Groups<TFeatures, THidden, On, TBackward, TMasked>(x, first, end, rows, Stride, _weights.Pointer, _bias.Pointer, _factor.Pointer, _sums.Pointer);
        }
        else
        {
            Groups<TFeatures, THidden, Off, TBackward, TMasked>(x, first, end, rows, Stride, _weights.Pointer, _bias.Pointer, _factor.Pointer, _sums.Pointer);
        }
    }

    /// <summary>
    /// Two features in one dimension, the cells of phase diagrams: sums stay in registers while all groups pass, and those over errors
    /// are multiplied by the factors at the end.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Pairs<TRelu, TBackward, TMasked>(float* x, int first, int end, int rows, nint stride, float* w, float* bias, float* factor, float* sums)
        where TRelu : struct, ISwitch
        where TBackward : struct, ISwitch
        where TMasked : struct, ISwitch
    {
        var mask = stackalloc float[Lanes.Count];
        if (TMasked.IsOn)
        {
            Lanes.Mask(mask, rows - first);
        }

        TF w0 = TSimd.Splat(w[0]), w1 = TSimd.Splat(w[1]), b0 = TSimd.Splat(bias[0]), b1 = TSimd.Splat(bias[1]);
        TF f0 = TSimd.Splat(factor[0]), f1 = TSimd.Splat(factor[1]);
        TF wf0 = TSimd.Multiply(w0, f0), wf1 = TSimd.Multiply(w1, f1);
        for (var pass = 0; pass < Lanes.Count; pass += TSimd.Width)
        {
            // Σ d, Σ d², Σ d h and Σ x ∂h of both features, d without its factor.
            TF d0Sum = default, d1Sum = default, loss0 = default, loss1 = default;
            TF dh0Sum = default, dh1Sum = default, xdh0Sum = default, xdh1Sum = default;
            var shown = TMasked.IsOn ? TSimd.Load(mask + pass) : default;
            float* row0 = x + pass, row1 = row0 + stride;
            for (nint s = first; s < end; s += Lanes.Count)
            {
                TF x0 = TSimd.Load(row0 + s), x1 = TSimd.Load(row1 + s);
                var h = TSimd.MultiplyAdd(w1, x1, TSimd.Multiply(w0, x0));
                TF o0 = TSimd.MultiplyAdd(w0, h, b0), o1 = TSimd.MultiplyAdd(w1, h, b1);
                if (TMasked.IsOn)
                {
                    (o0, o1) = (TSimd.WherePositive(shown, o0), TSimd.WherePositive(shown, o1));
                }

                var d0 = Errors<TSimd, TF, TI>.Plain<TRelu>(o0, x0, ref loss0);
                var d1 = Errors<TSimd, TF, TI>.Plain<TRelu>(o1, x1, ref loss1);
                if (TBackward.IsOn)
                {
                    (d0Sum, d1Sum) = (TSimd.Add(d0Sum, d0), TSimd.Add(d1Sum, d1));
                    (dh0Sum, dh1Sum) = (TSimd.MultiplyAdd(d0, h, dh0Sum), TSimd.MultiplyAdd(d1, h, dh1Sum));
                    var dh = TSimd.MultiplyAdd(wf1, d1, TSimd.Multiply(wf0, d0));
                    (xdh0Sum, xdh1Sum) = (TSimd.MultiplyAdd(x0, dh, xdh0Sum), TSimd.MultiplyAdd(x1, dh, xdh1Sum));
                }
            }

            var sum = sums + pass;
            Add(TSimd.MultiplyAdd(f0, dh0Sum, xdh0Sum), sum);
            Add(TSimd.MultiplyAdd(f1, dh1Sum, xdh1Sum), sum + Lanes.Count);
            Add(TSimd.Multiply(f0, d0Sum), sum + (2 * Lanes.Count));
            Add(TSimd.Multiply(f1, d1Sum), sum + (3 * Lanes.Count));
            Add(TSimd.Multiply(f0, loss0), sum + (4 * Lanes.Count));
            Add(TSimd.Multiply(f1, loss1), sum + (5 * Lanes.Count));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(TF value, float* sum) => TSimd.Store(TSimd.Add(TSimd.Load(sum), value), sum);

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Groups<TFeatures, THidden, TRelu, TBackward, TMasked>(
        float* x, int first, int end, int rows, nint stride, float* w, float* bias, float* factor, float* sums)
        where TFeatures : struct, ICount
        where THidden : struct, ICount
        where TRelu : struct, ISwitch
        where TBackward : struct, ISwitch
        where TMasked : struct, ISwitch
    {
        var mask = stackalloc float[Lanes.Count];
        if (TMasked.IsOn)
        {
            Lanes.Mask(mask, rows - first);
        }

        for (var s = first; s < end; s += Lanes.Count)
        {
            for (var pass = 0; pass < Lanes.Count; pass += TSimd.Width)
            {
                var row = x + s + pass;
                TF x0 = TSimd.Load(row), x1 = default, x2 = default, x3 = default, x4 = default, x5 = default;
                if (TFeatures.Value > 1)
                {
                    x1 = TSimd.Load(row + stride);
                }

                if (TFeatures.Value > 2)
                {
                    x2 = TSimd.Load(row + (2 * stride));
                }

                if (TFeatures.Value > 3)
                {
                    x3 = TSimd.Load(row + (3 * stride));
                }

                if (TFeatures.Value > 4)
                {
                    x4 = TSimd.Load(row + (4 * stride));
                }

                if (TFeatures.Value > 5)
                {
                    x5 = TSimd.Load(row + (5 * stride));
                }

                TF h0 = OverFeatures<TFeatures, THidden>(w, x0, x1, x2, x3, x4, x5), h1 = default, h2 = default;
                if (THidden.Value > 1)
                {
                    h1 = OverFeatures<TFeatures, THidden>(w + 1, x0, x1, x2, x3, x4, x5);
                }

                if (THidden.Value > 2)
                {
                    h2 = OverFeatures<TFeatures, THidden>(w + 2, x0, x1, x2, x3, x4, x5);
                }

                var lanes = sums + (TFeatures.Value * THidden.Value * Lanes.Count) + pass;
                var shown = TMasked.IsOn ? TSimd.Load(mask + pass) : default;
                TF d0 = Output<TFeatures, THidden, TRelu, TMasked>(0, w, bias, factor, h0, h1, h2, x0, shown, lanes), d1 = default, d2 = default, d3 = default, d4 = default, d5 = default;
                if (TFeatures.Value > 1)
                {
                    d1 = Output<TFeatures, THidden, TRelu, TMasked>(1, w, bias, factor, h0, h1, h2, x1, shown, lanes);
                }

                if (TFeatures.Value > 2)
                {
                    d2 = Output<TFeatures, THidden, TRelu, TMasked>(2, w, bias, factor, h0, h1, h2, x2, shown, lanes);
                }

                if (TFeatures.Value > 3)
                {
                    d3 = Output<TFeatures, THidden, TRelu, TMasked>(3, w, bias, factor, h0, h1, h2, x3, shown, lanes);
                }

                if (TFeatures.Value > 4)
                {
                    d4 = Output<TFeatures, THidden, TRelu, TMasked>(4, w, bias, factor, h0, h1, h2, x4, shown, lanes);
                }

                if (TFeatures.Value > 5)
                {
                    d5 = Output<TFeatures, THidden, TRelu, TMasked>(5, w, bias, factor, h0, h1, h2, x5, shown, lanes);
                }

                if (TBackward.IsOn)
                {
                    Backward<TFeatures, THidden>(0, w, h0, x0, x1, x2, x3, x4, x5, d0, d1, d2, d3, d4, d5, sums + pass);
                    if (THidden.Value > 1)
                    {
                        Backward<TFeatures, THidden>(1, w, h1, x0, x1, x2, x3, x4, x5, d0, d1, d2, d3, d4, d5, sums + pass);
                    }

                    if (THidden.Value > 2)
                    {
                        Backward<TFeatures, THidden>(2, w, h2, x0, x1, x2, x3, x4, x5, d0, d1, d2, d3, d4, d5, sums + pass);
                    }
                }
            }
        }
    }

    /// <summary>Σ_i w[i·m] v_i: h_k of a row x, ∂L/∂h_k of a row d.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TF OverFeatures<TFeatures, THidden>(float* w, TF v0, TF v1, TF v2, TF v3, TF v4, TF v5)
        where TFeatures : struct, ICount
        where THidden : struct, ICount
    {
        var sum = TSimd.MultiplyAdd(TSimd.Splat(w[0]), v0, default);
        if (TFeatures.Value > 1)
        {
            sum = TSimd.MultiplyAdd(TSimd.Splat(w[THidden.Value]), v1, sum);
        }

        if (TFeatures.Value > 2)
        {
            sum = TSimd.MultiplyAdd(TSimd.Splat(w[2 * THidden.Value]), v2, sum);
        }

        if (TFeatures.Value > 3)
        {
            sum = TSimd.MultiplyAdd(TSimd.Splat(w[3 * THidden.Value]), v3, sum);
        }

        if (TFeatures.Value > 4)
        {
            sum = TSimd.MultiplyAdd(TSimd.Splat(w[4 * THidden.Value]), v4, sum);
        }

        if (TFeatures.Value > 5)
        {
            sum = TSimd.MultiplyAdd(TSimd.Splat(w[5 * THidden.Value]), v5, sum);
        }

        return sum;
    }

    /// <summary>d_j of a row, and its sums for bias and loss.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TF Output<TFeatures, THidden, TRelu, TMasked>(
        int j, float* w, float* bias, float* factor, TF h0, TF h1, TF h2, TF x, TF shown, float* lanes)
        where TFeatures : struct, ICount
        where THidden : struct, ICount
        where TRelu : struct, ISwitch
        where TMasked : struct, ISwitch
    {
        var o = TSimd.MultiplyAdd(TSimd.Splat(w[j * THidden.Value]), h0, TSimd.Splat(bias[j]));
        if (THidden.Value > 1)
        {
            o = TSimd.MultiplyAdd(TSimd.Splat(w[(j * THidden.Value) + 1]), h1, o);
        }

        if (THidden.Value > 2)
        {
            o = TSimd.MultiplyAdd(TSimd.Splat(w[(j * THidden.Value) + 2]), h2, o);
        }

        if (TMasked.IsOn)
        {
            // An output of 0 against a target of 0: no error, and a ReLU that is off.
            o = TSimd.WherePositive(shown, o);
        }

        var biasSum = lanes + (j * Lanes.Count);
        var lossSum = lanes + ((TFeatures.Value + j) * Lanes.Count);
        var loss = TSimd.Load(lossSum);
        var d = Errors<TSimd, TF, TI>.Step<TRelu>(o, x, TSimd.Splat(factor[j]), ref loss);
        TSimd.Store(loss, lossSum);
        TSimd.Store(TSimd.Add(TSimd.Load(biasSum), d), biasSum);
        return d;
    }

    /// <summary>∂W_jk += d_j h_k + x_j ∂L/∂h_k for one k and all j.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Backward<TFeatures, THidden>(
        int k, float* w, TF h, TF x0, TF x1, TF x2, TF x3, TF x4, TF x5, TF d0, TF d1, TF d2, TF d3, TF d4, TF d5, float* lanes)
        where TFeatures : struct, ICount
        where THidden : struct, ICount
    {
        var dh = OverFeatures<TFeatures, THidden>(w + k, d0, d1, d2, d3, d4, d5);
        Add<THidden>(0, k, x0, d0, h, dh, lanes);
        if (TFeatures.Value > 1)
        {
            Add<THidden>(1, k, x1, d1, h, dh, lanes);
        }

        if (TFeatures.Value > 2)
        {
            Add<THidden>(2, k, x2, d2, h, dh, lanes);
        }

        if (TFeatures.Value > 3)
        {
            Add<THidden>(3, k, x3, d3, h, dh, lanes);
        }

        if (TFeatures.Value > 4)
        {
            Add<THidden>(4, k, x4, d4, h, dh, lanes);
        }

        if (TFeatures.Value > 5)
        {
            Add<THidden>(5, k, x5, d5, h, dh, lanes);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add<THidden>(int j, int k, TF x, TF d, TF h, TF dh, float* lanes)
        where THidden : struct, ICount
    {
        var sum = lanes + (((j * THidden.Value) + k) * Lanes.Count);
        TSimd.Store(TSimd.MultiplyAdd(x, dh, TSimd.MultiplyAdd(d, h, TSimd.Load(sum))), sum);
    }
}

/// <summary>What becomes of rows without a non-zero, which all have the output b. However few are computed, no more than rounding differs.</summary>
internal enum EmptyRows
{
    /// <summary>They go the way of all rows: the best where there are few.</summary>
    Computed,

    /// <summary>They are taken out of the rows read, and counted.</summary>
    TakenOut,

    /// <summary>Rows are read by their non-zeros, so that those without any are but counted.</summary>
    NeverRead,
}

/// <summary>What fits into the kernels for small models.</summary>
internal static class SmallGradient
{
    /// <summary>The most features.</summary>
    internal const int MostFeatures = 6;

    /// <summary>The most hidden dimensions.</summary>
    internal const int MostHidden = 3;

    /// <summary>Whether a model is small enough.</summary>
    internal static bool Fits(int features, int hidden) => features <= MostFeatures && hidden <= MostHidden;
}
