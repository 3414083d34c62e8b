using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ToyModels;

/// <summary>
/// The rows of a chunk as the form over non-zeros goes through them: rows with as many non-zeros side by side, the fewest first and else in the
/// order in which they came, so that loops over a row's non-zeros run equally long row after row, which a processor foresees. Sources that draw rows
/// length by length give them in that order, others have theirs counted and put in order. Beside the non-zeros −x may stand as a matrix, for the errors.
/// </summary>
internal sealed unsafe class RowsByLength
{
    private const int Quarters = 4;

    private readonly int _lengths;
    private readonly int[] _counts;
    private readonly int[] _count;
    private readonly int[] _starts;
    private readonly List<Stretch> _runs = [];
    private readonly bool _isOwn;
    private int[] _offsets = [];
    private float[] _values = [];
    private bool _isMatrixTaken;

    /// <param name="features">Number of features n.</param>
    /// <param name="rows">Rows of a chunk at most.</param>
    /// <param name="hasMatrix">Whether there is a <see cref="Matrix"/>.</param>
    /// <param name="isOwn">Whether the rows read are to stay when their source is read on; else they may lie where it has them.</param>
    internal RowsByLength(int features, int rows, bool hasMatrix, bool isOwn)
    {
        _isOwn = isOwn;
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

    /// <summary>The rows, cut where lengths change and where the next lie elsewhere.</summary>
    internal ReadOnlySpan<Stretch> Runs => CollectionsMarshal.AsSpan(_runs);

    /// <summary>−x of the rows, row-major, where it was wanted: x' − x is then a sum.</summary>
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
        if (_isMatrixTaken)
        {
            Put<Off>();
            _isMatrixTaken = false;
        }

        _runs.Clear();
        (Entries, Rows) = (0, 0);
        var read = reader.ReadByLength(this, samples, _lengths - 1);
        if (isMatrixWanted)
        {
            TakeMatrix();
        }

        EmptyRows = read - Rows;
        return read;
    }

    /// <summary>Puts the rows into <see cref="Matrix"/>, if they are not there.</summary>
    internal void TakeMatrix()
    {
        if (!_isMatrixTaken)
        {
            Put<On>();
            _isMatrixTaken = true;
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
                    present[stretch.Offsets[stretch.Entry + (row * stretch.RowStep) + (e * stretch.Step)] / Lanes.Count]++;
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

    /// <summary>Takes rows of several blocks, each by length. But where rows are their own, the blocks are to stay as they are until the next are read.</summary>
    /// <param name="pieces">Which rows of which block.</param>
    internal void Take(ReadOnlySpan<LengthPiece> pieces)
    {
        var (longest, entries) = (0, 0);
        foreach (var piece in pieces)
        {
            longest = Math.Max(longest, piece.Block.Longest);
            entries += piece.Block.Entries;
        }

        Reserve(_isOwn ? entries : 0);
        for (var length = 1; length <= longest; length++)
        {
            foreach (var piece in pieces)
            {
                if (length <= piece.Block.Longest)
                {
                    var block = piece.Block;
                    var first = block.Start(length) + piece.First(length);
                    if (!_isOwn)
                    {
                        AddRows(block.Offsets, block.Values, piece.Rows(length), length, first, rowStep: 1, step: block.Step(length));
                        continue;
                    }

                    fixed (int* offsets = block.Offsets)
                    fixed (float* values = block.Values)
                    {
                        ListRows(new(offsets + first, values + first, null, block.Step(length)), piece.Rows(length), length);
                    }
                }
            }
        }
    }

    /// <summary>Lists rows of one length, row after row, behind those of smaller ones.</summary>
    private void ListRows(Source source, int rows, int length)
    {
        fixed (int* offsets = _offsets)
        fixed (float* values = _values)
        {
            List(source, rows, length, offsets + Entries, values + Entries);
        }

        AddRows(_offsets, _values, rows, length, Entries, rowStep: length, step: 1);
    }

    /// <summary>Adds rows of one length, behind those of smaller ones.</summary>
    private void AddRows(int[] offsets, float[] values, int rows, int length, int entry, int rowStep, int step)
    {
        if (rows > 0)
        {
            _runs.Add(new(offsets, values, Rows, rows, length, entry, rowStep, step));
        }

        Entries += rows * length;
        Rows += rows;
    }

    private void Reserve(int entries)
    {
        if (_offsets.Length < entries)
        {
            _offsets = new int[entries * 5 / 4];
            _values = new float[_offsets.Length];
        }
    }

    /// <summary>Puts the rows, with their signs turned, into the matrix, or zeros in their places.</summary>
    private void Put<TValues>()
        where TValues : struct, ISwitch
    {
        foreach (var stretch in _runs)
        {
            fixed (int* firstOffset = &stretch.Offsets[stretch.Entry])
            fixed (float* firstValue = &stretch.Values[stretch.Entry])
            {
                Put<TValues>(firstOffset, firstValue, stretch, Matrix.Pointer + ((nint)stretch.Row * Stride), Stride);
            }
        }
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

    /// <summary>Lists the non-zeros of rows of one length.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void List(Source source, int count, nint length, int* offsets, float* values)
    {
        int* from = source.Numbers, starts = source.Starts;
        var fromValues = source.Values;
        var (step, scale) = (source.Step, source.Scale);
        for (nint row = 0; row < count; row++, offsets += length, values += length)
        {
            var entry = starts != null ? starts[row] : row;
            for (nint e = 0; e < length; e++, entry += step)
            {
                offsets[e] = from[entry] * scale;
                values[e] = fromValues[entry];
            }
        }
    }

    /// <summary>Puts the rows of a stretch into their rows of the matrix, or zeros in their places.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Put<TValues>(int* offsets, float* values, in Stretch stretch, float* to, nint rowLength)
        where TValues : struct, ISwitch
    {
        nint step = stretch.Step, end = step * stretch.Length, rowStep = stretch.RowStep;
        for (var rows = stretch.Rows; rows > 0; rows--, offsets += rowStep, values += rowStep, to += rowLength)
        {
            for (nint e = 0; e < end; e += step)
            {
                to[(uint)offsets[e] / Lanes.Count] = TValues.IsOn ? -values[e] : 0;
            }
        }
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
    /// <param name="Offsets">Sixteen times the features of non-zeros.</param>
    /// <param name="Values">Their values.</param>
    /// <param name="Row">The first.</param>
    /// <param name="Rows">How many.</param>
    /// <param name="Length">Non-zeros of each.</param>
    /// <param name="Entry">The first row's first non-zero.</param>
    /// <param name="RowStep">From one row's first non-zero to the next row's.</param>
    /// <param name="Step">From one non-zero of a row to its next.</param>
    internal readonly record struct Stretch(int[] Offsets, float[] Values, int Row, int Rows, int Length, int Entry, int RowStep, int Step);
}
