using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ToyModels;

/// <summary>
/// The rows of a chunk as the form over non-zeros goes through them: rows with as many non-zeros side by side, the fewest first and else in the
/// order in which they came, so that loops over a row's non-zeros run equally long row after row, which a processor foresees. Sources that draw rows
/// length by length give them in that order, others have theirs counted and put in order. Beside the non-zeros the rows themselves may stand, for their targets.
/// </summary>
internal sealed unsafe class RowsByLength
{
    private const int Quarters = 4;

    private readonly int _lengths;
    private readonly int[] _counts;
    private readonly int[] _count;
    private readonly int[] _starts;
    private readonly List<Stretch> _runs = [];
    private int[] _ownOffsets = [];
    private float[] _ownValues = [];
    private int[] _offsets = [];
    private float[] _values = [];

    // Where the numbers of the matrix stand that are not 0.
    private int[] _places = [];
    private int _placed;
    private bool _isMatrixWanted;

    /// <param name="features">Number of features n.</param>
    /// <param name="rows">Rows of a chunk at most.</param>
    /// <param name="hasMatrix">Whether there is a <see cref="Matrix"/>: then non-zeros are listed row after row; else as the source has them, if it can be.</param>
    internal RowsByLength(int features, int rows, bool hasMatrix)
    {
        Stride = Lanes.RoundUp(features);
        _lengths = features + 1;
        _counts = new int[Quarters * _lengths];
        _count = new int[_lengths];
        _starts = new int[rows];
        Matrix = new(hasMatrix ? (long)rows * Stride : 0);
    }

    /// <summary>Number of rows that have a non-zero.</summary>
    internal int Rows { get; private set; }

    /// <summary>Number of those read that have none.</summary>
    internal int EmptyRows { get; private set; }

    /// <summary>Number of non-zeros.</summary>
    internal int Entries { get; private set; }

    /// <summary>The rows cut where lengths change.</summary>
    internal ReadOnlySpan<Stretch> Runs => CollectionsMarshal.AsSpan(_runs);

    /// <summary>Sixteen times the feature of each non-zero, where <see cref="Runs"/> tell.</summary>
    internal ReadOnlySpan<int> Offsets => _offsets;

    /// <summary>Value of each non-zero.</summary>
    internal ReadOnlySpan<float> Values => _values;

    /// <summary>x of the rows, row-major, where it was wanted.</summary>
    internal PinnedBuffer Matrix { get; }

    /// <summary>From one row of the matrix to the next.</summary>
    internal int Stride { get; }

    /// <summary>Reads the next rows: they take the place of those before.</summary>
    /// <param name="reader">Where from.</param>
    /// <param name="samples">Rows wanted.</param>
    /// <param name="isMatrixWanted">Whether <see cref="Matrix"/> is to hold them too; else it is zero.</param>
    /// <returns>Rows read.</returns>
    internal int Read(SampleReader reader, int samples, bool isMatrixWanted)
    {
        Forget();
        _isMatrixWanted = isMatrixWanted;
        var read = reader.ReadByLength(this, samples, _lengths - 1);
        EmptyRows = read - Rows;
        return read;
    }

    /// <summary>Puts the rows into <see cref="Matrix"/>, if they are not there.</summary>
    internal void TakeMatrix()
    {
        if (_placed == Entries)
        {
            return;
        }

        foreach (var stretch in _runs)
        {
            for (var (row, e) = (0, stretch.Entry); row < stretch.Rows; row++)
            {
                for (var end = e + stretch.Length; e < end; e++)
                {
                    _places[_placed] = ((stretch.Row + row) * Stride) + (_offsets[e] / Lanes.Count);
                    Matrix.Pointer[_places[_placed++]] = _values[e];
                }
            }
        }
    }

    /// <summary>Adds the number of non-zeros of each feature.</summary>
    internal void CountPresent(Span<long> present)
    {
        foreach (var stretch in _runs)
        {
            for (var e = 0; e < stretch.Length; e++)
            {
                for (var row = 0; row < stretch.Rows; row++)
                {
                    present[_offsets[stretch.Entry + (row * stretch.RowStep) + (e * stretch.Step)] / Lanes.Count]++;
                }
            }
        }
    }

