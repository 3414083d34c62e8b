namespace ToyModels;

/// <summary>
/// The fast implementation: every sample computed densely, feature-major, in single precision, on one thread or on several. Mathematics as in
/// <see cref="ReferenceGradient"/>; products and their layout as in <see cref="DenseKernels{TSimd, TF, TI}"/>.
/// <para>
/// A chunk goes through in segments of 256 samples, so few that x, D and what stands between stay in the second cache from one product to the
/// next: h, the errors D = ∂L/∂o, e = ∂L/∂h = WD, then the weight gradient D·hᵀ + x·eᵀ. Segments follow from the shape alone, and what they
/// add up is added in their order, so threads change no bit. Where x has few non-zeros, its two products go by these (<see cref="InputLists{TSimd, TF, TI}"/>),
/// rows that are generated are drawn slice by slice and listed while they are, and on the way to the gradient D takes the place of x: a slice then keeps half as much in
/// the caches.
/// </para>
/// <para>
/// Threads that share a chunk each go through segments of their own, where rows that are generated are drawn only then; who is done helps with what is left of the
/// others as long as that has a slice of samples, not with features of the weight gradient alone. Segments that are left, fewer than threads, all share: their slices,
/// then their features. Each segment has a gradient of its own, and all wait before these are added up. Where such gradients would be too large, the threads share the slices first, then the features of the one gradient.
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
    private const int FeaturesAtOnce = 64;

    private readonly bool _isRelu;
    private readonly int _hidden;
    private readonly int _rowLength;
    private readonly int _sliceRows;
    private readonly int _slicesOfSegment;
    private readonly Action<int, int> _forward;
    private readonly Action<int, int> _bothWays;
    private readonly Action<int, int> _passPiece;
    private readonly Action<int, int> _passLeftSlice;
    private readonly Action<int, int> _passLeftFeatures;
    private readonly Action<int, int> _addWeightGradient;
    private readonly float[] _importances;
    private readonly PinnedBuffer _weights;
    private readonly PinnedBuffer _bias;
    private readonly PinnedBuffer _factor;
    private readonly PinnedBuffer _weightGradient;
    private readonly PinnedBuffer _biasGradient;
    private readonly PinnedBuffer _h;
    private readonly PinnedBuffer _e;
    private readonly PinnedBuffer _d;

    // Each thread's own: lanes of sums, and what a segment adds to some features where the products with x go by lists and it has no gradient of its own.
    private readonly PinnedBuffer[] _lanes;
    private readonly PinnedBuffer[] _parts;

    // Of each segment of the chunk in hand, where several threads share it: what it adds to the weight gradient, and its slices still to come.
    private readonly PinnedBuffer[] _segmentGradients;
    private readonly int[] _slicesToCome;

    // The first of them: as many for each thread.
    private int _dealt;

    // Of each slice of the chunk in hand.
    private readonly PinnedBuffer _sliceBiasGradients;
    private readonly double[] _sliceLosses;
    private PinnedBuffer _chunk;
    private readonly RowClaim[] _claims;
    private int _rows;

    // Where the products with x go by its non-zeros.
    private readonly InputLists<TSimd, TF, TI>? _inputs;
    private readonly PinnedBuffer _zeros = new(Lanes.Count);

    /// <param name="kind">The forward pass.</param>
    /// <param name="features">Number of features n.</param>
    /// <param name="hidden">Number of hidden dimensions m.</param>
    /// <param name="importances">n importances.</param>
    /// <param name="batch">Rows a step.</param>
    /// <param name="threads">Threads that share each chunk; they change no bit.</param>
    /// <param name="listsInputs">Whether the products with x go by its non-zeros: see <see cref="InputLists{TSimd, TF, TI}"/>.</param>
    internal DenseGradient(
        ToyModelKind kind, int features, int hidden, ReadOnlySpan<float> importances, int batch, int threads = 1, bool listsInputs = false)
        : base(features, batch, SegmentRows, SegmentRows * (threads == 1 ? 1 : SegmentsPerThread * threads))
    {
        _isRelu = kind == ToyModelKind.ReluOutput;
        _hidden = hidden;
        _sliceRows = SliceRows(features);
        _slicesOfSegment = SegmentRows / _sliceRows;
        Team = threads > 1 ? new WorkerTeam(threads) : null;
        _forward = (_, slice) => Slice(slice, isBothWays: false);
        _bothWays = (_, slice) => Slice(slice, isBothWays: true);
        _passPiece = PassPiece;
        _passLeftSlice = (_, slice) => Slice((_dealt * _slicesOfSegment) + slice, isBothWays: true);
        _passLeftFeatures = (thread, piece) => TakeSegmentGradient(thread, _dealt + (piece / FeatureTiles), piece % FeatureTiles);
        _addWeightGradient = AddWeightGradient;
        _importances = importances.ToArray();
        _weights = new((long)features * hidden);
        _bias = new(features);
        _factor = new(features);
        _biasGradient = new(features);
        _h = CreateMatrices(hidden);
        _e = CreateMatrices(hidden);
        _d = CreateMatrices(features);
        _inputs = listsInputs ? new(features, hidden, _sliceRows, (ChunkRows + _sliceRows - 1) / _sliceRows) : null;
        _rowLength = _inputs?.RowLength ?? hidden;
        _weightGradient = new((long)features * _rowLength);
        _lanes = new PinnedBuffer[threads];
        for (var i = 0; i < threads; i++)
        {
            _lanes[i] = new(DenseKernels<TSimd, TF, TI>.OuterLanes);
        }

        _slicesToCome = new int[(ChunkRows + SegmentRows - 1) / SegmentRows];
        _segmentGradients = new PinnedBuffer[Team is not null && DenseGradient.IsSmall(features, hidden) ? _slicesToCome.Length : 0];
        for (var i = 0; i < _segmentGradients.Length; i++)
        {
            _segmentGradients[i] = new(_weightGradient.Length);
        }

        _parts = new PinnedBuffer[listsInputs && _segmentGradients.Length == 0 ? threads : 0];
        for (var i = 0; i < _parts.Length; i++)
        {
            _parts[i] = new((long)FeaturesAtOnce * _rowLength);
        }

        _sliceLosses = new double[(ChunkRows + _sliceRows - 1) / _sliceRows];
        _sliceBiasGradients = new((long)_sliceLosses.Length * features);
        _claims = new RowClaim[(ChunkRows + MatrixRows - 1) / MatrixRows];
        _chunk = _d;
    }

    /// <summary>So many samples that x and D of a slice fill most of a second cache of 512 KiB; and 128 of more than 400 features, which leave that cache: shorter slices lose more at the ends of their loops.</summary>
    internal static int SliceRows(int features) => features <= 200 ? 256 : 128;

    internal override ReadOnlySpan<float> WeightGradient => _weightGradient.Span[..(Features * _hidden)];

    internal override ReadOnlySpan<float> BiasGradient => _biasGradient.Span;

    internal override WorkerTeam? Team { get; }

    /// <summary>Whether the products with x go by its non-zeros.</summary>
    internal bool ListsInputs => _inputs is not null;

    /// <summary>Where D goes on the way to the gradient: in the place of x, whose products are then left to its lists.</summary>
    private PinnedBuffer Errors => _inputs is null ? _d : _chunk;

    private int FeatureTiles => (Features + FeaturesAtOnce - 1) / FeaturesAtOnce;

    private int Segments => (_rows + SegmentRows - 1) / SegmentRows;

    private int Slices => (_rows + _sliceRows - 1) / _sliceRows;

    private int RowsOf(int slice) => Math.Min(_sliceRows, _rows - (slice * _sliceRows));

    internal override void Begin(ReadOnlySpan<float> weights, ReadOnlySpan<float> bias)
    {
        weights.CopyTo(_weights.Span);
        bias.CopyTo(_bias.Span);
        _inputs?.Begin(weights);
        _weightGradient.Span.Clear();
        _biasGradient.Span.Clear();
    }

    internal override void End()
    {
        // Rows move up to each other.
        for (var i = 1; i < Features && _rowLength > _hidden; i++)
        {
            _weightGradient.Span.Slice(i * _rowLength, _hidden).CopyTo(_weightGradient.Span[(i * _hidden)..]);
        }
    }

    internal override void CountPresent(Span<long> present)
    {
        for (var slice = 0; slice < Slices; slice++)
        {
            Draw(slice, RowsOf(slice), lists: null);
        }

        Array.Clear(_claims);
        base.CountPresent(present);
    }

    protected override int Fill(SampleReader reader, PinnedBuffer chunk, int rows, out int kept)
    {
        _chunk = chunk;
        _rows = 0;
        var isDrawnLater = Team is not null || _inputs is not null;
        for (var matrix = 0; _rows < rows; matrix++)
        {
            var wanted = Math.Min(MatrixRows, rows - _rows);
            var destination = chunk.Span.Slice(matrix * Features * Stride, Features * Stride);
            var read = isDrawnLater ? reader.ReadOrClaim(destination, wanted, Stride, _sliceRows, out _claims[matrix]) : reader.Read(destination, wanted, Stride);
            _rows += read;
            if (read < wanted)
            {
                break;
            }
        }

        return kept = _rows;
    }

    protected override void Accumulate(PinnedBuffer chunk, int rows, float scale, ref double loss)
    {
        SetFactors(_factor.Span, _importances, scale);
        if (Team is null)
        {
            for (var segment = 0; segment < Segments; segment++)
            {
                for (var slice = segment * _slicesOfSegment; slice < Math.Min((segment + 1) * _slicesOfSegment, Slices); slice++)
                {
                    Slice(slice, isBothWays: true);
                }

                for (var tile = 0; tile < FeatureTiles; tile++)
                {
                    AddWeightGradient(0, segment, tile);
                }
            }
        }
        else if (_segmentGradients.Length > 0)
        {
            _dealt = Segments - (Segments % Team.Size);
            _slicesToCome.AsSpan(0, _dealt).Fill(_slicesOfSegment);

            // Features of a segment read all its samples, which whoever drew them has in its caches, and draws anew at the next step.
            Share(_dealt * (_slicesOfSegment + FeatureTiles), _passPiece, kept: FeatureTiles);
            if (_dealt < Segments)
            {
                Share(Slices - (_dealt * _slicesOfSegment), _passLeftSlice);
                Share((Segments - _dealt) * FeatureTiles, _passLeftFeatures);
            }

            for (var segment = 0; segment < Segments; segment++)
            {
                Sums<TSimd, TF, TI>.Add(_weightGradient.Pointer, _segmentGradients[segment].Pointer, (nint)_weightGradient.Length);
            }
        }
        else
        {
            Share(Slices, _bothWays);
            Share(FeatureTiles, _addWeightGradient);
        }

        Array.Clear(_claims);
        AddLosses(scale, ref loss);
        for (var slice = 0; slice < Slices; slice++)
        {
            Sums<TSimd, TF, TI>.Add(_biasGradient.Pointer, _sliceBiasGradients.Pointer + ((nint)slice * Features), Features);
        }
    }

    protected override void AddLoss(PinnedBuffer chunk, int rows, ref double loss)
    {
        SetFactors(_factor.Span, _importances, 0.5f);
        Share(Slices, _forward);
        Array.Clear(_claims);
        AddLosses(0.5f, ref loss);
    }

    public override void Dispose()
    {
        Team?.Dispose();
        base.Dispose();
    }

    private void AddLosses(float scale, ref double loss)
    {
        for (var slice = 0; slice < Slices; slice++)
        {
            loss += _sliceLosses[slice] / (2 * scale);
        }
    }

    /// <summary>A slice of a segment that was dealt, or some features of its weight gradient, which wait for its slices if others have not finished them.</summary>
    private void PassPiece(int thread, int piece)
    {
        var (segment, step) = Math.DivRem(piece, _slicesOfSegment + FeatureTiles);
        if (step < _slicesOfSegment)
        {
            try
            {
                var slice = (segment * _slicesOfSegment) + step;
                if (slice < Slices)
                {
                    Slice(slice, isBothWays: true);
                }
            }
            finally
            {
                Interlocked.Decrement(ref _slicesToCome[segment]);
            }

            return;
        }

        var wait = default(SpinWait);
        while (Volatile.Read(ref _slicesToCome[segment]) > 0)
        {
            wait.SpinOnce(sleep1Threshold: -1);
        }

        TakeSegmentGradient(thread, segment, step - _slicesOfSegment);
    }

    /// <summary>Some features of what a segment adds to the weight gradient.</summary>
    private void TakeSegmentGradient(int thread, int segment, int tile)
    {
        var (from, to) = FeaturesOf(tile);
        var gradient = _segmentGradients[segment];
        gradient.Span[(from * _rowLength)..(to * _rowLength)].Clear();
        AddSegment(thread, segment, from, to, gradient.Pointer + ((nint)from * _rowLength));
    }

    /// <summary>Draws the rows of a slice that were only claimed.</summary>
    /// <param name="slice">Its number.</param>
    /// <param name="rows">Its rows.</param>
    /// <param name="lists">Where given, receives the non-zeros of all its rows.</param>
    private void Draw(int slice, int rows, FeatureLists? lists)
    {
        var (matrix, first) = Math.DivRem(slice * _sliceRows, MatrixRows);
        var claim = _claims[matrix];
        var drawn = Math.Min(rows, claim.Rows - first);
        if (drawn > 0)
        {
            var destination = _chunk.Span[((matrix * Features * Stride) + first)..];
            claim.Fill(first / claim.BlockRows, drawn / claim.BlockRows, destination, Stride, drawn == rows ? lists : null);
        }

        if (drawn < rows)
        {
            lists?.Take<TSimd, TF, TI>(SamplesFrom(_chunk, Features, slice * _sliceRows), rows);
        }
    }

    private void Slice(int slice, bool isBothWays)
    {
        var first = slice * _sliceRows;
        var rows = RowsOf(slice);
        Draw(slice, rows, _inputs?[slice]);
        var width = Lanes.RoundUp(rows);
        SampleMatrix x = SamplesFrom(_chunk, Features, first), d = SamplesFrom(isBothWays ? Errors : _d, Features, first), h = SamplesFrom(_h, _hidden, first);
        var biasGradient = _sliceBiasGradients.Pointer + ((nint)slice * Features);
        new Span<float>(biasGradient, Features).Clear();
        if (_inputs is null)
        {
            DenseKernels<TSimd, TF, TI>.Product(_weights.Pointer, 1, _hidden, _hidden, Features, x, h, width);
        }
        else
        {
            _inputs.TakeHidden(slice, h, rows);
        }

        _sliceLosses[slice] = _isRelu
            ? DenseKernels<TSimd, TF, TI>.OutputErrors<On>(_weights.Pointer, _bias.Pointer, _factor.Pointer, Features, _hidden, h, x, d, rows, biasGradient)
            : DenseKernels<TSimd, TF, TI>.OutputErrors<Off>(_weights.Pointer, _bias.Pointer, _factor.Pointer, Features, _hidden, h, x, d, rows, biasGradient);
        if (isBothWays)
        {
            var e = SamplesFrom(_e, _hidden, first);
            DenseKernels<TSimd, TF, TI>.Product(_weights.Pointer, 1, _hidden, _hidden, Features, d, e, width);
            _inputs?.TakeErrors(slice, e, rows);
        }
    }

    private (int From, int To) FeaturesOf(int tile) => (tile * FeaturesAtOnce, Math.Min((tile + 1) * FeaturesAtOnce, Features));

    /// <summary>Some features, all segments of the chunk.</summary>
    private void AddWeightGradient(int thread, int tile)
    {
        for (var segment = 0; segment < Segments; segment++)
        {
            AddWeightGradient(thread, segment, tile);
        }
    }

    /// <summary>Some features, one segment. Where two kernels add to its sums, these join those before it only when they are complete.</summary>
    private void AddWeightGradient(int thread, int segment, int tile)
    {
        var (from, to) = FeaturesOf(tile);
        var gradient = _weightGradient.Pointer + ((nint)from * _rowLength);
        if (_inputs is null)
        {
            AddSegment(thread, segment, from, to, gradient);
            return;
        }

        var part = _parts[thread];
        part.Span.Clear();
        AddSegment(thread, segment, from, to, part.Pointer);
        Sums<TSimd, TF, TI>.Add(gradient, part.Pointer, (nint)(to - from) * _rowLength);
    }

    private void AddSegment(int thread, int segment, int from, int to, float* gradient)
    {
        var first = segment * SegmentRows;
        var rows = Lanes.RoundUp(Math.Min(SegmentRows, _rows - first));
        var lanes = _lanes[thread].Pointer;
        SampleMatrix d = SamplesFrom(Errors, Features, first).From(from, 0), h = SamplesFrom(_h, _hidden, first);
        if (_inputs is null)
        {
            SampleMatrix x = SamplesFrom(_chunk, Features, first).From(from, 0), e = SamplesFrom(_e, _hidden, first);
            DenseKernels<TSimd, TF, TI>.AddOuter(d, h, x, e, gradient, _rowLength, to - from, _hidden, rows, lanes);
            return;
        }

        // One product, its samples in two halves; of an odd number of sixteens the last meets zeros.
        var half = rows / (2 * Lanes.Count) * Lanes.Count;
        DenseKernels<TSimd, TF, TI>.AddOuter(d, h, d.From(0, half), h.From(0, half), gradient, _rowLength, to - from, _hidden, half, lanes);
        if (2 * half < rows)
        {
            SampleMatrix zeros = new(_zeros.Pointer, 0);
            DenseKernels<TSimd, TF, TI>.AddOuter(
                d.From(0, 2 * half), h.From(0, 2 * half), zeros, zeros, gradient, _rowLength, to - from, _hidden, Lanes.Count, lanes);
        }

        var slice = segment * _slicesOfSegment;
        _inputs.AddGradient(slice, Math.Min(slice + _slicesOfSegment, Slices), from, to, gradient);
    }
}

/// <summary>What the dense form is made for.</summary>
internal static class DenseGradient
{
    private const int MostWeights = 1 << 18;

    /// <summary>Whether there are so few weights that several gradients of them are small beside all else: a megabyte each.</summary>
    internal static bool IsSmall(int features, int hidden) => (long)features * hidden <= MostWeights;
}
