using System.Numerics;

namespace ToyModels;

/// <summary>
/// The way back of the form over non-zeros by the outputs that live, those whose ReLU is on. All others have no error, and trained on sparse
/// features few outputs live, hardly more than features are present: with d = ∂L/∂o of those alone, e = ∂L/∂h = Σ_j d_j W_j, and
/// ∂L/∂W_j = Σ over rows of d_j h + x_j e, a handful of short products for each row in place of two large ones for each step.
/// <para>
/// A batch goes through in three phases; in each, threads take one piece after the other, no two pieces meet in any number, and each sum has an
/// order of its own, so that neither threads nor vector widths change a bit.
/// <list type="number">
/// <item><see cref="PassPanel"/>, sixteen features: outputs by the Gram matrix, and losses; outputs that live are listed, and add d·h to the gradient. Each thread
/// computes all of h for itself before its first panel, which takes no longer than to wait for the others' and to fetch it from their caches.</item>
/// <item><see cref="TakeErrors"/>, a block of rows: e from what all panels listed.</item>
/// <item><see cref="AddBack"/>, sixteen features: x·e is added to the gradient.</item>
/// </list>
/// </para>
/// </summary>
internal sealed unsafe class LiveOutputs<TSimd, TF, TI>
    where TSimd : struct, ISimd<TF, TI>
    where TF : unmanaged
    where TI : unmanaged
{
    private const int RowsAtOnce = RowsByLength.RowsOfBlock;

    /// <summary>Rows whose bits are one word.</summary>
    private const int RowsOfWord = 4;

    private readonly int _features;
    private readonly int _hidden;
    private readonly RowsByLength _rows;
    private readonly NonZeroLists _lists;
    private readonly Panel[] _panels;
    private readonly PinnedBuffer _weights;
    private readonly Hidden[] _h;
    private readonly PinnedBuffer _e;
    private readonly PinnedBuffer _gradient;
    private long _chunk;

    /// <param name="features">Number of features n.</param>
    /// <param name="hidden">Number of hidden dimensions m.</param>
    /// <param name="rows">Rows of a chunk at most.</param>
    /// <param name="byLength">The chunk's rows.</param>
    /// <param name="threads">Threads that take pieces.</param>
    internal LiveOutputs(int features, int hidden, int rows, RowsByLength byLength, int threads)
    {
        _features = features;
        _hidden = hidden;
        _rows = byLength;
        RowLength = (hidden + (2 * TSimd.Width) - 1) / (2 * TSimd.Width) * (2 * TSimd.Width);
        _lists = new NonZeroLists(features, rows, RowLength);
        _panels = new Panel[Lanes.RoundUp(features) / Lanes.Count];
        for (var i = 0; i < _panels.Length; i++)
        {
            _panels[i] = new Panel((rows + RowsAtOnce - 1) / RowsAtOnce);
        }

        Losses = new double[Lanes.RoundUp(features)];
        _weights = new((long)Lanes.RoundUp(features) * RowLength);
        _h = new Hidden[threads];
        for (var i = 0; i < threads; i++)
        {
            _h[i] = new Hidden((long)rows * RowLength);
        }

        _e = new((long)rows * RowLength);
        _gradient = new((long)Lanes.RoundUp(features) * RowLength);
    }

    /// <summary>Distance between rows of h, e, W and its gradient: whole pairs of vectors.</summary>
    private int RowLength { get; }

    /// <summary>Σ factor·(x' − x)² of each feature over the chunk's rows that have non-zeros.</summary>
    internal double[] Losses { get; }

    /// <summary>Outputs of the chunk that live.</summary>
    internal long Count => _panels.Sum(panel => (long)panel.Count);

    /// <summary>Blocks of the chunk's rows.</summary>
    internal int Blocks => (_rows.Rows + RowsAtOnce - 1) / RowsAtOnce;

    /// <summary>Begins a batch, which <see cref="TakeWeights"/> follows for each panel.</summary>
    internal void Clear() => _gradient.Span.Clear();

    /// <summary>Takes rows of W, from the first of a panel on.</summary>
    internal void TakeWeights(int j, ReadOnlySpan<float> weights)
    {
        for (var place = j * RowLength; weights.Length > 0; place += RowLength)
        {
            weights[.._hidden].CopyTo(_weights.Span[place..]);
            weights = weights[_hidden..];
        }
    }

    /// <summary>Begins a chunk.</summary>
    internal void Take()
    {
        _chunk++;
        _lists.Take(_rows);
    }

    /// <summary>Outputs j … j + 15 of all rows, and what those that live add to the gradients.</summary>
    /// <param name="thread">Which thread this is.</param>
    /// <param name="j">The panel's first feature.</param>
    /// <param name="gram">The panel of the Gram matrix.</param>
    /// <param name="bias">b; below 0 past the last feature.</param>
    /// <param name="factor">2 I, times the scale of the gradient.</param>
    /// <param name="biasGradient">Has Σ d added to it.</param>
    internal void PassPanel(int thread, int j, float* gram, float* bias, float* factor, float* biasGradient)
    {
        var h = HiddenOf(thread);
        var panel = _panels[j / Lanes.Count];
        panel.Begin();
        var outputs = stackalloc float[RowsAtOnce * Lanes.Count];
        var dead = stackalloc ushort[RowsAtOnce];
        var present = _lists.Panel(j / Lanes.Count);
        fixed (Listed* firstPresent = present)
        fixed (double* losses = &Losses[j])
        {
            new Span<double>(losses, Lanes.Count).Clear();
            var x = firstPresent;
            var end = x + present.Length;
            var stretches = _rows.Stretches;
            for (int block = 0, next = 0; block < Blocks; block++)
            {
                var (first, count) = RowsOf(block);
                for (; next < stretches.Length && stretches[next].Row < first + count; next++)
                {
                    var place = stretches[next].Row - first;
                    Outputs(stretches[next], gram, bias + j, outputs + (place * Lanes.Count), dead + place);
                }

                for (var row = count; row % RowsOfWord != 0; row++)
                {
                    dead[row] = ushort.MaxValue;
                }

                var firstOfBlock = x;
                while (x < end && x->Offset < (first + count) * Lanes.Count)
                {
                    x++;
                }

                LiveKernels<TSimd, TF, TI>.Compare(firstOfBlock, (nint)(x - firstOfBlock), first * Lanes.Count, dead, outputs, factor + j, losses);
                fixed (Listed* listed = panel.Room((count * Lanes.Count) + LiveKernels<TSimd, TF, TI>.AtOnce))
                {
                    var live = LiveKernels<TSimd, TF, TI>.List((ulong*)dead, (count + RowsOfWord - 1) / RowsOfWord, listed);
                    LiveKernels<TSimd, TF, TI>.Back(
                        new(outputs, factor + j, h + ((nint)first * RowLength), _gradient.Pointer + ((nint)j * RowLength), RowLength, biasGradient + j, losses),
                        listed, live);
                    panel.End(live);
                }
            }
        }
    }

    /// <summary>How many outputs j … j + 15 of all rows live.</summary>
    internal int CountPanel(int j, float* gram, float* bias)
    {
        var outputs = stackalloc float[RowsAtOnce * Lanes.Count];
        var dead = stackalloc ushort[RowsAtOnce];
        var live = 0;
        foreach (var stretch in _rows.Stretches)
        {
            Outputs(stretch, gram, bias + j, outputs, dead);
            for (var row = 0; row < stretch.Rows; row++)
            {
                live += Lanes.Count - BitOperations.PopCount(dead[row]);
            }
        }

        return live;
    }

    private void Outputs(in RowsByLength.Stretch stretch, float* gram, float* bias, float* outputs, ushort* dead)
    {
        fixed (int* offsets = &_rows.Offsets[stretch.Entry])
        fixed (float* values = &_rows.Values[stretch.Entry])
        {
            LiveKernels<TSimd, TF, TI>.Outputs(offsets, values, stretch, gram, bias, outputs, dead);
        }
    }

    /// <summary>e of block <paramref name="block"/>.</summary>
    internal void TakeErrors(int block)
    {
        var (first, count) = RowsOf(block);
        _e.Span.Slice(first * RowLength, count * RowLength).Clear();
        for (var p = 0; p < _panels.Length; p++)
        {
            var entries = _panels[p].Block(block);
            fixed (Listed* listed = entries)
            {
                LiveKernels<TSimd, TF, TI>.AddToRows(
                    listed, entries.Length, _weights.Pointer + ((nint)p * Lanes.Count * RowLength), _e.Pointer + ((nint)first * RowLength), RowLength);
            }
        }
    }

    /// <summary>What the non-zeros of features j … j + 15 add to the gradient, x·e.</summary>
    internal void AddBack(int j)
    {
        var entries = _lists.Panel(j / Lanes.Count);
        fixed (Listed* listed = entries)
        {
            LiveKernels<TSimd, TF, TI>.AddToColumns(listed, entries.Length, _e.Pointer, _gradient.Pointer + ((nint)j * RowLength), RowLength);
        }
    }

    /// <summary>Completes a batch.</summary>
    internal void CopyGradient(Span<float> destination)
    {
        for (var j = 0; j < _features; j++)
        {
            _gradient.Span.Slice(j * RowLength, _hidden).CopyTo(destination[(j * _hidden)..]);
        }
    }

    private (int First, int Count) RowsOf(int block) => (block * RowsAtOnce, Math.Min(RowsAtOnce, _rows.Rows - (block * RowsAtOnce)));

    /// <summary>h of all rows, as a thread has it.</summary>
    private float* HiddenOf(int thread)
    {
        var h = _h[thread];
        if (h.Chunk != _chunk)
        {
            h.Chunk = _chunk;
            h.Rows.Span[..(_rows.Rows * RowLength)].Clear();
            fixed (Listed* entries = _lists.ByRow)
            fixed (int* starts = _lists.RowStarts)
            {
                AddRows(entries, starts, _rows.Rows, _weights.Pointer, h.Rows.Pointer);
            }
        }

        return h.Rows.Pointer;
    }

    private void AddRows(Listed* entries, int* starts, int rows, float* b, float* c)
    {
        const int most = 2 * ListKernels<TSimd, TF, TI>.MostPairs;
        for (var column = 0; column < RowLength; column += most * TSimd.Width)
        {
            var pairs = Math.Min(most, (RowLength - column) / TSimd.Width) / 2;
            ListKernels<TSimd, TF, TI>.AddRows(pairs, entries, starts, rows, b + column, c + column, RowLength);
        }
    }

    /// <summary>One thread's h.</summary>
    private sealed class Hidden(long numbers)
    {
        internal PinnedBuffer Rows { get; } = new(numbers);

        /// <summary>The chunk, from 1, that it is of.</summary>
        internal long Chunk { get; set; }
    }

    /// <summary>Errors of one panel's outputs that live, block after block.</summary>
    private sealed class Panel(int blocks)
    {
        private readonly int[] _ends = new int[blocks + 1];
        private Listed[] _entries = [];
        private int _blocks;

        internal int Count => _ends[_blocks];

        internal void Begin() => _blocks = 0;

        internal Span<Listed> Room(int count)
        {
            if (_entries.Length < Count + count)
            {
                Array.Resize(ref _entries, Math.Max(Count + count, _entries.Length * 3 / 2));
            }

            return _entries.AsSpan(Count);
        }

        internal void End(int count)
        {
            _ends[_blocks + 1] = Count + count;
            _blocks++;
        }

        internal ReadOnlySpan<Listed> Block(int block) => _entries.AsSpan(_ends[block].._ends[block + 1]);
    }
}
