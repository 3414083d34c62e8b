using System.Runtime.CompilerServices;

namespace ToyModels;

/// <summary>
/// Models of up to six features and three hidden dimensions, the polygons and phase diagrams of the field: forward and backward pass of a
/// group of samples in one go, nothing but the rows read and the sums of gradients kept in memory. Mathematics as in
/// <see cref="ReferenceGradient"/>; samples in the sixteen lanes of <see cref="Lanes"/>, each pass of a narrower vector with sums of its own.
/// <para>
/// With few rows a step is one chain, from the weights through sums and optimiser to the weights, of numbers that fit one vector or two. They pass from part to
/// part in whole vectors: what was stored in pieces and is loaded as one would have to reach the cache first.
/// </para>
/// </summary>
internal sealed unsafe class SmallGradient<TSimd, TF, TI> : DenseEngine
    where TSimd : struct, ISimd<TF, TI>
    where TF : unmanaged
    where TI : unmanaged
{
    private readonly bool _isRelu;
    private readonly bool _leavesEmptyRowsOut;
    private readonly bool _isPair;
    private readonly int _hidden;
    private readonly float[] _importances;
    private float _scale = float.NaN;

    // Factors where _parameters has biases, and zeros elsewhere; all bits set behind the last parameter, none elsewhere.
    private readonly PinnedBuffer _factors;
    private readonly PinnedBuffer _behind;

    // W, then b, as the caller has them.
    private PinnedBuffer? _own;
    private PinnedBuffer? _parameters;

    // W, b, then factors, each in all sixteen lanes: products take them from there as they are. Two features need none of it.
    private readonly PinnedBuffer _lanes;

    // Sixteen lanes each of ∂L/∂W, ∂L/∂b of a chunk, then of Σ factor·(x' − x)²; the lanes joined; and ∂L/∂W, ∂L/∂b of the batch.
    private readonly PinnedBuffer _sums;
    private readonly PinnedBuffer _joined;
    private readonly PinnedBuffer _gradient;
    private bool _isFirst;
    private int _emptyCount;

    /// <param name="kind">The model.</param>
    /// <param name="features">Number of features n.</param>
    /// <param name="hidden">Hidden dimensions m.</param>
    /// <param name="importances">n importances.</param>
    /// <param name="batch">Rows a step.</param>
    /// <param name="leavesEmptyRowsOut">Whether rows without a non-zero, which all have the output b, are but counted. No more than rounding differs.</param>
    internal SmallGradient(ToyModelKind kind, int features, int hidden, ReadOnlySpan<float> importances, int batch, bool leavesEmptyRowsOut)
        : base(features, batch, matrixRows: 256)
    {
        _isRelu = kind == ToyModelKind.ReluOutput;
        _leavesEmptyRowsOut = leavesEmptyRowsOut;
        _isPair = features == 2 && hidden == 1;
        _hidden = hidden;
        _importances = importances.ToArray();
        _gradient = new(Lanes.RoundUp(features * (hidden + 1)));
        _factors = new(_gradient.Length);
        _behind = new(_gradient.Length);
        _behind.Span[(features * (hidden + 1))..].Fill(BitConverter.Int32BitsToSingle(-1));
        _joined = new(Lanes.RoundUp(features * (hidden + 2)));
        _sums = new(_joined.Length * Lanes.Count);
        _lanes = new(_isPair ? 0 : _sums.Length);
    }

    internal override ReadOnlySpan<float> WeightGradient => _gradient.Span[..(Features * _hidden)];

    internal override ReadOnlySpan<float> BiasGradient => _gradient.Span.Slice(Features * _hidden, Features);

    internal override PinnedBuffer? Gradient => _gradient;

    private int ParameterCount => Features * (_hidden + 1);

    internal override void Begin(ReadOnlySpan<float> weights, ReadOnlySpan<float> bias)
    {
        _own ??= new PinnedBuffer(_gradient.Length);
        weights.CopyTo(_own.Span);
        bias.CopyTo(_own.Span[weights.Length..]);
        BeginInPlace(_own);
    }

    internal override void BeginInPlace(PinnedBuffer parameters)
    {
        if (_parameters != parameters)
        {
            _parameters = parameters;
        }

        _isFirst = true;
        if (!_isPair)
        {
            Spread(parameters.Pointer, ParameterCount, _lanes.Pointer);
        }
    }

    protected override int Fill(SampleReader reader, PinnedBuffer chunk, int rows, out int kept)
    {
        int read;
        if (_leavesEmptyRowsOut)
        {
            read = reader.ReadNonEmpty(chunk, Features, rows, Stride, out kept);
            ClearBehind(chunk.Pointer, Features, kept, Stride);
        }
        else
        {
            read = base.Fill(reader, chunk, rows, out kept);
        }

        // Lanes behind the last row go the way of an empty row, which then is one less to count: the number may be negative.
        _emptyCount = read - Lanes.RoundUp(kept);
        return read;
    }

    protected override void Accumulate(PinnedBuffer chunk, int rows, float scale, ref double loss) => loss += Sum<On>(chunk.Pointer, rows, scale);

    protected override void AddLoss(PinnedBuffer chunk, int rows, ref double loss) => loss += Sum<Off>(chunk.Pointer, rows, 0.5f);

    private double Sum<TBackward>(float* x, int rows, float scale)
        where TBackward : struct, ISwitch
    {
        if (scale != _scale)
        {
            SetScale(scale);
        }

        if (_isPair)
        {
            Pairs<TBackward>(x, Lanes.RoundUp(rows));
        }
        else
        {
            Clear(_sums.Pointer, _sums.Length);
            Groups<TBackward>(x, Lanes.RoundUp(rows));
        }

        Lanes.SetSums(_sums.Pointer, _joined.Pointer, Features * (_hidden + 2));
        if (TBackward.IsOn)
        {
            AddSums();
        }

        // Rows of zeros all have the output b, and the target 0.
        float* bias = _parameters!.Pointer + (Features * _hidden), factors = _factors.Pointer + (Features * _hidden), losses = _joined.Pointer + ParameterCount;
        var loss = 0.0;
        for (var j = 0; j < Features; j++)
        {
            var o = _isRelu ? MathF.Max(bias[j], 0) : bias[j];
            loss += losses[j] + (_emptyCount * (factors[j] * o * o));
        }

        return loss / (2 * scale);
    }

    private void SetScale(float scale)
    {
        _scale = scale;
        var factors = _factors.Span[(Features * _hidden)..];
        SetFactors(factors, _importances, scale);
        if (!_isPair)
        {
            Spread(_factors.Pointer + (Features * _hidden), Features, _lanes.Pointer + (ParameterCount * Lanes.Count));
        }
    }

    /// <summary>Adds the sums of a chunk to the gradient, and those of its empty rows: the output b, the target 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void AddSums()
    {
        float* gradient = _gradient.Pointer, parameters = _parameters!.Pointer, factors = _factors.Pointer, behind = _behind.Pointer, sums = _joined.Pointer;
        var emptyCount = TSimd.Splat((float)_emptyCount);
        for (var i = 0; i < _gradient.Length; i += TSimd.Width)
        {
            var o = TSimd.Load(parameters + i);
            var d = TSimd.Multiply(TSimd.Load(factors + i), _isRelu ? TSimd.Max(o, default) : o);
            var sum = TSimd.Except(TSimd.Bits(TSimd.Load(behind + i)), TSimd.Load(sums + i));
            if (!_isFirst)
            {
                sum = TSimd.Add(TSimd.Load(gradient + i), sum);
            }

            TSimd.Store(TSimd.Add(sum, TSimd.Multiply(emptyCount, d)), gradient + i);
        }

        _isFirst = false;
    }

    /// <summary>Puts zeros behind the last row, up to a whole number of lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void ClearBehind(float* x, nint features, int rows, nint stride)
    {
        if (rows % Lanes.Count == 0)
        {
            return;
        }

        fixed (int* hidden = Hidden)
        {
            x += rows & -Lanes.Count;
            for (var pass = 0; pass < Lanes.Count; pass += TSimd.Width, x += TSimd.Width)
            {
                var mask = TSimd.Load(hidden + Lanes.Count - (rows % Lanes.Count) + pass);
                var row = x;
                for (var i = features; i > 0; i--, row += stride)
                {
                    TSimd.Store(TSimd.Except(mask, TSimd.Load(row)), row);
                }
            }
        }
    }

    // From the place of Lanes.Count − k on, sixteen masks that show k lanes.
    private static ReadOnlySpan<int> Hidden =>
    [
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
    ];

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Clear(float* values, nint count)
    {
        for (nint i = 0; i < count; i += TSimd.Width)
        {
            TSimd.Store(default, values + i);
        }
    }

    /// <summary>Puts each value into all sixteen lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Spread(float* values, nint count, float* lanes)
    {
        for (nint i = 0; i < count; i++)
        {
            var value = TSimd.Splat(values[i]);
            for (var pass = 0; pass < Lanes.Count; pass += TSimd.Width, lanes += TSimd.Width)
            {
                TSimd.Store(value, lanes);
            }
        }
    }

    private void Pairs<TBackward>(float* x, nint rows)
        where TBackward : struct, ISwitch
    {
        if (_isRelu)
        {
            Pairs<On, TBackward>(x, rows, Stride, _parameters!.Pointer, _factors.Pointer, _sums.Pointer);
        }
        else
        {
            Pairs<Off, TBackward>(x, rows, Stride, _parameters!.Pointer, _factors.Pointer, _sums.Pointer);
        }
    }

    private void Groups<TBackward>(float* x, nint rows)
        where TBackward : struct, ISwitch
    {
        switch (_hidden)
        {
            case 1:
                Groups<One, TBackward>(x, rows);
                break;
            case 2:
                Groups<Two, TBackward>(x, rows);
                break;
            default:
                Groups<Three, TBackward>(x, rows);
                break;
        }
    }

    private void Groups<THidden, TBackward>(float* x, nint rows)
        where THidden : struct, ICount
        where TBackward : struct, ISwitch
    {
        switch (Features)
        {
            case 1:
                Groups<One, THidden, TBackward>(x, rows);
                break;
            case 2:
                Groups<Two, THidden, TBackward>(x, rows);
                break;
            case 3:
                Groups<Three, THidden, TBackward>(x, rows);
                break;
            case 4:
                Groups<Four, THidden, TBackward>(x, rows);
                break;
            case 5:
                Groups<Five, THidden, TBackward>(x, rows);
                break;
            default:
                Groups<Six, THidden, TBackward>(x, rows);
                break;
        }
    }

    private void Groups<TFeatures, THidden, TBackward>(float* x, nint rows)
        where TFeatures : struct, ICount
        where THidden : struct, ICount
        where TBackward : struct, ISwitch
    {
        if (_isRelu)
        {
            Groups<TFeatures, THidden, On, TBackward>(x, rows, Stride, _lanes.Pointer, _sums.Pointer);
        }
        else
        {
            Groups<TFeatures, THidden, Off, TBackward>(x, rows, Stride, _lanes.Pointer, _sums.Pointer);
        }
    }

    /// <summary>
    /// Two features in one dimension, the cells of phase diagrams. Their gradient follows from M_ij = Σ e_i x_j, where e is d without its factor f, as
    /// h = Σ_j w_j x_j and ∂h = Σ_i w_i f_i e_i: ∂w_j = f_j Σ_i w_i M_ji + Σ_i w_i f_i M_ij. So all sums stay in registers while all groups pass.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Pairs<TRelu, TBackward>(float* x, nint rows, nint stride, float* parameters, float* factors, float* sums)
        where TRelu : struct, ISwitch
        where TBackward : struct, ISwitch
    {
        TF w0 = TSimd.Splat(parameters[0]), w1 = TSimd.Splat(parameters[1]), b0 = TSimd.Splat(parameters[2]), b1 = TSimd.Splat(parameters[3]);
        for (var pass = 0; pass < Lanes.Count; pass += TSimd.Width)
        {
            TF e0Sum = default, e1Sum = default, loss0 = default, loss1 = default;
            TF m00 = default, m01 = default, m10 = default, m11 = default;
            float* row0 = x + pass, row1 = row0 + stride;
            for (var s = rows; s > 0; s -= Lanes.Count, row0 += Lanes.Count, row1 += Lanes.Count)
            {
                TF x0 = TSimd.Load(row0), x1 = TSimd.Load(row1);
                var h = TSimd.MultiplyAdd(w1, x1, TSimd.Multiply(w0, x0));
                var e0 = Errors<TSimd, TF, TI>.Plain<TRelu>(TSimd.MultiplyAdd(w0, h, b0), x0, ref loss0);
                var e1 = Errors<TSimd, TF, TI>.Plain<TRelu>(TSimd.MultiplyAdd(w1, h, b1), x1, ref loss1);
                if (TBackward.IsOn)
                {
                    (e0Sum, e1Sum) = (TSimd.Add(e0Sum, e0), TSimd.Add(e1Sum, e1));
                    (m00, m01) = (TSimd.MultiplyAdd(e0, x0, m00), TSimd.MultiplyAdd(e0, x1, m01));
                    (m10, m11) = (TSimd.MultiplyAdd(e1, x0, m10), TSimd.MultiplyAdd(e1, x1, m11));
                }
            }

            TF f0 = TSimd.Splat(factors[2]), f1 = TSimd.Splat(factors[3]);
            TF wf0 = TSimd.Multiply(w0, f0), wf1 = TSimd.Multiply(w1, f1);
            TF wm0 = TSimd.MultiplyAdd(w1, m01, TSimd.Multiply(w0, m00)), wm1 = TSimd.MultiplyAdd(w1, m11, TSimd.Multiply(w0, m10));
            var sum = sums + pass;
            TSimd.Store(TSimd.MultiplyAdd(wf1, m10, TSimd.MultiplyAdd(wf0, m00, TSimd.Multiply(f0, wm0))), sum);
            TSimd.Store(TSimd.MultiplyAdd(wf1, m11, TSimd.MultiplyAdd(wf0, m01, TSimd.Multiply(f1, wm1))), sum + Lanes.Count);
            TSimd.Store(TSimd.Multiply(f0, e0Sum), sum + (2 * Lanes.Count));
            TSimd.Store(TSimd.Multiply(f1, e1Sum), sum + (3 * Lanes.Count));
            TSimd.Store(TSimd.Multiply(f0, loss0), sum + (4 * Lanes.Count));
            TSimd.Store(TSimd.Multiply(f1, loss1), sum + (5 * Lanes.Count));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Groups<TFeatures, THidden, TRelu, TBackward>(float* x, nint rows, nint stride, float* parameters, float* sums)
        where TFeatures : struct, ICount
        where THidden : struct, ICount
        where TRelu : struct, ISwitch
        where TBackward : struct, ISwitch
    {
        for (var row = x; row < x + rows; row += Lanes.Count)
        {
            for (var pass = 0; pass < Lanes.Count; pass += TSimd.Width)
            {
                TF x0 = Load<TFeatures>(0, row + pass, stride), x1 = Load<TFeatures>(1, row + pass, stride), x2 = Load<TFeatures>(2, row + pass, stride);
                TF x3 = Load<TFeatures>(3, row + pass, stride), x4 = Load<TFeatures>(4, row + pass, stride), x5 = Load<TFeatures>(5, row + pass, stride);
                var h0 = OverFeatures<TFeatures, THidden>(0, parameters, x0, x1, x2, x3, x4, x5);
                var h1 = OverFeatures<TFeatures, THidden>(1, parameters, x0, x1, x2, x3, x4, x5);
                var h2 = OverFeatures<TFeatures, THidden>(2, parameters, x0, x1, x2, x3, x4, x5);
                var d0 = Output<TFeatures, THidden, TRelu>(0, parameters, h0, h1, h2, x0, sums + pass);
                var d1 = Output<TFeatures, THidden, TRelu>(1, parameters, h0, h1, h2, x1, sums + pass);
                var d2 = Output<TFeatures, THidden, TRelu>(2, parameters, h0, h1, h2, x2, sums + pass);
                var d3 = Output<TFeatures, THidden, TRelu>(3, parameters, h0, h1, h2, x3, sums + pass);
                var d4 = Output<TFeatures, THidden, TRelu>(4, parameters, h0, h1, h2, x4, sums + pass);
                var d5 = Output<TFeatures, THidden, TRelu>(5, parameters, h0, h1, h2, x5, sums + pass);
                if (TBackward.IsOn)
                {
                    Backward<TFeatures, THidden>(0, parameters, h0, x0, x1, x2, x3, x4, x5, d0, d1, d2, d3, d4, d5, sums + pass);
                    Backward<TFeatures, THidden>(1, parameters, h1, x0, x1, x2, x3, x4, x5, d0, d1, d2, d3, d4, d5, sums + pass);
                    Backward<TFeatures, THidden>(2, parameters, h2, x0, x1, x2, x3, x4, x5, d0, d1, d2, d3, d4, d5, sums + pass);
                }
            }
        }
    }

    /// <summary>x_i, if there is a feature i.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TF Load<TFeatures>(int i, float* row, nint stride)
        where TFeatures : struct, ICount
        => i < TFeatures.Value ? TSimd.Load(row + (i * stride)) : default;

    /// <summary>Σ_i w_ik v_i, if there is a dimension k: h_k of a row x, ∂L/∂h_k of a row d.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TF OverFeatures<TFeatures, THidden>(int k, float* parameters, TF v0, TF v1, TF v2, TF v3, TF v4, TF v5)
        where TFeatures : struct, ICount
        where THidden : struct, ICount
    {
        if (k >= THidden.Value)
        {
            return default;
        }

        // Two chains, of even and of odd features: one would be as long as all that comes after it.
        var w = parameters + (k * Lanes.Count);
        const int next = Lanes.Count;
        TF even = TSimd.Multiply(TSimd.Load(w), v0), odd = default;
        if (TFeatures.Value > 1)
        {
            odd = TSimd.Multiply(TSimd.Load(w + (THidden.Value * next)), v1);
        }

        if (TFeatures.Value > 2)
        {
            even = TSimd.MultiplyAdd(TSimd.Load(w + (2 * THidden.Value * next)), v2, even);
        }

        if (TFeatures.Value > 3)
        {
            odd = TSimd.MultiplyAdd(TSimd.Load(w + (3 * THidden.Value * next)), v3, odd);
        }

        if (TFeatures.Value > 4)
        {
            even = TSimd.MultiplyAdd(TSimd.Load(w + (4 * THidden.Value * next)), v4, even);
        }

        if (TFeatures.Value > 5)
        {
            odd = TSimd.MultiplyAdd(TSimd.Load(w + (5 * THidden.Value * next)), v5, odd);
        }

        return TFeatures.Value > 1 ? TSimd.Add(even, odd) : even;
    }

    /// <summary>d_j of a row, if there is a feature j, and its sums for bias and loss.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TF Output<TFeatures, THidden, TRelu>(int j, float* parameters, TF h0, TF h1, TF h2, TF x, float* sums)
        where TFeatures : struct, ICount
        where THidden : struct, ICount
        where TRelu : struct, ISwitch
    {
        if (j >= TFeatures.Value)
        {
            return default;
        }

        var w = parameters + (j * THidden.Value * Lanes.Count);
        var bias = ((TFeatures.Value * THidden.Value) + j) * Lanes.Count;
        var loss = bias + (TFeatures.Value * Lanes.Count);
        var o = TSimd.MultiplyAdd(TSimd.Load(w), h0, TSimd.Load(parameters + bias));
        if (THidden.Value > 1)
        {
            o = TSimd.MultiplyAdd(TSimd.Load(w + Lanes.Count), h1, o);
        }

        if (THidden.Value > 2)
        {
            o = TSimd.MultiplyAdd(TSimd.Load(w + (2 * Lanes.Count)), h2, o);
        }

        var lossSum = TSimd.Load(sums + loss);
        var d = Errors<TSimd, TF, TI>.Step<TRelu>(o, x, TSimd.Load(parameters + loss), ref lossSum);
        TSimd.Store(lossSum, sums + loss);
        TSimd.Store(TSimd.Add(d, TSimd.Load(sums + bias)), sums + bias);
        return d;
    }

    /// <summary>∂W_jk += d_j h_k + x_j ∂L/∂h_k for one k, if there is such a dimension, and all j.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Backward<TFeatures, THidden>(
        int k, float* parameters, TF h, TF x0, TF x1, TF x2, TF x3, TF x4, TF x5, TF d0, TF d1, TF d2, TF d3, TF d4, TF d5, float* sums)
        where TFeatures : struct, ICount
        where THidden : struct, ICount
    {
        if (k < THidden.Value)
        {
            var dh = OverFeatures<TFeatures, THidden>(k, parameters, d0, d1, d2, d3, d4, d5);
            Add<TFeatures, THidden>(0, k, x0, d0, h, dh, sums);
            Add<TFeatures, THidden>(1, k, x1, d1, h, dh, sums);
            Add<TFeatures, THidden>(2, k, x2, d2, h, dh, sums);
            Add<TFeatures, THidden>(3, k, x3, d3, h, dh, sums);
            Add<TFeatures, THidden>(4, k, x4, d4, h, dh, sums);
            Add<TFeatures, THidden>(5, k, x5, d5, h, dh, sums);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add<TFeatures, THidden>(int j, int k, TF x, TF d, TF h, TF dh, float* sums)
        where TFeatures : struct, ICount
        where THidden : struct, ICount
    {
        if (j < TFeatures.Value)
        {
            var sum = sums + (((j * THidden.Value) + k) * Lanes.Count);
            TSimd.Store(TSimd.MultiplyAdd(x, dh, TSimd.MultiplyAdd(d, h, TSimd.Load(sum))), sum);
        }
    }
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