    /// <summary>Takes rows by their non-zeros.</summary>
    internal void Take(SparseSamples samples)
    {
        Reserve(samples.Features.Length);
        fixed (int* starts = samples.Starts, features = samples.Features, counts = _counts, ordered = _starts)
        fixed (float* from = samples.Values)
        {
            CountLengths(starts, samples.ActiveRows, counts, _lengths);
            var longest = 0;
            for (var (length, place) = (1, 0); place < samples.ActiveRows; length++)
            {
                var first = place;
                for (var quarter = length; quarter < _counts.Length; quarter += _lengths)
                {
                    (counts[quarter], place) = (place, place + counts[quarter]);
                }

                _count[length] = place - first;
                longest = length;
            }

            Order(starts, samples.ActiveRows, counts, _lengths, ordered);
            for (var length = 1; length <= longest; length++)
            {
                ListRows(new(features, from, ordered + Rows, 1), _count[length], length);
                for (var quarter = length; quarter < _counts.Length; quarter += _lengths)
                {
                    counts[quarter] = 0;
                }
            }
        }
    }

    /// <summary>Takes rows of several blocks, each by length. The blocks are to stay as they are.</summary>
    /// <param name="pieces">Which rows of which block.</param>
    internal void Take(ReadOnlySpan<LengthPiece> pieces)
    {
        if (pieces.Length == 1 && Matrix.Length == 0)
        {
            // As they lie.
            var (piece, block) = (pieces[0], pieces[0].Block);
            (_offsets, _values) = (block.Offsets, block.Values);
            for (var length = 1; length <= block.Longest; length++)
            {
                AddRows(length, piece.Rows(length), block.Start(length) + piece.First(length), rowStep: 1, step: block.Step(length));
            }

            return;
        }

        var (longest, entries) = (0, 0);
        foreach (var piece in pieces)
        {
            longest = Math.Max(longest, piece.Block.Longest);
            for (var length = 1; length <= piece.Block.Longest; length++)
            {
                entries += length * piece.Rows(length);
            }
        }

        Reserve(entries);
        for (var length = 1; length <= longest; length++)
        {
            foreach (var piece in pieces)
            {
                if (length <= piece.Block.Longest)
                {
                    fixed (int* offsets = piece.Block.Offsets)
                    fixed (float* values = piece.Block.Values)
                    {
                        var first = piece.Block.Start(length) + piece.First(length);
                        ListRows(new(offsets + first, values + first, null, piece.Block.Step(length)), piece.Rows(length), length);
                    }
                }
            }
        }
    }

    /// <summary>Lists rows of one length, row after row, behind those of smaller ones.</summary>
    private void ListRows(Source source, int rows, int length)
    {
        fixed (int* offsets = _offsets, places = _places)
        fixed (float* values = _values)
        {
            List(
                source, rows, length, Rows * Stride, Stride, offsets + Entries, values + Entries, places + Entries, _isMatrixWanted ? Matrix.Pointer : null);
        }

        AddRows(length, rows, Entries, rowStep: length, step: 1);
        _placed = _isMatrixWanted ? Entries : 0;
    }

    /// <summary>Adds rows of one length, behind those of smaller ones.</summary>
    private void AddRows(int length, int rows, int entry, int rowStep, int step)
    {
        if (rows > 0)
        {
            _runs.Add(new(Rows, rows, length, entry, rowStep, step));
        }

        Entries += rows * length;
        Rows += rows;
    }

    private void Reserve(int entries)
    {
        if (_ownOffsets.Length < entries)
        {
            _ownOffsets = new int[entries * 5 / 4];
            _ownValues = new float[_ownOffsets.Length];
        }

        if (_places.Length < entries)
        {
            _places = new int[entries * 5 / 4];
        }

        (_offsets, _values) = (_ownOffsets, _ownValues);
    }

