namespace ToyModels;

/// <summary>
/// The fast implementation: every sample computed densely, feature-major, in single precision, on one thread or on several. Mathematics as in
/// <see cref="ReferenceGradient"/>; products and their layout as in <see cref="DenseKernels{TSimd, TF, TI}"/>.
/// <para>
/// A chunk goes through in segments of 256 samples, so few that x, D and what stands between stay in the second cache from one product to the
/// next: h, the errors D = ∂L/∂o, e = ∂L/∂h = WD, then the weight gradient D·hᵀ + x·eᵀ. One thread does all of a segment before the next.
/// Several share the slices of a chunk in the first three, and the features in the last. Segments follow from the shape alone, and what they
/// add up is added in their order, so threads change no bit.
/// </para>
/// </summary>
internal sealed unsafe class DenseGradient<TSimd, TF, TI> : DenseEngine
    where TSimd : struct, ISimd<TF, TI>
    where TF : unmanaged
    where TI : unmanaged
{
    /// <summary>Samples whose products are summed up before they join the sums of those before them.</summary>
    private const int SegmentRows = 256;

    /// <summary>Segments of a chunk for each of several threads, which wait for each other at its end.</summary>
    private const int SegmentsPerThread = 2;

    /// <summary>Features whose weight gradient a thread takes at once, whole register blocks.</summary>
    private const int FeaturesAtOnce = 16;

    /// <summary>Hidden dimensions whose lanes are summed at once where not all lanes are kept.</summary>
    private const int DimensionsAtOnce = 48;

    private readonly bool _isRelu;
    private readonly int _hidden;
    private readonly int _sliceRows;
    private readonly Action<int, int> _forward;
    private readonly Action<int, int> _bothWays;
    private readonly Action<int, int> _addWeightGradient;
    private readonly Action<int, int> _sumWeightGradient;
    private readonly float[] _importances;
    private readonly PinnedBuffer _weights;
    private readonly PinnedBuffer _bias;
    private readonly PinnedBuffer _factor;
    private readonly PinnedBuffer _weightGradient;
    private readonly PinnedBuffer _biasGradient;
    private readonly PinnedBuffer _h;
    private readonly PinnedBuffer _e;
    private readonly PinnedBuffer _d;

    // The weight gradient's lanes: of all weights through the batch, or of one tile for each thread.
    private readonly bool _areLanesKept;
    private readonly PinnedBuffer[] _lanes;

    // Of each slice of the chunk in hand.
    private readonly PinnedBuffer _sliceBiasGradients;
    private readonly double[] _sliceLosses;
    private PinnedBuffer _chunk;
    private bool _isFirstChunk;
    private int _rows;

    /// <param name="kind">The forward pass.</param>
    /// <param name="features">Number of features n.</param>
    /// <param name="hidden">Number of hidden dimensions m.</param>
    /// <param name="importances">n importances.</param>
    /// <param name="batch">Rows a step.</param>
    /// <param name="threads">Threads that share each chunk; they change no bit.</param>
    internal DenseGradient(ToyModelKind kind, int features, int hidden, ReadOnlySpan<float> importances, int batch, int threads = 1)
        : base(features, batch, SegmentRows * (threads == 1 ? 1 : SegmentsPerThread * threads))
    {
        _isRelu = kind == ToyModelKind.ReluOutput;
        _hidden = hidden;
        _sliceRows = SliceRows(features);
        Team = threads > 1 ? new WorkerTeam(threads) : null;
        _forward = (_, slice) => Slice(slice, isBothWays: false);
        _bothWays = (_, slice) => Slice(slice, isBothWays: true);
        _addWeightGradient = AddWeightGradient;
        _sumWeightGradient = SumWeightGradient;
        _importances = importances.ToArray();
        _weights = new((long)features * hidden);
        _weightGradient = new((long)features * hidden);
        _bias = new(features);
        _factor = new(features);
        _biasGradient = new(features);
        _h = new((long)hidden * Stride);
        _e = new((long)hidden * Stride);
        _d = new((long)features * Stride);
        _areLanesKept = DenseGradient.KeepsLanes(features, hidden);
        _lanes = new PinnedBuffer[_areLanesKept ? 1 : threads];
        for (var i = 0; i < _lanes.Length; i++)
        {
            _lanes[i] = new((_areLanesKept ? (long)features * hidden : FeaturesAtOnce * DimensionsAtOnce) * Lanes.Folded);
        }

        _sliceLosses = new double[(ChunkRows + _sliceRows - 1) / _sliceRows];
        _sliceBiasGradients = new((long)_sliceLosses.Length * features);
        _chunk = _d;
    }

    /// <summary>So many samples that x and D of a slice fill no more than most of a second cache of 512 KiB, but at least 64.</summary>
    internal static int SliceRows(int features) => features <= 200 ? 256 : features <= 400 ? 128 : 64;

    internal override ReadOnlySpan<float> WeightGradient => _weightGradient.Span;

    internal override ReadOnlySpan<float> BiasGradient => _biasGradient.Span;

    internal override WorkerTeam? Team { get; }

    internal override void Begin(ReadOnlySpan<float> weights, ReadOnlySpan<float> bias)
    {
        weights.CopyTo(_weights.Span);
        bias.CopyTo(_bias.Span);
        _weightGradient.Span.Clear();
        _biasGradient.Span.Clear();
        _isFirstChunk = true;
    }

    internal override void End()
    {
        if (_areLanesKept && !_isFirstChunk)
        {
            Share(FeatureTiles, _sumWeightGradient);
        }
    }

    protected override void Accumulate(PinnedBuffer chunk, int rows, float scale, ref double loss)
    {
        Take(chunk, rows, scale);
        if (Team is null)
        {
            for (var first = 0; first < rows; first += SegmentRows)
            {
                for (var slice = first / _sliceRows; slice < SlicesOf(Math.Min(first + SegmentRows, rows)); slice++)
                {
                    Slice(slice, isBothWays: true);
                }

                for (var tile = 0; tile < FeatureTiles; tile++)
                {
                    var (from, to) = FeaturesOf(tile);
                    AddWeightGradient(first, from, to, _lanes[0]);
                }
            }
        }
        else
        {
            Share(SlicesOf(rows), _bothWays);
            Share(FeatureTiles, _addWeightGradient);
        }

        _isFirstChunk = false;
        AddLosses(scale, ref loss);
        for (var slice = 0; slice < SlicesOf(rows); slice++)
        {
            for (var j = 0; j < Features; j++)
            {
                _biasGradient.Pointer[j] += _sliceBiasGradients.Pointer[((nint)slice * Features) + j];
            }
        }
    }

    protected override void AddLoss(PinnedBuffer chunk, int rows, ref double loss)
    {
        Take(chunk, rows, 0.5f);
        Share(SlicesOf(rows), _forward);
        AddLosses(0.5f, ref loss);
    }

    public override void Dispose()
    {
        Team?.Dispose();
        base.Dispose();
    }

    private void Take(PinnedBuffer chunk, int rows, float scale)
    {
        (_chunk, _rows) = (chunk, rows);
        SetFactors(_factor, _importances, scale);
    }

    private void AddLosses(float scale, ref double loss)
    {
        for (var slice = 0; slice < SlicesOf(_rows); slice++)
        {
            loss += _sliceLosses[slice] / (2 * scale);
        }
    }

    private int SlicesOf(int rows) => (rows + _sliceRows - 1) / _sliceRows;

    private void Slice(int slice, bool isBothWays)
    {
        var first = slice * _sliceRows;
        var rows = Math.Min(_sliceRows, _rows - first);
        var width = Lanes.RoundUp(rows);
        SampleMatrix x = Matrix(_chunk).From(0, first), d = Matrix(_d).From(0, first), h = Matrix(_h).From(0, first);
        var biasGradient = _sliceBiasGradients.Pointer + ((nint)slice * Features);
        new Span<float>(biasGradient, Features).Clear();
        DenseKernels<TSimd, TF, TI>.Product(_weights.Pointer, 1, _hidden, _hidden, Features, x, h, width);
        _sliceLosses[slice] = _isRelu
            ? DenseKernels<TSimd, TF, TI>.OutputErrors<On>(_weights.Pointer, _bias.Pointer, _factor.Pointer, Features, _hidden, h, x, d, rows, biasGradient)
            : DenseKernels<TSimd, TF, TI>.OutputErrors<Off>(_weights.Pointer, _bias.Pointer, _factor.Pointer, Features, _hidden, h, x, d, rows, biasGradient);
        if (isBothWays)
        {
            DenseKernels<TSimd, TF, TI>.Product(_weights.Pointer, 1, _hidden, _hidden, Features, d, Matrix(_e).From(0, first), width);
        }
    }

    /// <summary>All segments of the chunk, some features.</summary>
    private void AddWeightGradient(int thread, int tile)
    {
        var (from, to) = FeaturesOf(tile);
        for (var first = 0; first < _rows; first += SegmentRows)
        {
            AddWeightGradient(first, from, to, _lanes[_areLanesKept ? 0 : thread]);
        }
    }

    private int FeatureTiles => (Features + FeaturesAtOnce - 1) / FeaturesAtOnce;

    private (int From, int To) FeaturesOf(int tile) => (tile * FeaturesAtOnce, Math.Min((tile + 1) * FeaturesAtOnce, Features));

    /// <summary>The segment that begins with row <paramref name="first"/>, features <paramref name="from"/> up to <paramref name="to"/>.</summary>
    private void AddWeightGradient(int first, int from, int to, PinnedBuffer lanes)
    {
        var width = Lanes.RoundUp(Math.Min(SegmentRows, _rows - first));
        SampleMatrix d = Matrix(_d), h = Matrix(_h).From(0, first), x = Matrix(_chunk), e = Matrix(_e).From(0, first);
        if (_areLanesKept)
        {
            var row = (nint)_hidden * Lanes.Folded;
            var kept = lanes.Pointer + (from * row);
            if (_isFirstChunk && first == 0)
            {
                new Span<float>(kept, (int)((to - from) * row)).Clear();
            }

            DenseKernels<TSimd, TF, TI>.AddOuter(d.From(from, first), h, x.From(from, first), e, kept, to - from, _hidden, width);
            return;
        }

        // In tiles whose lanes stay in the nearest caches until they are summed.
        for (var k = 0; k < _hidden; k += DimensionsAtOnce)
        {
            var dimensions = Math.Min(DimensionsAtOnce, _hidden - k);
            lanes.Span.Clear();
            DenseKernels<TSimd, TF, TI>.AddOuter(
                d.From(from, first), h.From(k, 0), x.From(from, first), e.From(k, 0), lanes.Pointer, to - from, dimensions, width);
            for (var j = from; j < to; j++)
            {
                Sum(lanes.Pointer + ((nint)(j - from) * dimensions * Lanes.Folded), ((nint)j * _hidden) + k, dimensions);
            }
        }
    }

    private void SumWeightGradient(int thread, int tile)
    {
        var (from, to) = FeaturesOf(tile);
        Sum(_lanes[0].Pointer + ((nint)from * _hidden * Lanes.Folded), (nint)from * _hidden, (nint)(to - from) * _hidden);
    }

    /// <summary>Adds joined lanes to some elements of the weight gradient.</summary>
    private void Sum(float* lanes, nint first, nint count)
    {
        var gradient = _weightGradient.Pointer + first;
        for (nint i = 0; i < count; i++)
        {
            gradient[i] += Lanes.SumFolded(lanes + (i * Lanes.Folded));
        }
    }

    private SampleMatrix Matrix(PinnedBuffer buffer) => new(buffer.Pointer, Stride);
}

/// <summary>How the dense form keeps its sums.</summary>
internal static class DenseGradient
{
    /// <summary>Weights up to which sums over samples are kept as lanes through the whole batch, 8 MB of them then.</summary>
    private const int MostLanedWeights = 1 << 18;

    /// <summary>Whether sums over samples are kept as lanes through the whole batch.</summary>
    internal static bool KeepsLanes(int features, int hidden) => (long)features * hidden <= MostLanedWeights;
}
