using System.Runtime.Intrinsics.X86;

namespace ToyModels;

/// <summary>
/// The implementation for models whose weights fill no cache. Every output is computed; what has zeros is multiplied by its non-zeros: x, of which
/// a fraction p is present, and D = ∂L/∂o, which is 0 where a ReLU is off. Mathematics as in <see cref="ReferenceGradient"/>; products as in
/// <see cref="ListKernels{TSimd, TF, TI}"/> and, for the outputs, <see cref="DenseKernels{TSimd, TF, TI}"/>. Results have the bits of
/// <see cref="DenseGradient{TSimd, TF, TI}"/>.
/// <para>
/// A batch goes through in segments of 256 samples, a segment in five phases; in each, threads take one piece after the other, and no two pieces meet in
/// any number. Groups of about sixty features are what W's rows and the lists come in.
/// <list type="number">
/// <item>Each group of x is listed, sample by sample.</item>
/// <item>h = Wx: a piece is a block of up to twelve vectors of hidden dimensions by all samples, or by some of them where there are many threads. It stays in
/// the second cache while the groups pass: of each, the block's columns of W are packed into the nearest cache, and the samples' lists go over them.</item>
/// <item>o = b + Wᵀh, turned into D: a piece is a group. Its D is listed while it is near.</item>
/// <item>e = ∂L/∂h = WD, as h.</item>
/// <item>∂W = D·hᵀ + x·eᵀ: a piece is 128 features, listed by lanes of samples; for each block of hidden dimensions, some features at a time pass the
/// samples of one lane after the other.</item>
/// </list>
/// W is read from memory once a phase, and the gradient is written once a segment.
/// </para>
/// </summary>
internal sealed unsafe class LargeGradient<TSimd, TF, TI> : DenseEngine
    where TSimd : struct, ISimd<TF, TI>
    where TF : unmanaged
    where TI : unmanaged
{
    /// <summary>Samples whose products are summed up before they join the sums of those before them.</summary>
    private const int SegmentRows = 256;

    /// <summary>Samples between which some of the next weights are asked for.</summary>
    private const int RowsAtOnce = 16;

    /// <summary>Features of a piece of the weight gradient.</summary>
    private const int OuterFeatures = 128;

    /// <summary>Features that pass a lane's samples before the next lane comes.</summary>
    private const int OuterRows = 32;

    private readonly bool _isRelu;
    private readonly int _hidden;
    private readonly float[] _importances;
    private readonly Action<int, int> _listSamples;
    private readonly Action<int, int> _takeHidden;
    private readonly Action<int, int> _takeErrors;
    private readonly Action<int, int> _takeBack;
    private readonly Action<int, int> _addWeightGradient;

    // Samples whose losses and gradients of biases are summed up before they join others.
    private readonly int _sliceRows;

    // Register blocks of outputs, and groups of a number of them.
    private readonly int _blocks;
    private readonly int _groupBlocks;
    private readonly int _groups;

    // Pairs of vectors that hold a row of W, and blocks of columns with about the same number of them.
    private readonly int _pairs;
    private readonly int _columnBlocks;

    // Samples of a piece of h and e: fewer than a segment has where there are fewer blocks of columns than threads.
    private readonly int _tileRows;

    private readonly PinnedBuffer _factor;
    private readonly PinnedBuffer _gradient;
    private readonly PinnedBuffer _d;

    // h in panels for the outputs; h and e by blocks of columns, in each lane by lane and in turn, for the weight gradient.
    private readonly PinnedBuffer _panels;
    private readonly PinnedBuffer _factors;

    // Of x, then of D: room for every number of a group, whatever the others hold.
    private readonly PinnedBuffer _entries;
    private readonly PinnedBuffer _starts;
    private readonly int _groupEntries;
    private readonly int _groupStarts;

    private readonly PinnedBuffer _sliceBiasGradients;
    private readonly double[] _blockLosses;
    private readonly Workspace[] _workspaces;

    private PinnedBuffer? _own;
    private PinnedBuffer? _parameters;
    private bool _isFirstSegment;
    private bool _isBothWays;
    private SampleMatrix _x;
    private int _rows;

    /// <param name="kind">The forward pass.</param>
    /// <param name="features">Number of features n.</param>
    /// <param name="hidden">Number of hidden dimensions m.</param>
    /// <param name="importances">n importances.</param>
    /// <param name="batch">Rows a step.</param>
    /// <param name="threads">Threads that share each segment; they change no bit.</param>
    internal LargeGradient(ToyModelKind kind, int features, int hidden, ReadOnlySpan<float> importances, int batch, int threads = 1)
        : base(features, batch, SegmentRows)
    {
        _isRelu = kind == ToyModelKind.ReluOutput;
        _hidden = hidden;
        _sliceRows = DenseGradient<TSimd, TF, TI>.SliceRows(features);
        _importances = importances.ToArray();
        Team = threads > 1 ? new WorkerTeam(threads) : null;
        _listSamples = (_, group) => List(group, _x);
        _takeHidden = (thread, piece) => TakeProducts(thread, piece, isBack: false);
        _takeErrors = (_, group) => TakeErrors(group);
        _takeBack = (thread, piece) => TakeProducts(thread, piece, isBack: true);
        _addWeightGradient = AddWeightGradient;

        // So many that the packed columns of a group fill most of a nearest cache of 32 KiB.
        _groupBlocks = 80 / TSimd.Width;
        _blocks = DenseKernels<TSimd, TF, TI>.BlocksOf(features);
        _groups = (_blocks + _groupBlocks - 1) / _groupBlocks;
        _pairs = (hidden + (2 * TSimd.Width) - 1) / (2 * TSimd.Width);
        _columnBlocks = (_pairs + ListKernels<TSimd, TF, TI>.MostPairs - 1) / ListKernels<TSimd, TF, TI>.MostPairs;
        _tileRows = _columnBlocks >= threads ? SegmentRows : 2 * _columnBlocks >= threads ? SegmentRows / 2 : SegmentRows / 4;
        if (_columnBlocks > threads)
        {
            // As many for each thread.
            _columnBlocks = Math.Min(_pairs, (_columnBlocks + threads - 1) / threads * threads);
        }

        var segment = Lanes.RoundUp(Math.Min(SegmentRows, ChunkRows));
        var rowLength = ListKernels<TSimd, TF, TI>.RowLength;
        var groupFeatures = Math.Min(features, _groupBlocks * 6);
        _factor = new(features);
        _gradient = new(Lanes.RoundUp(checked(features * (hidden + 1))));
        DStride = segment + Lanes.Count;
        _d = new((long)features * DStride);
        _panels = new((long)hidden * SegmentRows);
        _factors = new((long)_columnBlocks * 2 * SegmentRows * rowLength);
        _groupEntries = (groupFeatures * segment) + 1;
        _groupStarts = segment + 1;
        _entries = new(2L * _groups * _groupEntries);
        _starts = new((long)_groups * _groupStarts);
        var slices = (segment + _sliceRows - 1) / _sliceRows;
        _sliceBiasGradients = new((long)slices * features);
        _blockLosses = new double[slices * _blocks];
        _workspaces = new Workspace[threads];
        for (var i = 0; i < threads; i++)
        {
            _workspaces[i] = new Workspace(groupFeatures, segment, rowLength);
        }
    }

    internal override ReadOnlySpan<float> WeightGradient => _gradient.Span[..(Features * _hidden)];

    internal override ReadOnlySpan<float> BiasGradient => _gradient.Span.Slice(Features * _hidden, Features);

    internal override PinnedBuffer? Gradient => _gradient;

    internal override WorkerTeam? Team { get; }

    private int DStride { get; }

    private float* Weights => _parameters!.Pointer;

    private float* Bias => _parameters!.Pointer + ((nint)Features * _hidden);

    private int Width => Lanes.RoundUp(_rows);

    private Listed* Entries(int group) => (Listed*)_entries.Pointer + ((nint)group * _groupEntries);

    private int* Starts(int group) => (int*)_starts.Pointer + ((nint)group * _groupStarts);

    internal override void Begin(ReadOnlySpan<float> weights, ReadOnlySpan<float> bias)
    {
        _own ??= new PinnedBuffer((long)Features * (_hidden + 1));
        weights.CopyTo(_own.Span);
        bias.CopyTo(_own.Span[weights.Length..]);
        BeginInPlace(_own);
    }

    internal override void BeginInPlace(PinnedBuffer parameters)
    {
        _parameters = parameters;
        _isFirstSegment = true;
    }

    protected override void Accumulate(PinnedBuffer chunk, int rows, float scale, ref double loss) => Pass(chunk, rows, scale, isBothWays: true, ref loss);

    protected override void AddLoss(PinnedBuffer chunk, int rows, ref double loss) => Pass(chunk, rows, 0.5f, isBothWays: false, ref loss);

    public override void Dispose()
    {
        Team?.Dispose();
        base.Dispose();
    }

    private void Pass(PinnedBuffer chunk, int rows, float scale, bool isBothWays, ref double loss)
    {
        SetFactors(_factor.Span, _importances, scale);
        _isBothWays = isBothWays;
        for (var first = 0; first < rows; first += SegmentRows)
        {
            _x = new SampleMatrix(chunk.Pointer, Stride).From(0, first);
            _rows = Math.Min(SegmentRows, rows - first);
            var pieces = _columnBlocks * ((Width + _tileRows - 1) / _tileRows);
            Share(_groups, _listSamples);
            Share(pieces, _takeHidden);
            Share(_groups, _takeErrors);
            if (isBothWays)
            {
                Share(pieces, _takeBack);
                Share((Features + OuterFeatures - 1) / OuterFeatures, _addWeightGradient);
            }

            AddSlices(scale, ref loss);
            _isFirstSegment &= !isBothWays;
        }
    }

    /// <summary>First feature of register block <paramref name="block"/>: the higher blocks come first.</summary>
    private int FeatureOf(int block) => (block * (Features / _blocks)) + Math.Min(block, Features % _blocks);

    private (int First, int End) FeaturesOf(int group) =>
        (FeatureOf(group * _groupBlocks), FeatureOf(Math.Min((group + 1) * _groupBlocks, _blocks)));

    /// <summary>Pairs of vectors of a block of columns, its first column, and how many it has.</summary>
    private (int Pairs, int First, int Count) ColumnsOf(int block)
    {
        int from = _pairs * block / _columnBlocks, to = _pairs * (block + 1) / _columnBlocks;
        var first = from * 2 * TSimd.Width;
        return (to - from, first, Math.Min(to * 2 * TSimd.Width, _hidden) - first);
    }

    private void List(int group, SampleMatrix numbers)
    {
        var (first, end) = FeaturesOf(group);
        ListKernels<TSimd, TF, TI>.ListSamples(numbers.From(first, 0), end - first, Width, Entries(group), Starts(group));
    }

    /// <summary>h = Wx from the lists of x, or e = WD from those of D.</summary>
    private void TakeProducts(int thread, int piece, bool isBack)
    {
        var rowLength = ListKernels<TSimd, TF, TI>.RowLength;
        var workspace = _workspaces[thread];
        var tiles = (Width + _tileRows - 1) / _tileRows;
        var (pairs, column, columns) = ColumnsOf(piece / tiles);
        var first = piece % tiles * _tileRows;
        var rows = Math.Min(_tileRows, Width - first);
        workspace.Tile.Span.Clear();
        workspace.Packed.Span.Clear();
        for (var group = 0; group < _groups; group++)
        {
            Pack(group, column, columns, workspace.Packed.Pointer);
            for (var row = 0; row < rows; row += RowsAtOnce)
            {
                Prefetch(group + 1, row, rows, column, columns);
                ListKernels<TSimd, TF, TI>.AddRows(
                    pairs, Entries(group), Starts(group) + first + row, Math.Min(RowsAtOnce, rows - row), workspace.Packed.Pointer, workspace.Tile.Pointer + (row * rowLength), rowLength);
            }
        }

        // Lane by lane, h and e in turn.
        var factors = _factors.Pointer + ((nint)(piece / tiles) * 2 * SegmentRows * rowLength);
        for (var row = 0; row < rows; row++)
        {
            var s = first + row;
            var place = (2 * (((s % Lanes.Count) * (SegmentRows / Lanes.Count)) + (s / Lanes.Count))) + (isBack ? 1 : 0);
            workspace.Tile.Span.Slice(row * rowLength, rowLength).CopyTo(new Span<float>(factors + (place * rowLength), rowLength));
        }

        for (int row = 0, samples = DenseKernels<TSimd, TF, TI>.PanelSamples; row < rows && !isBack; row += samples)
        {
            var panel = _panels.Span.Slice(((first + row) * _hidden) + (column * samples), columns * samples);
            Tiles.Transpose(workspace.Tile.Span[(row * rowLength)..], Math.Min(samples, rows - row), columns, rowLength, panel, samples);
        }
    }

    /// <summary>Columns of a group's rows of W, each row <see cref="ListKernels{TSimd, TF, TI}.RowLength"/> long.</summary>
    private void Pack(int group, int column, int columns, float* packed)
    {
        var (first, end) = FeaturesOf(group);
        ListKernels<TSimd, TF, TI>.Pack(Weights + ((nint)first * _hidden) + column, _hidden, end - first, columns, packed);
    }

    /// <summary>Asks for the part of a group's columns that falls to row <paramref name="row"/> of so many.</summary>
    private void Prefetch(int group, int row, int rows, int column, int columns)
    {
        if (!Sse.IsSupported || group == _groups)
        {
            return;
        }

        var (first, end) = FeaturesOf(group);
        var features = end - first;
        end = first + (features * Math.Min(row + RowsAtOnce, rows) / rows);
        for (var j = first + (features * row / rows); j < end; j++)
        {
            for (var k = 0; k < columns; k += Lanes.Count)
            {
                Sse.Prefetch1(Weights + ((nint)j * _hidden) + column + k);
            }
        }
    }

    private void TakeErrors(int group)
    {
        fixed (double* losses = _blockLosses)
        {
            var sums = new DenseKernels<TSimd, TF, TI>.SliceSums(
                losses + (group * _groupBlocks), _blocks, _sliceBiasGradients.Pointer + FeaturesOf(group).First, Features);
            if (_isRelu)
            {
                TakeErrors<On>(group, sums);
            }
            else
            {
                TakeErrors<Off>(group, sums);
            }

            if (_isBothWays)
            {
                List(group, new SampleMatrix(_d.Pointer, DStride));
            }
        }
    }

    private void TakeErrors<TRelu>(int group, in DenseKernels<TSimd, TF, TI>.SliceSums sums)
        where TRelu : struct, ISwitch
    {
        var (j, end) = FeaturesOf(group);
        DenseKernels<TSimd, TF, TI>.PanelErrors<TRelu>(
            Weights + ((nint)j * _hidden), Bias + j, _factor.Pointer + j, end - j, _hidden, _panels.Pointer,
            _x.From(j, 0), new SampleMatrix(_d.Pointer, DStride).From(j, 0), _rows, _sliceRows, sums);
    }

    private void AddWeightGradient(int thread, int piece)
    {
        var (from, to) = (piece * OuterFeatures, Math.Min((piece + 1) * OuterFeatures, Features));
        var workspace = _workspaces[thread];
        var rowLength = ListKernels<TSimd, TF, TI>.RowLength;
        for (var j = from; j < to; j += OuterRows)
        {
            var tile = (j - from) / OuterRows;
            ListKernels<TSimd, TF, TI>.ListLanes(
                new SampleMatrix(_d.Pointer, DStride).From(j, 0), _x.From(j, 0), Math.Min(OuterRows, to - j), Width, workspace.LaneEntries(tile), workspace.LaneStarts(tile));
        }

        for (var block = 0; block < _columnBlocks; block++)
        {
            var (pairs, column, columns) = ColumnsOf(block);
            var factors = _factors.Pointer + ((nint)block * 2 * SegmentRows * rowLength);
            for (var j = from; j < to; j += OuterRows)
            {
                var tile = (j - from) / OuterRows;
                var rows = Math.Min(OuterRows, to - j);
                ListKernels<TSimd, TF, TI>.AddLanes(
                    pairs, workspace.LaneEntries(tile), workspace.LaneStarts(tile), rows, factors, 2 * SegmentRows / Lanes.Count * rowLength, workspace.Sums.Pointer);
                for (var r = 0; r < rows; r++)
                {
                    AddTo((((nint)j + r) * _hidden) + column, workspace.Sums.Pointer + (r * rowLength), columns);
                }
            }
        }
    }

    /// <summary>Adds some sums to the weight gradient, which is 0 before the first segment.</summary>
    private void AddTo(nint first, float* sums, int count)
    {
        var gradient = _gradient.Pointer + first;
        var k = 0;
        for (; k + TSimd.Width <= count; k += TSimd.Width)
        {
            var before = _isFirstSegment ? default : TSimd.Load(gradient + k);
            TSimd.Store(TSimd.Add(before, TSimd.Load(sums + k)), gradient + k);
        }

        for (; k < count; k++)
        {
            gradient[k] = (_isFirstSegment ? 0 : gradient[k]) + sums[k];
        }
    }

    /// <summary>Adds up what the slices left, in their order.</summary>
    private void AddSlices(float scale, ref double loss)
    {
        var biasGradient = _gradient.Pointer + ((nint)Features * _hidden);
        for (var slice = 0; slice * _sliceRows < _rows; slice++)
        {
            var sum = 0.0;
            foreach (var blockLoss in _blockLosses.AsSpan(slice * _blocks, _blocks))
            {
                sum += blockLoss;
            }

            loss += sum / (2 * scale);
            for (var j = 0; j < Features && _isBothWays; j++)
            {
                var before = _isFirstSegment && slice == 0 ? 0 : biasGradient[j];
                biasGradient[j] = before + _sliceBiasGradients.Pointer[((nint)slice * Features) + j];
            }
        }
    }

    /// <summary>What a thread has for itself.</summary>
    private sealed class Workspace(int groupFeatures, int segment, int rowLength)
    {
        private const int Tiles = OuterFeatures / OuterRows;
        private const int TileStarts = (Lanes.Count * OuterRows) + 1;
        private readonly int _tileEntries = (2 * OuterRows * segment) + 1;
        private readonly PinnedBuffer _entries = new(2L * Tiles * ((2 * OuterRows * segment) + 1));
        private readonly PinnedBuffer _starts = new(Tiles * TileStarts);

        /// <summary>Columns of a group's rows of W.</summary>
        internal PinnedBuffer Packed { get; } = new((long)groupFeatures * rowLength);

        /// <summary>h or e of some samples and columns.</summary>
        internal PinnedBuffer Tile { get; } = new((long)SegmentRows * rowLength);

        /// <summary>Sums of lanes.</summary>
        internal PinnedBuffer Sums { get; } = new((long)ListKernels<TSimd, TF, TI>.Waiting * OuterRows * rowLength);

        internal Listed* LaneEntries(int tile) => (Listed*)_entries.Pointer + ((nint)tile * _tileEntries);

        internal int* LaneStarts(int tile) => (int*)_starts.Pointer + ((nint)tile * TileStarts);
    }
}

/// <summary>What the implementation for large models is made for.</summary>
internal static class LargeGradient
{
    private const int LeastHidden = 64;

    /// <summary>Whether there are so many weights that lists pay, each of whose entries costs as much as some dozens of products.</summary>
    internal static bool Fits(int features, int hidden) => hidden >= LeastHidden && !DenseGradient.IsSmall(features, hidden);
}