    /// <summary>Counts rows of each length, with counters of its own for each quarter of the rows: additions to one and the same would wait for each other.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void CountLengths(int* starts, nint rows, int* counts, nint lengths)
    {
        var quarter = rows / Quarters;
        int* a = counts, b = a + lengths, c = b + lengths, d = c + lengths;
        int* second = starts + quarter, third = second + quarter, last = third + quarter;
        for (nint row = 0; row < quarter; row++)
        {
            a[starts[row + 1] - starts[row]]++;
            b[second[row + 1] - second[row]]++;
            c[third[row + 1] - third[row]]++;
            d[last[row + 1] - last[row]]++;
        }

        for (var row = Quarters * quarter; row < rows; row++)
        {
            d[starts[row + 1] - starts[row]]++;
        }
    }

    /// <summary>Where rows start, those of one length side by side; counters have become places.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Order(int* starts, nint rows, int* places, nint lengths, int* ordered)
    {
        var quarter = rows / Quarters;
        int* a = places, b = a + lengths, c = b + lengths, d = c + lengths;
        int* second = starts + quarter, third = second + quarter, last = third + quarter;
        for (nint row = 0; row < quarter; row++)
        {
            ordered[a[starts[row + 1] - starts[row]]++] = starts[row];
            ordered[b[second[row + 1] - second[row]]++] = second[row];
            ordered[c[third[row + 1] - third[row]]++] = third[row];
            ordered[d[last[row + 1] - last[row]]++] = last[row];
        }

        for (var row = Quarters * quarter; row < rows; row++)
        {
            ordered[d[starts[row + 1] - starts[row]]++] = starts[row];
        }
    }

    /// <summary>Lists the non-zeros of rows of one length, and puts them into the matrix, if there is one, whose next row begins at <paramref name="place"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void List(Source source, int count, nint length, int place, int rowLength, int* offsets, float* values, int* places, float* matrix)
    {
        int* from = source.Numbers, starts = source.Starts;
        var fromValues = source.Values;
        var (step, scale) = (source.Step, source.Scale);
        for (nint row = 0; row < count; row++, place += rowLength, offsets += length, values += length, places += length)
        {
            var entry = starts != null ? starts[row] : row;
            for (nint e = 0; e < length; e++, entry += step)
            {
                var (offset, value) = (from[entry] * scale, fromValues[entry]);
                offsets[e] = offset;
                values[e] = value;
                if (matrix != null)
                {
                    var to = place + (int)((uint)offset / Lanes.Count);
                    places[e] = to;
                    matrix[to] = value;
                }
            }
        }
    }

    /// <summary>Leaves zeros.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Forget()
    {
        var matrix = Matrix.Pointer;
        foreach (var place in _places.AsSpan(0, _placed))
        {
            matrix[place] = 0;
        }

        _runs.Clear();
        (_placed, Entries, Rows) = (0, 0, 0);
    }

    /// <summary>Where rows of one length come from.</summary>
    /// <param name="numbers">Features of non-zeros, or sixteen times these.</param>
    /// <param name="values">Their values.</param>
    /// <param name="starts">Where each row begins, if numbers are features; null if they are sixteen times these, and rows begin side by side.</param>
    /// <param name="step">From one non-zero of a row to its next.</param>
    private readonly struct Source(int* numbers, float* values, int* starts, nint step)
    {
        internal readonly int* Numbers = numbers;
        internal readonly float* Values = values;
        internal readonly int* Starts = starts;
        internal readonly nint Step = step;

        internal int Scale => Starts == null ? 1 : Lanes.Count;
    }

    /// <summary>Neighbouring rows of one length.</summary>
    /// <param name="Row">The first.</param>
    /// <param name="Rows">How many.</param>
    /// <param name="Length">Non-zeros of each.</param>
    /// <param name="Entry">The first row's first non-zero.</param>
    /// <param name="RowStep">From one row's first non-zero to the next row's.</param>
    /// <param name="Step">From one non-zero of a row to its next.</param>
    internal readonly record struct Stretch(int Row, int Rows, int Length, int Entry, int RowStep, int Step);
}
