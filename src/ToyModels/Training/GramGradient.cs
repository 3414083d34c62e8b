using System.Runtime.CompilerServices;

namespace ToyModels;

/// <summary>
/// The form over non-zeros, exact: with the Gram matrix G = WᵀW once a step, a row's output is o = b + Σ_{i present} x_i G_i, and with
/// d = ∂L/∂o its share of ∂L/∂G is x_i d in row i for the same few i. Since G = WᵀW, ∂L/∂W = W(∂G + ∂Gᵀ), once a step. Rows
/// without a non-zero all have the output b: they are counted, and computed once.
/// <para>
/// Layout: panels of sixteen features j; a panel of G holds its sixteen columns of all n rows, one cache line each, so that a panel of
/// G and ∂G stays close while all rows of the chunk pass through it, in the order of <see cref="RowsByLength"/>, which also has their targets.
/// G is symmetric: a panel computes what lies below its diagonal, and takes what lies above from the others. Sums over rows are chains, one
/// for each element, so no lane ever meets another: the bits are the same on every vector width. Features past n in the last panel have bias
/// and weights 0.
/// </para>
/// </summary>
internal sealed unsafe class GramGradient<TSimd, TF, TI> : GradientEngine
    where TSimd : struct, ISimd<TF, TI>
    where TF : unmanaged
    where TI : unmanaged
{
    private readonly bool _isRelu;
    private readonly int _features;
    private readonly int _hidden;
    private readonly int _padded;
    private readonly float[] _importances;
    private readonly SparseSamples _samples = new();
    private readonly RowsByLength _rows;
    private readonly Action<int> _takeGram;
    private readonly Action<int> _mirrorGram;
    private readonly Action<int> _passPanels;
    private readonly Action<int> _symmetrise;
    private readonly Action<int> _takeWeightGradient;
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

    private bool _isBothWays;
    private int _nextPanel;

    internal GramGradient(ToyModelKind kind, int features, int hidden, ReadOnlySpan<float> importances, int batch, int threads = 1)
    {
        Team = threads > 1 ? new WorkerTeam(threads) : null;
        _takeGram = _ => ForEachPanel(TakeGram);
        _mirrorGram = _ => ForEachPanel(MirrorGram);
        _passPanels = _ => ForEachPanel(PassPanel);
        _symmetrise = _ => ForEachPanel(Symmetrise);
        _takeWeightGradient = _ => ForEachPanel(TakeWeightGradient);
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
        _rows = new(features, ChunkRows);
    }

    internal override int ChunkRows { get; }

    internal override WorkerTeam? Team { get; }

    internal override ReadOnlySpan<float> WeightGradient => _weightGradient.Span;

    internal override ReadOnlySpan<float> BiasGradient => _biasGradient.Span[.._features];

    internal override void Begin(ReadOnlySpan<float> weights, ReadOnlySpan<float> bias)
    {
        weights.CopyTo(_weights.Span);
        bias.CopyTo(_bias.Span);
        Tiles.Transpose(weights, _features, _hidden, _hidden, _weightsByDimension.Span, _padded);
        _biasGradient.Span.Clear();
        SharePanels(_takeGram);
        SharePanels(_mirrorGram);
    }

    internal override int Read(SampleReader reader, int rows)
    {
        var read = reader.ReadSparse(_samples, rows, _features);
        _rows.Take(_samples);
        return read;
    }

    internal override void CountPresent(Span<long> present)
    {
        foreach (var feature in _samples.Features)
        {
            present[feature]++;
        }
    }

    internal override void Accumulate(float scale, ref double loss) => Pass(scale, isBothWays: true, ref loss);

    internal override void AddLoss(ref double loss) => Pass(0.5f, isBothWays: false, ref loss);

    internal override void End()
    {
        SharePanels(_symmetrise);
        SharePanels(_takeWeightGradient);
    }

    public override void Dispose()
    {
        Team?.Dispose();
        base.Dispose();
    }

    private void SharePanels(Action<int> work)
    {
        _nextPanel = 0;
        Share(work);
    }

    /// <summary>One panel after the other, as long as there are some that no thread has taken; no two meet in any number.</summary>
    private void ForEachPanel(Action<int> work)
    {
        while (Interlocked.Add(ref _nextPanel, Lanes.Count) - Lanes.Count is var first && first < _padded)
        {
            work(first);
        }
    }

    /// <summary>G's columns j … j + 15 from row j down, and zeros for the gradient of all of its rows.</summary>
    private void TakeGram(int j)
    {
        DenseKernels<TSimd, TF, TI>.Product(
            _weights.Pointer + ((nint)j * _hidden), _hidden, 1, _features - j, _hidden, new(_weightsByDimension.Pointer + j, _padded),
            new(Square(_gram, j, j), Lanes.Count), Lanes.Count);
        new Span<float>(Square(_gramGradient, 0, j), _features * Lanes.Count).Clear();
    }

    /// <summary>G's columns j … j + 15 above row j: the rows of other panels.</summary>
    private void MirrorGram(int j)
    {
        var rows = Math.Min(Lanes.Count, _features - j);
        for (var i = 0; i < j; i += Lanes.Count)
        {
            Tiles.Transpose(
                new(Square(_gram, j, i), rows * Lanes.Count), rows, Lanes.Count, Lanes.Count, new(Square(_gram, i, j), Lanes.Count * Lanes.Count), Lanes.Count);
        }
    }

    /// <summary>∂G ← ∂G + ∂Gᵀ, squares of sixteen by sixteen: those of panel <paramref name="j"/> down to its own.</summary>
    private void Symmetrise(int j)
    {
        for (var i = 0; i < j; i += Lanes.Count)
        {
            var above = Square(_gramGradient, i, j);
            if (_features - j >= Lanes.Count)
            {
                Tiles.AddTransposed(above, Square(_gramGradient, j, i));
            }
            else
            {
                AddTransposed(above, Square(_gramGradient, j, i), Lanes.Count, _features - j);
            }
        }

        // A square on the diagonal meets itself: each pair of elements once.
        var own = Square(_gramGradient, j, j);
        var side = Math.Min(Lanes.Count, _features - j);
        for (var row = 0; row < side; row++)
        {
            for (var column = 0; column <= row; column++)
            {
                var sum = own[(row * Lanes.Count) + column] + own[(column * Lanes.Count) + row];
                own[(row * Lanes.Count) + column] = sum;
                own[(column * Lanes.Count) + row] = sum;
            }
        }
    }

    private static void AddTransposed(float* above, float* below, int rows, int columns)
    {
        for (var row = 0; row < rows; row++)
        {
            for (var column = 0; column < columns; column++)
            {
                ref var sum = ref above[(row * Lanes.Count) + column];
                sum += below[(column * Lanes.Count) + row];
                below[(column * Lanes.Count) + row] = sum;
            }
        }
    }

    /// <summary>Rows i … of G or of its gradient, columns of the panel that begins with j.</summary>
    private float* Square(PinnedBuffer matrix, int i, int j) => matrix.Pointer + ((nint)j * _features) + (i * Lanes.Count);

    private void TakeWeightGradient(int j)
    {
        DenseKernels<TSimd, TF, TI>.Product(
            _weights.Pointer, 1, _hidden, _hidden, _features, new(Square(_gramGradient, 0, j), Lanes.Count),
            new(_productByDimension.Pointer + j, _padded), Lanes.Count);
        Tiles.Transpose(
            _productByDimension.Span[j..], _hidden, Math.Min(Lanes.Count, _features - j), _padded, _weightGradient.Span[(j * _hidden)..], _hidden);
    }

    private void Pass(float scale, bool isBothWays, ref double loss)
    {
        SetFactors(_factor, _importances, scale);

        _isBothWays = isBothWays;
        SharePanels(_passPanels);
        for (var j = 0; j < _features; j++)
        {
            loss += _loss.Pointer[j] / (2 * scale);
        }
    }

    private void PassPanel(int j)
    {
        if (_isRelu)
        {
            PassPanel<On>(j);
        }
        else
        {
            PassPanel<Off>(j);
        }
    }

    private void PassPanel<TRelu>(int j)
        where TRelu : struct, ISwitch
    {
        if (_isBothWays)
        {
            PassPanel<TRelu, On>(j);
        }
        else
        {
            PassPanel<TRelu, Off>(j);
        }
    }

    private void PassPanel<TRelu, TBackward>(int panel)
        where TRelu : struct, ISwitch
        where TBackward : struct, ISwitch
    {
        var end = Math.Min(panel + Lanes.Count, _features);
        for (var j = panel; j < end; j += 2 * TSimd.Width)
        {
            if (end - j <= TSimd.Width)
            {
                Columns<TRelu, TBackward, One>(j);
            }
            else
            {
                Columns<TRelu, TBackward, Two>(j);
            }
        }
    }

    /// <summary>All rows of the chunk through columns j … of one panel, one or two vectors of them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void Columns<TRelu, TBackward, TVectors>(int j)
        where TRelu : struct, ISwitch
        where TBackward : struct, ISwitch
        where TVectors : struct, ICount
    {
        var panel = j & -Lanes.Count;
        var gram = _gram.Pointer + ((nint)panel * _features) + (j - panel);
        var gramGradient = _gramGradient.Pointer + ((nint)panel * _features) + (j - panel);
        TF b0 = TSimd.Load(_bias.Pointer + j), b1 = TVectors.Value > 1 ? TSimd.Load(_bias.Pointer + j + TSimd.Width) : b0;
        TF f0 = TSimd.Load(_factor.Pointer + j), f1 = TVectors.Value > 1 ? TSimd.Load(_factor.Pointer + j + TSimd.Width) : f0;
        TF loss0 = default, loss1 = default, bias0 = default, bias1 = default;
        fixed (int* firstOffset = _rows.Offsets, counts = _rows.Count)
        fixed (float* firstValue = _rows.Values)
        {
            var offsets = firstOffset;
            var values = firstValue;
            var x = _rows.Matrix.Pointer + j;
            var (stride, longest) = ((nint)_rows.Stride, _rows.Longest);
            for (var length = 1; length <= longest; length++)
            {
                for (var rows = counts[length]; rows > 0; rows--, x += stride, offsets += length, values += length)
                {
                    // Of many rows the first non-zero is the only one.
                    TF o0 = b0, o1 = b1, value = TSimd.Splat(*values);
                    nint offset = *offsets;
                    Present<TVectors>(value, gram + offset, ref o0, ref o1);
                    for (nint e = 1; e < length; e++)
                    {
                        Present<TVectors>(TSimd.Splat(values[e]), gram + offsets[e], ref o0, ref o1);
                    }

                    var d0 = Errors<TSimd, TF, TI>.Step<TRelu>(o0, TSimd.Load(x), f0, ref loss0);
                    var d1 = TVectors.Value > 1 ? Errors<TSimd, TF, TI>.Step<TRelu>(o1, TSimd.Load(x + TSimd.Width), f1, ref loss1) : d0;
                    if (TBackward.IsOn)
                    {
                        bias0 = TSimd.Add(bias0, d0);
                        bias1 = TSimd.Add(bias1, d1);
                        Back<TVectors>(value, d0, d1, gramGradient + offset);
                        for (nint e = 1; e < length; e++)
                        {
                            Back<TVectors>(TSimd.Splat(values[e]), d0, d1, gramGradient + offsets[e]);
                        }
                    }
                }
            }
        }

        var emptyRows = _samples.EmptyRows;
        EndColumns<TRelu>(j, b0, f0, loss0, bias0, emptyRows);
        if (TVectors.Value > 1)
        {
            EndColumns<TRelu>(j + TSimd.Width, b1, f1, loss1, bias1, emptyRows);
        }
    }

    /// <summary>Adds one non-zero's share to a row's outputs.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Present<TVectors>(TF value, float* g, ref TF o0, ref TF o1)
        where TVectors : struct, ICount
    {
        o0 = TSimd.MultiplyAdd(value, TSimd.Load(g), o0);
        if (TVectors.Value > 1)
        {
            o1 = TSimd.MultiplyAdd(value, TSimd.Load(g + TSimd.Width), o1);
        }
    }

    /// <summary>Adds one non-zero's share to the gradient of G.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Back<TVectors>(TF value, TF d0, TF d1, float* dg)
        where TVectors : struct, ICount
    {
        TSimd.Store(TSimd.MultiplyAdd(value, d0, TSimd.Load(dg)), dg);
        if (TVectors.Value > 1)
        {
            TSimd.Store(TSimd.MultiplyAdd(value, d1, TSimd.Load(dg + TSimd.Width)), dg + TSimd.Width);
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
