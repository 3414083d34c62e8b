namespace ToyModels;

/// <summary>
/// The form over non-zeros where few outputs live, those whose ReLU is on. All others have no error, and trained on sparse features few outputs live, hardly
/// more than features are present. So each row asks the <see cref="OutputScreen"/> which outputs may live, computes those alone, o_j = h·W_j + b_j with h = Σ x_i W_i,
/// and with d = ∂L/∂o goes back by those that do: e = ∂L/∂h = Σ_j d_j W_j, and ∂L/∂W_j = Σ over rows of d_j h + x_j e. A row is done before the next begins, and h
/// and e stay in registers: a handful of short products for each row in place of passes over all outputs.
/// <para>
/// Rows go through in segments, each with a gradient of its own; threads take one segment after the other, those with most non-zeros first, and the
/// gradients are added up in order, so that threads change no bit, and sums within a row have an order that no vector width changes.
/// Rows of W, of its gradient and of h are one number longer than m: there stand b_j, ∂L/∂b_j and 1.
/// </para>
/// </summary>
internal sealed unsafe class LiveOutputs<TSimd, TF, TI>
    where TSimd : struct, ISimd<TF, TI>
    where TF : unmanaged
    where TI : unmanaged
{
    private readonly int _features;
    private readonly int _hidden;
    private readonly int _rowLength;
    private readonly OutputScreen _screen;
    private readonly PinnedBuffer _weights;
    private readonly PinnedBuffer _ends;
    private readonly Segment[] _segments;
    private readonly Workspace[] _workspaces;
    private RowsByLength? _chunk;
    private bool _isFirstChunk;

    // Outputs that passed the screen and were dead, since it took G.
    private long _inVain;
    private bool _hasGram;

    /// <param name="features">Number of features n.</param>
    /// <param name="hidden">Hidden dimensions m.</param>
    /// <param name="chunkRows">Rows of a chunk at most.</param>
    /// <param name="threads">Threads that take segments.</param>
    internal LiveOutputs(int features, int hidden, int chunkRows, int threads)
    {
        _features = features;
        _hidden = hidden;
        _screen = new(features, hidden, isWide: TSimd.Width == Lanes.Count);
        var vectors = (hidden / TSimd.Width) + 1;
        _rowLength = vectors <= LiveKernels<TSimd, TF, TI>.MostVectors ? vectors * TSimd.Width : Lanes.RoundUp(hidden + 1);
        var numbers = (long)_screen.Columns * _rowLength;
        _weights = new(numbers);
        _segments = [.. Enumerable.Range(0, (chunkRows + GramCosts.SegmentRows - 1) / GramCosts.SegmentRows).Select(_ => new Segment(numbers))];
        _workspaces = [.. Enumerable.Range(0, threads).Select(_ => new Workspace(features, _rowLength, _screen))];

        // Outputs past the last feature never live.
        for (var j = features; j < _screen.Columns; j++)
        {
            _weights.Span[(j * _rowLength) + hidden] = -1;
        }

        _ends = new(2 * TSimd.Width);
        var place = hidden % TSimd.Width;
        for (var lane = 0; lane < TSimd.Width; lane++)
        {
            _ends.Span[lane] = lane < place ? 1 : 0;
            _ends.Span[TSimd.Width + lane] = lane == place ? 1 : 0;
        }
    }

    private RowsByLength Rows => _chunk!;

    /// <summary>Segments of the chunk.</summary>
    internal int Segments => (Rows.Rows + GramCosts.SegmentRows - 1) / GramCosts.SegmentRows;

    /// <summary>Σ factor·(x' − x)² over the chunk's rows that have non-zeros; known when the chunk has ended.</summary>
    internal double Loss { get; private set; }

    /// <summary>Outputs of the chunk that live; known when it has ended.</summary>
    internal long Count { get; private set; }

    /// <summary>Whether the batch in hand takes G: as much work has been in vain since it was taken last as it costs to take it.</summary>
    internal bool IsGramDue { get; private set; }

    /// <summary>Batches begin that follow on others.</summary>
    internal void Restart() => _hasGram = false;

    /// <summary>Begins a batch, which <see cref="Take"/> follows for each sixteen features.</summary>
    internal void Begin(ReadOnlySpan<float> weights, ReadOnlySpan<float> bias)
    {
        _isFirstChunk = true;
        IsGramDue = !_hasGram || GramCosts.InVain(_inVain) > GramCosts.Gram(_features, _hidden);
        if (IsGramDue)
        {
            (_hasGram, _inVain) = (true, 0);
            _screen.Begin(weights, bias);
        }
    }

    /// <summary>Room for G's columns j … j + 15 from row j down.</summary>
    internal float* RoomForGram(int thread) => _workspaces[thread].Gram.Pointer;

    /// <summary>Takes features j … j + 15.</summary>
    /// <param name="j">The first.</param>
    /// <param name="weights">Their rows of W.</param>
    /// <param name="bias">Their biases.</param>
    /// <param name="gram">G's columns j … j + 15 from row j down, if it is due.</param>
    internal void Take(int j, ReadOnlySpan<float> weights, float* bias, float* gram)
    {
        for (var i = 0; i < weights.Length / _hidden; i++)
        {
            var row = _weights.Span[((j + i) * _rowLength)..];
            weights.Slice(i * _hidden, _hidden).CopyTo(row);
            row[_hidden] = bias[i];
        }

        if (IsGramDue)
        {
            _screen.TakeGram(j, weights, gram);
        }

        _screen.Take(j, weights, bias);
    }

    /// <summary>Begins a chunk.</summary>
    internal void BeginChunk(RowsByLength rows)
    {
        _chunk = rows;
        _screen.Ready();
    }

    /// <summary>Ends a chunk.</summary>
    internal void EndChunk()
    {
        _isFirstChunk = false;
        (Loss, Count) = (0, 0);
        for (var i = 0; i < Segments; i++)
        {
            Loss += _segments[i].Loss;
            Count += _segments[i].Live;
            _inVain += _segments[i].InVain;
        }
    }

    /// <summary>Rows of a segment forward and back.</summary>
    internal void PassSegment(int thread, int piece, float* factor)
    {
        // The last rows have most non-zeros.
        var number = Segments - 1 - piece;
        var segment = _segments[number];
        var workspace = _workspaces[thread];
        int first = number * GramCosts.SegmentRows, end = Math.Min(first + GramCosts.SegmentRows, Rows.Rows);
        segment.Gradient.Span.Clear();
        LiveRows rows = new()
        {
            RowLength = _rowLength,
            Weights = _weights.Pointer,
            Gradient = segment.Gradient.Pointer,
            Factor = factor,
            Targets = workspace.Targets.Pointer,
            Ends = _ends.Pointer,
            End = _hidden / TSimd.Width * TSimd.Width,
            Room = workspace.Room.Pointer,
            Words = _screen.Words,
        };
        foreach (var stretch in Rows.Runs)
        {
            int from = Math.Max(first, stretch.Row), count = Math.Min(end, stretch.Row + stretch.Rows) - from;
            if (count > 0)
            {
                var entry = stretch.Entry + ((from - stretch.Row) * stretch.RowStep);
                fixed (int* offsets = &stretch.Offsets[entry])
                fixed (float* values = &stretch.Values[entry])
                fixed (OutputScreen.Screened* screened = workspace.RoomFor(count * (stretch.Length + 1)))
                fixed (short* margins = workspace.Margins)
                fixed (ulong* dead = workspace.Dead)
                fixed (int* candidates = workspace.Candidates)
                {
                    _screen.List(offsets, values, stretch, count, screened, margins);
                    _screen.Look(screened, margins, stretch.Length, count, dead);
                    rows.Dead = dead;
                    rows.Candidates = candidates;
                    LiveKernels<TSimd, TF, TI>.Pass(ref rows, offsets, values, stretch, count);
                }
            }
        }

        (segment.Loss, segment.Live, segment.InVain) = (rows.Loss, rows.Passed - rows.InVain, rows.InVain);
    }

    /// <summary>Takes the chunk's gradient of features j … j + 15, which its segments add up to, and rows without a non-zero, whose output is b and whose target is 0.</summary>
    /// <param name="j">The first.</param>
    /// <param name="factor">2 I, times the scale of the gradient.</param>
    /// <param name="bias">b.</param>
    /// <param name="weightGradient">∂L/∂W: the batch's first chunk is written there, others are added.</param>
    /// <param name="biasGradient">∂L/∂b, likewise.</param>
    internal void TakeGradient(int j, float* factor, float* bias, float* weightGradient, float* biasGradient)
    {
        var rows = Math.Min(Lanes.Count, _features - j);
        var sum = _segments[0].Gradient.Pointer + ((nint)j * _rowLength);
        if (Segments == 0)
        {
            new Span<float>(sum, rows * _rowLength).Clear();
        }

        for (var segment = 1; segment < Segments; segment++)
        {
            Sums<TSimd, TF, TI>.Add(sum, _segments[segment].Gradient.Pointer + ((nint)j * _rowLength), rows * _rowLength);
        }

        for (var end = j + rows; j < end; j++, sum += _rowLength)
        {
            var ofBias = sum[_hidden] + (Rows.EmptyRows * (factor[j] * Math.Max(bias[j], 0)));
            var ofWeights = weightGradient + ((nint)j * _hidden);
            if (_isFirstChunk)
            {
                new ReadOnlySpan<float>(sum, _hidden).CopyTo(new(ofWeights, _hidden));
                biasGradient[j] = ofBias;
            }
            else
            {
                Sums<TSimd, TF, TI>.Add(ofWeights, sum, _hidden);
                biasGradient[j] += ofBias;
            }
        }
    }

    /// <summary>Some rows of the chunk.</summary>
    private sealed class Segment(long numbers)
    {
        internal PinnedBuffer Gradient { get; } = new(numbers);

        internal double Loss { get; set; }

        internal long Live { get; set; }

        internal long InVain { get; set; }
    }

    /// <summary>What a thread needs.</summary>
    private sealed class Workspace(int features, int rowLength, OutputScreen screen)
    {
        private OutputScreen.Screened[] _screened = [];

        internal PinnedBuffer Gram { get; } = new((long)features * Lanes.Count);

        internal PinnedBuffer Targets { get; } = new(screen.Columns);

        internal PinnedBuffer Room { get; } = new(2 * rowLength);

        internal short[] Margins { get; } = new short[GramCosts.SegmentRows];

        internal ulong[] Dead { get; } = new ulong[GramCosts.SegmentRows * screen.Words];

        internal int[] Candidates { get; } = new int[screen.Columns + LiveKernels<TSimd, TF, TI>.AtOnce];

        internal OutputScreen.Screened[] RoomFor(int count)
        {
            if (_screened.Length < count)
            {
                _screened = new OutputScreen.Screened[count * 3 / 2];
            }

            return _screened;
        }
    }
}
