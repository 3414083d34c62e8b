using System.Runtime.CompilerServices;

namespace ToyModels;

/// <summary>
/// The form over non-zeros, exact: with the Gram matrix G = WᵀW once a step, a row's output is o = b + Σ_{i present} x_i G_i, and with
/// d = ∂L/∂o its share of ∂L/∂G is x_i d in row i for the same few i. Since G = WᵀW, ∂L/∂W = W(∂G + ∂Gᵀ), once a step. Rows
/// without a non-zero all have the output b: they are counted, and computed once.
/// <para>
/// Layout: panels of sixteen features j; a panel of G holds its sixteen columns of all n rows, one cache line each, so that a panel of
/// G and ∂G stays close while all rows of the batch pass through it. Sums over rows are chains, one for each element, in the order of the rows or of their lengths, so no
/// lane ever meets another: the bits are the same on every vector width. Features past n in the last panel have bias and weights 0.
/// </para>
/// </summary>
internal sealed unsafe class GramGradient<TSimd, TF, TI> : GradientEngine
    where TSimd : struct, ISimd<TF, TI>
    where TF : unmanaged
    where TI : unmanaged
{
    /// <summary>From so many features on, rows pass through enough panels for sorting them to pay.</summary>
    private const int SortedFrom = 4 * Lanes.Count;

    private readonly bool _isRelu;
    private readonly int _features;
    private readonly int _hidden;
    private readonly int _padded;
    private readonly float[] _importances;
    private readonly SparseSamples _samples = new();
    private readonly PinnedBuffer _weights;
    private readonly PinnedBuffer _weightsByDimension;
    private readonly PinnedBuffer _bias;
    private readonly PinnedBuffer _factor;
    private readonly PinnedBuffer _loss;
    private readonly PinnedBuffer _gram;
    private readonly PinnedBuffer _gramGradient;
    private readonly PinnedBuffer _productByDimension;
    private readonly PinnedBuffer _weightGradient;
    private readonly PinnedBuffer _biasGradient;

    // Row i is the i-th unit vector, row 16 is zero: Σ x_i e_i puts a row's own values into the panel that they belong to.
    private readonly PinnedBuffer _units;

    internal GramGradient(ToyModelKind kind, int features, int hidden, ReadOnlySpan<float> importances, int batch)
    {
        _isRelu = kind == ToyModelKind.ReluOutput;
        _features = features;
        _hidden = hidden;
        _padded = Lanes.RoundUp(features);
        _importances = importances.ToArray();
        ChunkRows = Math.Min(batch, 1024);
        _weights = new((long)features * hidden);
        _weightsByDimension = new((long)hidden * _padded);
        _bias = new(_padded);
        _factor = new(_padded);
        _loss = new(_padded);
        _gram = new((long)features * _padded);
        _gramGradient = new((long)features * _padded);
        _productByDimension = new((long)hidden * _padded);
        _weightGradient = new((long)features * hidden);
        _biasGradient = new(_padded);
        _units = new((Lanes.Count + 1) * Lanes.Count);
        for (var i = 0; i < Lanes.Count; i++)
        {
            _units.Pointer[(i * Lanes.Count) + i] = 1;
        }
    }

    internal override int ChunkRows { get; }

    internal override ReadOnlySpan<float> WeightGradient => _weightGradient.Span;

    internal override ReadOnlySpan<float> BiasGradient => _biasGradient.Span[.._features];

    internal override void Begin(ReadOnlySpan<float> weights, ReadOnlySpan<float> bias)
    {
        weights.CopyTo(_weights.Span);
        bias.CopyTo(_bias.Span);
        for (var i = 0; i < _features; i++)
        {
            for (var k = 0; k < _hidden; k++)
            {
                _weightsByDimension.Pointer[(k * _padded) + i] = _weights.Pointer[(i * _hidden) + k];
            }
        }

        for (var j = 0; j < _padded; j += Lanes.Count)
        {
            // G's rows i, columns j … j + 15: the weights of the rows lie dimension-major, _padded apart.
            DenseKernels<TSimd, TF, TI>.Product(
                _weights.Pointer, _hidden, 1, _features, _hidden, new(_weightsByDimension.Pointer + j, _padded), new(_gram.Pointer + ((nint)j * _features), Lanes.Count), Lanes.Count);
        }

        _gramGradient.Span.Clear();
        _biasGradient.Span.Clear();
    }

    internal override int Read(SampleReader reader, int rows)
    {
        var read = reader.ReadSparse(_samples, rows, _features);
        if (_padded >= SortedFrom)
        {
            _samples.SortByLength();
        }

        return read;
    }

    internal override void CountPresent(Span<long> present)
    {
        foreach (var feature in _samples.Features)
        {
            present[feature]++;
        }
    }

    internal override void Accumulate(float scale, ref double loss) => loss += _isRelu ? Accumulate<On, On>(scale) : Accumulate<Off, On>(scale);

    internal override void AddLoss(ref double loss) => loss += _isRelu ? Accumulate<On, Off>(0.5f) : Accumulate<Off, Off>(0.5f);

    internal override void End()
    {
        for (var i = 0; i < _features; i++)
        {
            var panel = _gramGradient.Pointer + ((nint)(i & -Lanes.Count) * _features) + (i % Lanes.Count);
            for (var j = 0; j <= i; j++)
            {
                // Both ∂G[i, j] and ∂G[j, i] become their sum.
                ref var upper = ref panel[(nint)j * Lanes.Count];
                ref var lower = ref _gramGradient.Pointer[((nint)(j & -Lanes.Count) * _features) + ((nint)i * Lanes.Count) + (j % Lanes.Count)];
                upper = lower = upper + lower;
            }
        }

        for (var j = 0; j < _padded; j += Lanes.Count)
        {
            DenseKernels<TSimd, TF, TI>.Product(
                _weights.Pointer, 1, _hidden, _hidden, _features, new(_gramGradient.Pointer + ((nint)j * _features), Lanes.Count), new(_productByDimension.Pointer + j, _padded), Lanes.Count);
        }

        for (var i = 0; i < _features; i++)
        {
            for (var k = 0; k < _hidden; k++)
            {
                _weightGradient.Pointer[(i * _hidden) + k] = _productByDimension.Pointer[(k * _padded) + i];
            }
        }
    }

    private double Accumulate<TRelu, TBackward>(float scale)
        where TRelu : struct, ISwitch
        where TBackward : struct, ISwitch
    {
        for (var j = 0; j < _features; j++)
        {
            _factor.Pointer[j] = 2 * _importances[j] * scale;
        }

        fixed (int* starts = _samples.Starts, features = _samples.Features)
        {
            fixed (float* values = _samples.Values)
            {
                var step = Math.Min(2 * TSimd.Width, Lanes.Count);
                for (var j = 0; j < _padded; j += step)
                {
                    if (step == TSimd.Width)
                    {
                        Columns<TRelu, TBackward, One>(j, starts, features, values, _samples.ActiveRows, _samples.EmptyRows);
                    }
                    else
                    {
                        Columns<TRelu, TBackward, Two>(j, starts, features, values, _samples.ActiveRows, _samples.EmptyRows);
                    }
                }
            }
        }

        var loss = 0.0;
        for (var j = 0; j < _features; j++)
        {
            loss += _loss.Pointer[j];
        }

        return loss / (2 * scale);
    }

    /// <summary>All rows of the chunk through columns j … of one panel, one or two vectors of them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Columns<TRelu, TBackward, TVectors>(int j, int* starts, int* features, float* values, int activeRows, int emptyRows)
        where TRelu : struct, ISwitch
        where TBackward : struct, ISwitch
        where TVectors : struct, ICount
    {
        var firstFeature = j & -Lanes.Count;
        var column = j - firstFeature;
        var gram = _gram.Pointer + ((nint)firstFeature * _features) + column;
        var gramGradient = _gramGradient.Pointer + ((nint)firstFeature * _features) + column;
        var units = _units.Pointer + column;
        TF b0 = TSimd.Load(_bias.Pointer + j), b1 = TVectors.Value > 1 ? TSimd.Load(_bias.Pointer + j + TSimd.Width) : b0;
        TF f0 = TSimd.Load(_factor.Pointer + j), f1 = TVectors.Value > 1 ? TSimd.Load(_factor.Pointer + j + TSimd.Width) : f0;
        TF loss0 = default, loss1 = default, bias0 = default, bias1 = default;
        for (var row = 0; row < activeRows; row++)
        {
            var (first, end) = (starts[row], starts[row + 1]);
            TF o0 = b0, o1 = b1, x0 = default, x1 = default;
            for (var e = first; e < end; e++)
            {
                var value = TSimd.Splat(values[e]);
                var g = gram + ((nint)features[e] * Lanes.Count);
                var unit = units + ((nint)Math.Min((uint)(features[e] - firstFeature), Lanes.Count) * Lanes.Count);
                o0 = TSimd.MultiplyAdd(value, TSimd.Load(g), o0);
                x0 = TSimd.MultiplyAdd(value, TSimd.Load(unit), x0);
                if (TVectors.Value > 1)
                {
                    o1 = TSimd.MultiplyAdd(value, TSimd.Load(g + TSimd.Width), o1);
                    x1 = TSimd.MultiplyAdd(value, TSimd.Load(unit + TSimd.Width), x1);
                }
            }

            var d0 = Errors<TSimd, TF, TI>.Step<TRelu>(o0, x0, f0, ref loss0);
            var d1 = TVectors.Value > 1 ? Errors<TSimd, TF, TI>.Step<TRelu>(o1, x1, f1, ref loss1) : d0;
            if (TBackward.IsOn)
            {
                bias0 = TSimd.Add(bias0, d0);
                bias1 = TSimd.Add(bias1, d1);
                for (var e = first; e < end; e++)
                {
                    var value = TSimd.Splat(values[e]);
                    var dg = gramGradient + ((nint)features[e] * Lanes.Count);
                    TSimd.Store(TSimd.MultiplyAdd(value, d0, TSimd.Load(dg)), dg);
                    if (TVectors.Value > 1)
                    {
                        TSimd.Store(TSimd.MultiplyAdd(value, d1, TSimd.Load(dg + TSimd.Width)), dg + TSimd.Width);
                    }
                }
            }
        }

        EndColumns<TRelu>(j, b0, f0, loss0, bias0, emptyRows);
        if (TVectors.Value > 1)
        {
            EndColumns<TRelu>(j + TSimd.Width, b1, f1, loss1, bias1, emptyRows);
        }
    }

    /// <summary>Adds the empty rows, whose output is b and whose target is 0, and stores the sums.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void EndColumns<TRelu>(int j, TF bias, TF factor, TF loss, TF biasGradient, int emptyRows)
        where TRelu : struct, ISwitch
    {
        var empty = TSimd.Splat((float)emptyRows);
        TF emptyLoss = default;
        var d = Errors<TSimd, TF, TI>.Step<TRelu>(bias, default, factor, ref emptyLoss);
        TSimd.Store(TSimd.MultiplyAdd(empty, emptyLoss, loss), _loss.Pointer + j);
        var sum = TSimd.Add(TSimd.Load(_biasGradient.Pointer + j), TSimd.MultiplyAdd(empty, d, biasGradient));
        TSimd.Store(sum, _biasGradient.Pointer + j);
    }
}
