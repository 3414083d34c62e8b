using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;

namespace ToyModels;

/// <summary>
/// The form over non-zeros, exact: with the Gram matrix G = WᵀW once a step, a row's output is o = b + Σ_{i present} x_i G_i, and with
/// d = ∂L/∂o its share of ∂L/∂G is x_i d in row i for the same few i. Since G = WᵀW, ∂L/∂W = W(∂G + ∂Gᵀ), once a step. Rows
/// without a non-zero all have the output b: they are counted, and computed once. Where so few outputs live that it is cheaper, a batch goes
/// by those alone (<see cref="LiveOutputs{TSimd, TF, TI}"/>), without G and ∂G; which way follows from counts of a batch before, hence from the data.
/// <para>
/// Layout: panels of sixteen features j; a panel of G holds its sixteen columns of all n rows, one cache line each, and zeros up to whole squares, so that a panel of
/// G and ∂G stays close while all rows of the chunk pass through it, in the order of <see cref="RowsByLength"/>, which also has their targets.
/// G is symmetric: a panel computes what lies below its diagonal, and takes what lies above from the others. Sums over rows are chains, one
/// for each element, so no lane ever meets another: the bits are the same on every vector width. What errors are multiplied by is one number for each
/// output, so it waits until the sums are complete: rows leave the plain errors x' − x. Features past n in the last panel have weights 0 and a bias below 0.
/// </para>
/// </summary>
internal sealed unsafe class GramGradient<TSimd, TF, TI> : GradientEngine
    where TSimd : struct, ISimd<TF, TI>
    where TF : unmanaged
    where TI : unmanaged
{
    /// <summary>Batches that go by G from one in which outputs that live are counted to the next.</summary>
    private const int BatchesBetweenCounts = 16;

    /// <summary>Panels from one in which they are counted to the next; the first moves on from time to time.</summary>
    private const int PanelsBetweenCounts = 4;

    /// <summary>Vectors of columns that rows pass at once.</summary>
    private const int MostVectors = 4;

    private readonly bool _isRelu;
    private readonly int _features;
    private readonly int _hidden;
    private readonly int _padded;
    private readonly float[] _importances;
    private RowsByLength _rows;

    // Where several threads compute, the first reads the next chunk beforehand, and the others begin without it.
    private RowsByLength? _rowsAhead;
    private SampleReader? _expected;
    private SampleReader? _readerAhead;
    private ExceptionDispatchInfo? _failureAhead;
    private int _readAhead;
    private readonly Action _readRows;
    private readonly Action _readRowsAhead;
    private readonly Action<int, int> _beginPanels;
    private readonly Action<int, int> _beginLivePanel;
    private readonly Action<int, int> _takeGram;
    private readonly Action<int, int> _passGroup;
    private readonly Action<int, int> _symmetrise;
    private readonly Action<int, int> _takeWeightGradient;
    private readonly Action<int, int> _passSegment;
    private readonly Action<int, int> _takeLiveGradient;

    private readonly PinnedBuffer _weightsByDimension;
    private readonly PinnedBuffer _bias;
    private readonly PinnedBuffer _factor;
    private readonly PinnedBuffer _loss;
    private readonly PinnedBuffer _gram;
    private readonly PinnedBuffer _gramGradient;

    // The unit matrix with its sign turned, as G lies: where rows pass all columns at once, −x are sums of its rows. Else they come from a matrix of the rows.
    private readonly PinnedBuffer _units;
    private readonly bool _hasUnits;
    private readonly PinnedBuffer _productByDimension;
    private readonly PinnedBuffer _gradient;
    private readonly PinnedBuffer _biasGradient;
    private PinnedBuffer? _own;
    private PinnedBuffer? _parameters;

    private bool _isBothWays;
    private int _panelsAtOnce;

    // Whether the batch goes by the outputs that live, and what tells it of the next.
    private LiveOutputs<TSimd, TF, TI>? _live;
    private bool _isLive;
    private long _batch;
    private long _filledRows;
    private long _present;
    private long _liveOutputs;

    private bool _isBegun;
    private bool _hasGram;
    private bool _isMirrorDue;
    private SampleReader? _reader;
    private int _read;

    internal GramGradient(ToyModelKind kind, int features, int hidden, ReadOnlySpan<float> importances, int batch, int threads = 1)
    {
        Team = threads > 1 ? new WorkerTeam(threads) : null;
        _readRows = ReadRows;
        _readRowsAhead = ReadRowsAhead;
        _beginPanels = (_, block) => BeginPanels(block * ColumnsAtOnce);
        _beginLivePanel = (thread, panel) => BeginLivePanel(thread, panel * Lanes.Count);
        _takeGram = (_, block) => TakeGram(block * ColumnsAtOnce);
        _passGroup = (_, group) => PassGroup(group);
        _symmetrise = (_, panel) => Symmetrise(panel * Lanes.Count);
        _takeWeightGradient = (_, block) => TakeWeightGradient(block * ColumnsAtOnce);
        _passSegment = (thread, segment) => _live!.PassSegment(thread, segment, _factor!.Pointer);
        _takeLiveGradient = (_, panel) => _live!.TakeGradient(
            panel * Lanes.Count, _factor!.Pointer, _bias!.Pointer, _gradient!.Pointer, _gradient.Pointer + ((nint)features * hidden));
        _isRelu = kind == ToyModelKind.ReluOutput;
        _features = features;
        _hidden = hidden;
        _padded = Lanes.RoundUp(features);
        _importances = importances.ToArray();
        ChunkRows = Math.Min(batch, 1024);
        _hasUnits = features <= GramCosts.FeaturesAtOnce;
        var isReadAhead = threads > 1 && !_hasUnits;
        _rows = new(features, ChunkRows, hasMatrix: !_hasUnits, isOwn: isReadAhead);
        _rowsAhead = isReadAhead ? new(features, ChunkRows, hasMatrix: true, isOwn: true) : null;
        _weightsByDimension = new((long)hidden * _padded);
        _bias = new(_padded);
        _factor = new(_padded);
        _loss = new(_padded);
        _gram = new((long)_padded * _padded);
        _gramGradient = new((long)_padded * _padded);
        _productByDimension = new((long)hidden * _padded);
        _gradient = new(Lanes.RoundUp(checked(features * (hidden + 1))));
        _biasGradient = new(_padded);

        _units = new(_hasUnits ? _gram.Length : 0);
        if (_hasUnits)
        {
            for (var i = 0; i < features; i++)
            {
                Square(_units, 0, i & -Lanes.Count)[(i * Lanes.Count) + (i % Lanes.Count)] = -1;
            }
        }

        // Outputs past the last feature never live.
        _bias.Span[features..].Fill(-1);
    }

    internal override int ChunkRows { get; }

    internal override WorkerTeam? Team { get; }

    /// <summary>Whether the next batch goes by the outputs that live.</summary>
    internal bool IsByLiveOutputs => _isLive;

    /// <summary>Whether the batch in hand goes by the outputs that live, and they are screened by the Gram matrix of a batch before.</summary>
    internal bool HasKeptGram => _isLive && !_live!.IsGramDue;

    internal override ReadOnlySpan<float> WeightGradient => _gradient.Span[..(_features * _hidden)];

    internal override ReadOnlySpan<float> BiasGradient => _gradient.Span.Slice(_features * _hidden, _features);

    internal override PinnedBuffer? Gradient => _gradient;

    private ReadOnlySpan<float> Weights => _parameters!.Span[..(_features * _hidden)];

    internal override void Begin(ReadOnlySpan<float> weights, ReadOnlySpan<float> bias)
    {
        _own ??= new PinnedBuffer(_gradient.Length);
        weights.CopyTo(_own.Span);
        bias.CopyTo(_own.Span[weights.Length..]);
        BeginInPlace(_own);
    }

    internal override void BeginInPlace(PinnedBuffer parameters)
    {
        _parameters = parameters;
        parameters.Span.Slice(_features * _hidden, _features).CopyTo(_bias.Span);
        _biasGradient.Span.Clear();
        (_filledRows, _present, _liveOutputs) = (0, 0, 0);
        if (_isLive)
        {
            _live!.Begin(Weights, _bias.Span[.._features]);
        }

        (_isBegun, _hasGram) = (false, false);
    }

    internal override int Read(SampleReader reader, int rows)
    {
        // The others begin with W's Gram matrix, which does not need the rows, while the caller reads them.
        (_reader, _read) = (reader, rows);
        Share(_isBegun ? 0 : _isLive ? Panels : Blocks, _isLive ? _beginLivePanel : _beginPanels, _readRows);
        _isMirrorDue |= !_isBegun && !_isLive;
        _hasGram |= !_isLive;
        _isBegun = true;
        return _read;
    }

    internal override void Expect(SampleReader reader, int rows)
    {
        // Rows without a matrix may lie where the reader has them, one chunk at a time.
        if (_rowsAhead is not null)
        {
            (_expected, _readAhead) = (reader, rows);
        }
    }

    internal override void CountPresent(Span<long> present) => _rows.CountPresent(present);

    internal override void Accumulate(float scale, ref double loss)
    {
        _filledRows += _rows.Rows;
        _present += _rows.Entries;
        if (_isLive)
        {
            PassLive(_live!, scale, ref loss);
        }
        else
        {
            SetFactors(_factor.Span, _importances, scale);
            Pass(isBothWays: true, ref loss);
        }
    }

    internal override void AddLoss(ref double loss)
    {
        // The same outputs whatever the batches before were like.
        if (!_hasGram)
        {
            Share(Blocks, _takeGram);
            (_hasGram, _isMirrorDue) = (true, true);
        }

        if (!_hasUnits)
        {
            _rows.TakeMatrix();
        }

        Pass(isBothWays: false, ref loss);
    }

    internal override void End()
    {
        if (!_isLive)
        {
            Share(Panels, _symmetrise);
            Share(Blocks, _takeWeightGradient);
            for (var j = 0; j < _padded; j += TSimd.Width)
            {
                TSimd.Store(TSimd.Multiply(TSimd.Load(_biasGradient.Pointer + j), TSimd.Load(_factor.Pointer + j)), _biasGradient.Pointer + j);
            }

            _biasGradient.Span[.._features].CopyTo(_gradient.Span[(_features * _hidden)..]);
        }

        ChooseWay();
    }

    public override void Dispose()
    {
        Team?.Dispose();
        base.Dispose();
    }

    private int Panels => _padded / Lanes.Count;

    /// <summary>Features of the panels whose products are taken at once: their products with W, and W's with them.</summary>
    private static int ColumnsAtOnce => DenseKernels<TSimd, TF, TI>.PanelsAtOnce * Lanes.Count;

    private int Blocks => (_features + ColumnsAtOnce - 1) / ColumnsAtOnce;

    /// <summary>Non-zeros of a row that has some, on average over the chunk.</summary>
    private double PresentInRow => (double)_rows.Entries / Math.Max(_rows.Rows, 1);

    private void ReadRows()
    {
        var isAhead = _readerAhead == _reader;
        (_expected, _readerAhead) = (null, null);
        if (_rowsAhead is { } ahead && isAhead)
        {
            _failureAhead?.Throw();
            (_rows, _rowsAhead, _read) = (ahead, _rows, _readAhead);
            if (!_isLive)
            {
                _rows.TakeMatrix();
            }
        }
        else
        {
            _read = ReadRows(_rows, _reader!, _read);
        }
    }

    private void ReadRowsAhead()
    {
        if (_expected is { } reader)
        {
            (_expected, _readerAhead, _failureAhead) = (null, reader, null);
            try
            {
                _readAhead = ReadRows(_rowsAhead!, reader, _readAhead);
            }
#pragma warning disable CA1031 // Whatever reading meets is thrown when these rows are asked for: perhaps they never are.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                _failureAhead = ExceptionDispatchInfo.Capture(exception);
            }
        }
    }

    private int ReadRows(RowsByLength rows, SampleReader reader, int count) => rows.Read(reader, count, isMatrixWanted: !_isLive && !_hasUnits);

    /// <summary>What a batch begins with: a block of panels from feature j on.</summary>
    private void BeginPanels(int j)
    {
        TakeGram(j);
        new Span<float>(Square(_gramGradient, 0, j), _padded * ColumnsFrom(j)).Clear();
    }

    /// <summary>What a batch that goes by the outputs that live begins with: features j … j + 15.</summary>
    private void BeginLivePanel(int thread, int j)
    {
        var gram = _live!.RoomForGram(thread);
        if (_live.IsGramDue)
        {
            TakeGram(j, gram, panels: 1);
        }

        _live.Take(j, Weights.Slice(j * _hidden, Math.Min(Lanes.Count, _features - j) * _hidden), _bias.Pointer + j, gram);
    }

    /// <summary>G's columns of a block of panels from row j down.</summary>
    private void TakeGram(int j) => TakeGram(j, Square(_gram, j, j), ColumnsFrom(j) / Lanes.Count);

    /// <summary>The same for so many panels, and not into G.</summary>
    private void TakeGram(int j, float* gram, int panels)
    {
        Tiles.Transpose(Weights[(j * _hidden)..], Math.Min(panels * Lanes.Count, _features - j), _hidden, _hidden, _weightsByDimension.Span[j..], _padded);
        DenseKernels<TSimd, TF, TI>.PanelProduct(
            _parameters!.Pointer + ((nint)j * _hidden), _hidden, 1, _features - j, _hidden, new(_weightsByDimension.Pointer + j, _padded), Lanes.Count,
            new(gram, Lanes.Count), (nint)_padded * Lanes.Count, panels);
    }

    /// <summary>Columns of the block of panels that begins with feature j.</summary>
    private int ColumnsFrom(int j) => Math.Min(ColumnsAtOnce, _padded - j);

    /// <summary>G's columns j … j + 15 above row j: the rows of other panels.</summary>
    private void MirrorGram(int j)
    {
        var rows = Math.Min(Lanes.Count, _features - j);
        for (var i = 0; i < j; i += Lanes.Count)
        {
            Tiles.Transpose(Square(_gram, j, i), rows, Lanes.Count, Lanes.Count, Square(_gram, i, j), Lanes.Count);
        }
    }

    /// <summary>
    /// ∂G ← ∂G + ∂Gᵀ, with the factors of errors, which their sums still lack: squares of sixteen by sixteen, those of the panel that begins with
    /// <paramref name="j"/> down to its own.
    /// </summary>
    private void Symmetrise(int j)
    {
        var side = Math.Min(Lanes.Count, _features - j);
        for (var i = 0; i <= j; i += Lanes.Count)
        {
            Tiles.AddTransposed(
                Square(_gramGradient, i, j), _factor.Pointer + j, Square(_gramGradient, j, i), _factor.Pointer + i, i < j ? Lanes.Count : side, side);
        }
    }

    /// <summary>Rows i … of G or of its gradient, columns of the panel that begins with j.</summary>
    private float* Square(PinnedBuffer matrix, int i, int j) => matrix.Pointer + ((nint)j * _padded) + (i * Lanes.Count);

    /// <summary>The gradient of a block of features from j on.</summary>
    private void TakeWeightGradient(int j)
    {
        var columns = ColumnsFrom(j);
        DenseKernels<TSimd, TF, TI>.PanelProduct(
            _parameters!.Pointer, 1, _hidden, _hidden, _features, new(Square(_gramGradient, 0, j), Lanes.Count), (nint)_padded * Lanes.Count,
            new(_productByDimension.Pointer + j, _padded), Lanes.Count, columns / Lanes.Count);
        Tiles.Transpose(
            _productByDimension.Span[j..], _hidden, Math.Min(columns, _features - j), _padded, _gradient.Span[(j * _hidden)..], _hidden);
    }

    private void Pass(bool isBothWays, ref double loss)
    {
        _isBothWays = isBothWays;
        _panelsAtOnce = (GramCosts.AreMorePanelsAtOnce(_features, PresentInRow) ? 2 : 1) * DenseKernels<TSimd, TF, TI>.PanelsAtOnce;
        Share(Groups, _passGroup, _readRowsAhead);
        _isMirrorDue = false;
        for (var j = 0; j < _features; j++)
        {
            loss += (double)_importances[j] * _loss.Pointer[j];
        }
    }

    private void PassLive(LiveOutputs<TSimd, TF, TI> live, float scale, ref double loss)
    {
        SetFactors(_factor.Span, _importances, scale);
        live.BeginChunk(_rows);
        Share(live.Segments, _passSegment, _readRowsAhead);
        Share(Panels, _takeLiveGradient);
        live.EndChunk();
        _liveOutputs += live.Count;

        // Rows without a non-zero: their output is b, their target 0.
        var empty = 0.0;
        for (var j = 0; j < _features; j++)
        {
            var output = Math.Max(_bias.Pointer[j], 0);
            empty += (double)_factor.Pointer[j] * output * output;
        }

        loss += (live.Loss + (_rows.EmptyRows * empty)) / (2 * scale);
    }

    /// <summary>
    /// Which way the next batch goes, by how many outputs of this one lived: known where it went by them; else counted once in a while, in some
    /// panels of its last chunk, unless it would not pay even if hardly any lived.
    /// </summary>
    private void ChooseWay()
    {
        var byGram = GramCosts.ByGram(_features, _hidden, _filledRows, _present);
        if (_isLive)
        {
            _isLive = GramCosts.ByLiveOutputs(_features, _hidden, _filledRows, _present, _liveOutputs) < byGram;
        }
        else if (_isRelu && _batch % BatchesBetweenCounts == 0 && GramCosts.ByLiveOutputs(_features, _hidden, _filledRows, _present, 0) < byGram)
        {
            var (live, counted) = (0.0, 0);
            for (var panel = (int)(_batch / BatchesBetweenCounts % Math.Min(PanelsBetweenCounts, Panels)); panel < Panels; panel += PanelsBetweenCounts)
            {
                live += CountPanel(panel * Lanes.Count);
                counted++;
            }

            // As many in the others, and in the chunks before, where these had as many non-zeros.
            live *= (double)Panels / counted * _present / Math.Max(_rows.Entries, 1);
            _isLive = GramCosts.ByLiveOutputs(_features, _hidden, _filledRows, _present, live) < byGram;
            if (_isLive)
            {
                _live ??= new(_features, _hidden, ChunkRows, Team?.Size ?? 1);
                _live.Restart();
            }
        }

        _batch++;
    }

    /// <summary>How many outputs j … j + 15 of the chunk's rows live.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int CountPanel(int j)
    {
        var dead = 0;
        for (var lane = 0; lane < Lanes.Count; lane += TSimd.Width)
        {
            var gram = Square(_gram, 0, j) + lane;
            var bias = TSimd.Load(_bias.Pointer + j + lane);
            foreach (var stretch in _rows.Runs)
            {
                fixed (int* offsets = stretch.Offsets)
                fixed (float* values = stretch.Values)
                {
                    for (var row = 0; row < stretch.Rows; row++)
                    {
                        var (entry, output) = (stretch.Entry + (row * stretch.RowStep), bias);
                        for (var e = 0; e < stretch.Length; e++, entry += stretch.Step)
                        {
                            output = TSimd.MultiplyAdd(TSimd.Splat(values[entry]), TSimd.Load(gram + offsets[entry]), output);
                        }

                        dead += BitOperations.PopCount(TSimd.AtMostZero(output));
                    }
                }
            }
        }

        return (_rows.Rows * Lanes.Count) - dead;
    }

    /// <summary>
    /// Groups of panels that rows pass at once. Where one panel would be left and still fits with others into the vectors of <see cref="Columns"/>, there is no group
    /// for it: alone it takes two thirds of the time of two. Unless there were fewer groups than threads then.
    /// </summary>
    private int Groups
    {
        get
        {
            var (whole, left) = Math.DivRem(Panels, _panelsAtOnce);
            var isTaken = left == 1 && whole >= (Team?.Size ?? 1) && (_panelsAtOnce + 1) * Lanes.Count <= MostVectors * TSimd.Width;
            return left == 0 || isTaken ? whole : whole + 1;
        }
    }

    /// <summary>The panels of a group, as many as other groups have, or one more in the first ones.</summary>
    private void PassGroup(int group)
    {
        var groups = Groups;
        var j = First(group);
        var end = Math.Min(First(group + 1), _features);
        for (var panel = j; _isMirrorDue && panel < end; panel += Lanes.Count)
        {
            MirrorGram(panel);
        }

        if (_isRelu)
        {
            PassColumns<On>(j, end);
        }
        else
        {
            PassColumns<Off>(j, end);
        }

        int First(int number) => ((number * Panels) + groups - 1) / groups * Lanes.Count;
    }

    private void PassColumns<TRelu>(int j, int end)
        where TRelu : struct, ISwitch
    {
        if (_isBothWays)
        {
            PassColumns<TRelu, On>(j, end);
        }
        else
        {
            PassColumns<TRelu, Off>(j, end);
        }
    }

    private void PassColumns<TRelu, TBackward>(int j, int end)
        where TRelu : struct, ISwitch
        where TBackward : struct, ISwitch
    {
        if (_hasUnits)
        {
            PassColumns<TRelu, TBackward, On>(j, end);
        }
        else
        {
            PassColumns<TRelu, TBackward, Off>(j, end);
        }
    }

    private void PassColumns<TRelu, TBackward, TUnits>(int j, int end)
        where TRelu : struct, ISwitch
        where TBackward : struct, ISwitch
        where TUnits : struct, ISwitch
    {
        for (; j < end; j += MostVectors * TSimd.Width)
        {
            if (end - j <= TSimd.Width)
            {
                Columns<TRelu, TBackward, TUnits, One>(j);
            }
            else if (end - j <= 2 * TSimd.Width)
            {
                Columns<TRelu, TBackward, TUnits, Two>(j);
            }
            else if (end - j <= 3 * TSimd.Width)
            {
                Columns<TRelu, TBackward, TUnits, Three>(j);
            }
            else
            {
                Columns<TRelu, TBackward, TUnits, Four>(j);
            }
        }
    }

    /// <summary>All rows of the chunk through columns j …, up to <see cref="MostVectors"/> vectors of them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void Columns<TRelu, TBackward, TUnits, TVectors>(int j)
        where TRelu : struct, ISwitch
        where TBackward : struct, ISwitch
        where TUnits : struct, ISwitch
        where TVectors : struct, ICount
    {
        // From the first vector of columns to the second, and from the first pair to the second: in the same panel or in the next.
        var panelLength = (nint)_padded * Lanes.Count;
        var second = TSimd.Width == Lanes.Count ? panelLength : TSimd.Width;
        var pair = 2 * TSimd.Width == Lanes.Count ? panelLength : 2 * second;
        var panel = j & -Lanes.Count;
        var gram = _gram.Pointer + ((nint)panel * _padded) + (j - panel);
        var gramGradient = _gramGradient.Pointer + ((nint)panel * _padded) + (j - panel);
        var bias = _bias.Pointer + j;
        TF b0 = TSimd.Load(bias), b1 = TVectors.Value > 1 ? TSimd.Load(bias + TSimd.Width) : b0;
        TF loss0 = default, loss1 = default, loss2 = default, loss3 = default;
        TF bias0 = default, bias1 = default, bias2 = default, bias3 = default;
        var x = _rows.Matrix.Pointer + j;
        nint rowLength = _rows.Stride, units = TUnits.IsOn ? (nint)(_units.Pointer - _gram.Pointer) : 0;
        foreach (var stretch in _rows.Runs)
        {
            fixed (int* firstOffset = &stretch.Offsets[stretch.Entry])
            fixed (float* firstValue = &stretch.Values[stretch.Entry])
            {
                // A row goes forward while the one before goes back: the sums of one are chains, the stores of the other are many. Sixteen registers
                // do not hold outputs and targets of one beside errors of the other.
                var areApart = TUnits.IsOn && TSimd.Width < Lanes.Count;
                int* offsets = firstOffset, nextOffsets = firstOffset;
                float* values = firstValue, nextValues = firstValue;
                nint step = stretch.Step, end = step * stretch.Length, rowStep = stretch.RowStep;
                TF o0 = b0, o1 = b1, o2 = default, o3 = default;
                TF x0 = default, x1 = default, x2 = default, x3 = default;
                BeginRow<TVectors>(bias, ref o2, ref o3);
                for (nint e = 0; e < end; e += step)
                {
                    var value = TSimd.Splat(values[e]);
                    Present<TVectors>(value, gram + offsets[e], second, pair, ref o0, ref o1, ref o2, ref o3);
                    if (TUnits.IsOn)
                    {
                        Present<TVectors>(value, gram + offsets[e] + units, second, pair, ref x0, ref x1, ref x2, ref x3);
                    }
                }

                for (var rows = stretch.Rows; ; rows--)
                {
                    TF d0 = Errors<TSimd, TF, TI>.Turned<TRelu>(o0, TUnits.IsOn ? x0 : TSimd.Load(x), ref loss0), d1 = default, d2 = default, d3 = default;
                    if (TVectors.Value > 1)
                    {
                        d1 = Errors<TSimd, TF, TI>.Turned<TRelu>(o1, TUnits.IsOn ? x1 : TSimd.Load(x + TSimd.Width), ref loss1);
                    }

                    if (TVectors.Value > 2)
                    {
                        d2 = Errors<TSimd, TF, TI>.Turned<TRelu>(o2, TUnits.IsOn ? x2 : TSimd.Load(x + (2 * TSimd.Width)), ref loss2);
                    }

                    if (TVectors.Value > 3)
                    {
                        d3 = Errors<TSimd, TF, TI>.Turned<TRelu>(o3, TUnits.IsOn ? x3 : TSimd.Load(x + (3 * TSimd.Width)), ref loss3);
                    }

                    x += TUnits.IsOn ? 0 : rowLength;
                    if (TBackward.IsOn)
                    {
                        bias0 = TSimd.Add(bias0, d0);
                        if (TVectors.Value > 1)
                        {
                            bias1 = TSimd.Add(bias1, d1);
                        }

                        if (TVectors.Value > 2)
                        {
                            bias2 = TSimd.Add(bias2, d2);
                        }

                        if (TVectors.Value > 3)
                        {
                            bias3 = TSimd.Add(bias3, d3);
                        }
                    }

                    if (TBackward.IsOn && (areApart || rows == 1))
                    {
                        Back<TVectors>(TSimd.Splat(*values), d0, d1, d2, d3, gramGradient + *offsets, second, pair);
                        for (var e = step; e < end; e += step)
                        {
                            Back<TVectors>(TSimd.Splat(values[e]), d0, d1, d2, d3, gramGradient + offsets[e], second, pair);
                        }
                    }

                    if (rows == 1)
                    {
                        break;
                    }

                    nextOffsets += rowStep;
                    nextValues += rowStep;
                    (o0, o1) = (b0, b1);
                    (x0, x1, x2, x3) = (default, default, default, default);
                    BeginRow<TVectors>(bias, ref o2, ref o3);

                    // Of many rows the first non-zero is the only one.
                    nint offset = *nextOffsets;
                    var next = TSimd.Splat(*nextValues);
                    Present<TVectors>(next, gram + offset, second, pair, ref o0, ref o1, ref o2, ref o3);
                    if (TUnits.IsOn)
                    {
                        Present<TVectors>(next, gram + offset + units, second, pair, ref x0, ref x1, ref x2, ref x3);
                    }

                    if (TBackward.IsOn && !areApart)
                    {
                        Back<TVectors>(TSimd.Splat(*values), d0, d1, d2, d3, gramGradient + *offsets, second, pair);
                    }

                    for (var e = step; e < end; e += step)
                    {
                        offset = nextOffsets[e];
                        next = TSimd.Splat(nextValues[e]);
                        Present<TVectors>(next, gram + offset, second, pair, ref o0, ref o1, ref o2, ref o3);
                        if (TUnits.IsOn)
                        {
                            Present<TVectors>(next, gram + offset + units, second, pair, ref x0, ref x1, ref x2, ref x3);
                        }

                        if (TBackward.IsOn && !areApart)
                        {
                            Back<TVectors>(TSimd.Splat(values[e]), d0, d1, d2, d3, gramGradient + offsets[e], second, pair);
                        }
                    }

                    offsets = nextOffsets;
                    values = nextValues;
                }
            }
        }

        EndColumns<TRelu>(j, loss0, bias0);
        if (TVectors.Value > 1)
        {
            EndColumns<TRelu>(j + TSimd.Width, loss1, bias1);
        }

        if (TVectors.Value > 2)
        {
            EndColumns<TRelu>(j + (2 * TSimd.Width), loss2, bias2);
        }

        if (TVectors.Value > 3)
        {
            EndColumns<TRelu>(j + (3 * TSimd.Width), loss3, bias3);
        }
    }

    /// <summary>A row's outputs before its first non-zero, where they do not stay in registers from row to row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void BeginRow<TVectors>(float* bias, ref TF o2, ref TF o3)
        where TVectors : struct, ICount
    {
        if (TVectors.Value > 2)
        {
            o2 = TSimd.Load(bias + (2 * TSimd.Width));
        }

        if (TVectors.Value > 3)
        {
            o3 = TSimd.Load(bias + (3 * TSimd.Width));
        }
    }

    /// <summary>Adds one non-zero's share to a row's outputs.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Present<TVectors>(TF value, float* g, nint second, nint pair, ref TF o0, ref TF o1, ref TF o2, ref TF o3)
        where TVectors : struct, ICount
    {
        o0 = TSimd.MultiplyAdd(value, TSimd.Load(g), o0);
        if (TVectors.Value > 1)
        {
            o1 = TSimd.MultiplyAdd(value, TSimd.Load(g + second), o1);
        }

        if (TVectors.Value > 2)
        {
            o2 = TSimd.MultiplyAdd(value, TSimd.Load(g + pair), o2);
        }

        if (TVectors.Value > 3)
        {
            o3 = TSimd.MultiplyAdd(value, TSimd.Load(g + pair + second), o3);
        }
    }

    /// <summary>Adds one non-zero's share to the gradient of G.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Back<TVectors>(TF value, TF d0, TF d1, TF d2, TF d3, float* dg, nint second, nint pair)
        where TVectors : struct, ICount
    {
        TSimd.Store(TSimd.MultiplyAdd(value, d0, TSimd.Load(dg)), dg);
        if (TVectors.Value > 1)
        {
            TSimd.Store(TSimd.MultiplyAdd(value, d1, TSimd.Load(dg + second)), dg + second);
        }

        if (TVectors.Value > 2)
        {
            TSimd.Store(TSimd.MultiplyAdd(value, d2, TSimd.Load(dg + pair)), dg + pair);
        }

        if (TVectors.Value > 3)
        {
            TSimd.Store(TSimd.MultiplyAdd(value, d3, TSimd.Load(dg + pair + second)), dg + pair + second);
        }
    }

    /// <summary>Adds the empty rows, whose output is b and whose target is 0, and stores the sums.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void EndColumns<TRelu>(int j, TF loss, TF biasGradient)
        where TRelu : struct, ISwitch
    {
        var bias = TSimd.Load(_bias.Pointer + j);
        var empty = TSimd.Splat((float)_rows.EmptyRows);
        TF emptyLoss = default;
        var d = Errors<TSimd, TF, TI>.Turned<TRelu>(bias, default, ref emptyLoss);
        TSimd.Store(TSimd.MultiplyAdd(empty, emptyLoss, loss), _loss.Pointer + j);
        var sum = TSimd.Add(TSimd.Load(_biasGradient.Pointer + j), TSimd.MultiplyAdd(empty, d, biasGradient));
        TSimd.Store(sum, _biasGradient.Pointer + j);
    }
}
