using System.Numerics;

namespace ToyModels;

/// <summary>
/// Rows by their non-zeros, row after row, features ascending within a row. Rows without any are only counted: no product needs them.
/// </summary>
public sealed class SparseSamples
{
    private int[] _starts = new int[257];
    private int[] _features = new int[1024];
    private float[] _values = new float[1024];
    private int[] _sortedStarts = [];
    private int[] _sortedFeatures = [];
    private float[] _sortedValues = [];
    private int[] _notedRows = [];
    private int[] _notedFeatures = [];
    private float[] _notedValues = [];
    private int[] _lengths = [];

    // Word w of line k − 1: which of the rows 64w … have reached k non-zeros.
    private ulong[] _reached = [];
    private int _words;
    private int _noted;
    private int _longest;
    private bool _isSorted;

    /// <summary>Whether rows that are drawn come by length at once.</summary>
    internal bool IsByLength { get; init; }

    /// <summary>Rows that hold at least one non-zero.</summary>
    public int ActiveRows { get; private set; }

    /// <summary>Rows that hold none.</summary>
    public int EmptyRows { get; private set; }

    /// <summary>Where each active row begins in <see cref="Features"/> and <see cref="Values"/>; one more entry than rows, the last their length.</summary>
    public ReadOnlySpan<int> Starts => _starts.AsSpan(0, ActiveRows + 1);

    /// <summary>Feature of each non-zero.</summary>
    public ReadOnlySpan<int> Features => _features.AsSpan(0, _starts[ActiveRows]);

    /// <summary>Value of each non-zero.</summary>
    public ReadOnlySpan<float> Values => _values.AsSpan(0, _starts[ActiveRows]);

    /// <summary>Forgets all rows.</summary>
    public void Clear()
    {
        ActiveRows = 0;
        EmptyRows = 0;
        _isSorted = false;
    }

    /// <summary>Appends a row; zeros among its values are left out.</summary>
    /// <param name="features">Its features, ascending.</param>
    /// <param name="values">Their values, as many.</param>
    public void Add(ReadOnlySpan<int> features, ReadOnlySpan<float> values)
    {
        Guard.Length(values.Length, features.Length, nameof(values), "one for each feature listed");
        var end = _starts[ActiveRows];
        Reserve(1, end + features.Length);
        for (var e = 0; e < features.Length; e++)
        {
            if (values[e] != 0)
            {
                _features[end] = features[e];
                _values[end++] = values[e];
            }
        }

        EndRow(end);
    }

    /// <summary>Appends rows of a feature-major matrix.</summary>
    internal void AddDense(ReadOnlySpan<float> matrix, int features, int rows, int stride)
    {
        var end = _starts[ActiveRows];
        for (var row = 0; row < rows; row++)
        {
            Reserve(1, end + features);
            for (var i = 0; i < features; i++)
            {
                if (matrix[(i * stride) + row] is var value and not 0)
                {
                    _features[end] = i;
                    _values[end++] = value;
                }
            }

            EndRow(end);
        }
    }

    /// <summary>Makes ready for rows that are noted and then placed; there are no others.</summary>
    /// <param name="rows">Rows at most.</param>
    internal void Expect(int rows)
    {
        Clear();
        _words = (rows + 63) / 64;
        if (_lengths.Length < rows)
        {
            _lengths = new int[rows];
        }
    }

    /// <summary>Takes note of some rows of a block, of which <see cref="Place"/> makes rows when all are there.</summary>
    /// <param name="block">The block.</param>
    /// <param name="blockRows">Its rows, a power of two.</param>
    /// <param name="first">The first row wanted.</param>
    /// <param name="rows">How many rows are wanted.</param>
    /// <param name="at">Row that the first becomes.</param>
    internal unsafe void Note(SparseBlock block, int blockRows, int first, int rows, int at)
    {
        ReadOnlySpan<int> cells = block.Cells;
        ReadOnlySpan<float> values = block.Values;
        if (_notedRows.Length < _noted + cells.Length)
        {
            var length = Math.Max(2 * _notedRows.Length, _noted + cells.Length);
            Array.Resize(ref _notedRows, length);
            Array.Resize(ref _notedFeatures, length);
            Array.Resize(ref _notedValues, length);
        }

        var (mask, shift, noted, longest, words, reached) = (blockRows - 1, int.Log2(blockRows), _noted, _longest, _words, _reached);
        fixed (int* cell = cells, lengths = _lengths, notedRows = _notedRows, notedFeatures = _notedFeatures)
        fixed (float* value = values, notedValues = _notedValues)
        {
            for (var e = 0; e < cells.Length; e++)
            {
                var row = (cell[e] & mask) - first;
                if ((uint)row < (uint)rows)
                {
                    row += at;
                    var length = lengths[row]++;
                    if (length == longest)
                    {
                        longest++;
                        if (reached.Length < longest * words)
                        {
                            Array.Resize(ref reached, 2 * longest * words);
                        }
                    }

                    reached[(length * words) + (row >> 6)] |= 1UL << row;
                    notedRows[noted] = row;
                    notedFeatures[noted] = cell[e] >> shift;
                    notedValues[noted++] = value[e];
                }
            }
        }

        (_noted, _longest, _reached) = (noted, longest, reached);
    }

