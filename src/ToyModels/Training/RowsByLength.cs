using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ToyModels;

/// <summary>
/// The rows of a chunk as the form over non-zeros goes through them: rows with as many non-zeros side by side, the fewest first and else in the
/// order in which they came, so that loops over a row's non-zeros run equally long row after row, which a processor foresees. Beside the
/// non-zeros stand the rows themselves, for their targets.
/// </summary>
internal sealed unsafe class RowsByLength
{
    /// <summary>Rows of a block: sixteen numbers for each of them stay in the nearest cache.</summary>
    internal const int RowsOfBlock = 128;

    private const int Quarters = 4;

    private readonly int _lengths;
    private readonly int[] _counts;
    private readonly int[] _count;
    private readonly int[] _starts;
    private readonly List<Stretch> _stretches = [];
    private int[] _offsets = [];
    private int[] _places = [];
    private float[] _values = [];

    // Those that the matrix holds.
    private int _entries;

    /// <param name="features">Number of features n.</param>
    /// <param name="rows">Rows of a chunk at most.</param>
    internal RowsByLength(int features, int rows)
    {
        Stride = Lanes.RoundUp(features);
        _lengths = features + 1;
        _counts = new int[Quarters * _lengths];
        _count = new int[_lengths];
        _starts = new int[rows];
        Matrix = new((long)rows * Stride);
    }

    /// <summary>The largest number of non-zeros of a row.</summary>
    internal int Longest { get; private set; }

    /// <summary>How many rows have ℓ non-zeros, at [ℓ].</summary>
    internal ReadOnlySpan<int> Count => _count;

    /// <summary>Number of rows.</summary>
    internal int Rows { get; private set; }

    /// <summary>The rows cut where lengths change and every <see cref="RowsOfBlock"/> rows.</summary>
    internal ReadOnlySpan<Stretch> Stretches => CollectionsMarshal.AsSpan(_stretches);

    /// <summary>Sixteen times the feature of each non-zero.</summary>
    internal ReadOnlySpan<int> Offsets => _offsets;

    /// <summary>Value of each non-zero.</summary>
    internal ReadOnlySpan<float> Values => _values;

    /// <summary>x of the rows, row-major, where it was wanted.</summary>
    internal PinnedBuffer Matrix { get; }

    /// <summary>From one row of the matrix to the next.</summary>
    internal int Stride { get; }

    /// <summary>Takes the place of the rows before with those of <paramref name="samples"/>.</summary>
    /// <param name="samples">The rows.</param>
    /// <param name="isMatrixWanted">Whether <see cref="Matrix"/> is to hold them too; else it is zero.</param>
    internal void Take(SparseSamples samples, bool isMatrixWanted)
    {
        Forget();
        var entries = samples.Features.Length;
        if (_offsets.Length < entries)
        {
            _offsets = new int[entries * 5 / 4];
            _places = new int[_offsets.Length];
            _values = new float[_offsets.Length];
        }

        fixed (int* starts = samples.Starts, features = samples.Features, counts = _counts, ordered = _starts, offsets = _offsets, places = _places)
        fixed (float* from = samples.Values, to = _values)
        {
            var rows = Rows = samples.ActiveRows;
            CountLengths(starts, rows, counts, _lengths);
            for (var (length, place) = (1, 0); place < rows; length++)
            {
                var first = place;
                for (var quarter = length; quarter < _counts.Length; quarter += _lengths)
                {
                    (counts[quarter], place) = (place, place + counts[quarter]);
                }

                _count[length] = place - first;
                Longest = length;
            }

            Order(starts, rows, counts, _lengths, ordered);
            for (var (length, slot, e) = (1, 0, 0); length <= Longest; length++)
            {
                var count = _count[length];
                List(ordered + slot, count, length, features, from, slot * Stride, Stride, offsets + e, to + e, places + e, isMatrixWanted ? Matrix.Pointer : null);
                for (int row = slot, end = slot + count, entry = e; row < end;)
                {
                    var next = Math.Min(end, (row + RowsOfBlock) / RowsOfBlock * RowsOfBlock);
                    _stretches.Add(new(row, next - row, length, entry));
                    entry += (next - row) * length;
                    row = next;
                }

                slot += count;
                e += count * length;
            }
        }

        _entries = isMatrixWanted ? entries : 0;
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
    private static void List(
        int* starts, int count, nint length, int* features, float* from, int place, int stride, int* offsets, float* values, int* places, float* matrix)
    {
        for (; count > 0; count--, place += stride, offsets += length, values += length, places += length)
        {
            nint row = *starts++;
            for (nint e = 0; e < length; e++)
            {
                var (feature, value) = (features[row + e], from[row + e]);
                offsets[e] = feature * Lanes.Count;
                values[e] = value;
                if (matrix != null)
                {
                    places[e] = place + feature;
                    matrix[place + feature] = value;
                }
            }
        }
    }

    /// <summary>Leaves zeros.</summary>
    private void Forget()
    {
        var matrix = Matrix.Pointer;
        foreach (var place in _places.AsSpan(0, _entries))
        {
            matrix[place] = 0;
        }

        for (var quarter = 0; quarter < Quarters; quarter++)
        {
            _counts.AsSpan((quarter * _lengths) + 1, Longest).Clear();
        }

        _stretches.Clear();
        _entries = 0;
        Longest = 0;
    }

    /// <summary>Neighbouring rows of one length within one block.</summary>
    /// <param name="Row">The first.</param>
    /// <param name="Rows">How many.</param>
    /// <param name="Length">Non-zeros of each.</param>
    /// <param name="Entry">The first row's first non-zero.</param>
    internal readonly record struct Stretch(int Row, int Rows, int Length, int Entry);
}