    /// <summary>
    /// Makes rows of what <see cref="Note"/> took, by one counting sort that visits none of the empty rows: in their own order, or where
    /// <see cref="IsByLength"/> in that of <see cref="SortByLength"/>. There are no other rows yet.
    /// </summary>
    /// <param name="rows">Rows noted.</param>
    internal unsafe void Place(int rows)
    {
        Reserve(rows, _noted);
        var (active, entry) = (0, 0);
        fixed (int* lengths = _lengths, starts = _starts, notedRows = _notedRows, notedFeatures = _notedFeatures, features = _features)
        fixed (float* notedValues = _notedValues, values = _values)
        {
            for (var length = 1; length <= (IsByLength ? _longest : Math.Min(1, _longest)); length++)
            {
                // Rows that hold so many and no more, or at least one where they keep their order.
                var reached = _reached.AsSpan((length - 1) * _words, _words);
                var exceeded = IsByLength && length < _longest ? _reached.AsSpan(length * _words, _words) : [];
                for (var word = 0; word < reached.Length; word++)
                {
                    for (var bits = reached[word] & ~(exceeded.IsEmpty ? 0 : exceeded[word]); bits != 0; bits &= bits - 1)
                    {
                        ref var rowLength = ref lengths[(word << 6) + BitOperations.TrailingZeroCount(bits)];
                        starts[active++] = entry;
                        (rowLength, entry) = (entry, entry + rowLength);
                    }
                }
            }

            starts[active] = entry;
            for (var e = 0; e < _noted; e++)
            {
                var place = lengths[notedRows[e]]++;
                features[place] = notedFeatures[e];
                values[place] = notedValues[e];
            }
        }

        _lengths.AsSpan(0, rows).Clear();
        _reached.AsSpan(0, _longest * _words).Clear();
        (ActiveRows, EmptyRows, _noted, _longest, _isSorted) = (active, rows - active, 0, 0, IsByLength);
    }

    /// <summary>
    /// Puts rows with as many non-zeros side by side, the fewest first and else in the order in which they came: loops over a row's non-zeros
    /// then run equally long row after row, which a processor foresees.
    /// </summary>
    internal void SortByLength()
    {
        if (_isSorted)
        {
            return;
        }

        var longest = 0;
        for (var row = 0; row < ActiveRows; row++)
        {
            longest = Math.Max(longest, _starts[row + 1] - _starts[row]);
        }

        // Where the rows of each length begin: among rows, and among non-zeros.
        Span<int> rows = longest < 256 ? stackalloc int[longest + 2] : new int[longest + 2];
        rows.Clear();
        for (var row = 0; row < ActiveRows; row++)
        {
            rows[_starts[row + 1] - _starts[row] + 1]++;
        }

        var entries = 0;
        _sortedStarts = _sortedStarts.Length < _starts.Length ? new int[_starts.Length] : _sortedStarts;
        for (var length = 1; length <= longest; length++)
        {
            rows[length + 1] += rows[length];
            for (var row = rows[length]; row < rows[length + 1]; row++)
            {
                _sortedStarts[row] = entries;
                entries += length;
            }
        }

        _sortedStarts[ActiveRows] = entries;
        if (_sortedFeatures.Length < _features.Length)
        {
            _sortedFeatures = new int[_features.Length];
            _sortedValues = new float[_values.Length];
        }

        for (var row = 0; row < ActiveRows; row++)
        {
            var start = _starts[row];
            var length = _starts[row + 1] - start;
            var place = _sortedStarts[rows[length]++];
            for (var e = 0; e < length; e++)
            {
                _sortedFeatures[place + e] = _features[start + e];
                _sortedValues[place + e] = _values[start + e];
            }
        }

        (_starts, _sortedStarts) = (_sortedStarts, _starts);
        (_features, _sortedFeatures) = (_sortedFeatures, _features);
        (_values, _sortedValues) = (_sortedValues, _values);
    }

    private void EndRow(int end)
    {
        if (end == _starts[ActiveRows])
        {
            EmptyRows++;
        }
        else
        {
            _starts[++ActiveRows] = end;
        }
    }

    private void Reserve(int rows, int entries)
    {
        if (ActiveRows + rows >= _starts.Length)
        {
            Array.Resize(ref _starts, Math.Max(2 * _starts.Length, ActiveRows + rows + 1));
        }

        if (entries > _features.Length)
        {
            var length = Math.Max(2 * _features.Length, entries);
            Array.Resize(ref _features, length);
            Array.Resize(ref _values, length);
        }
    }
}
