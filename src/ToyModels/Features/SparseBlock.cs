namespace ToyModels;

/// <summary>The non-zeros of a block: cell = row·n + feature, ascending, with its value.</summary>
/// <param name="features">Number of features n.</param>
internal sealed class SparseBlock(int features)
{
    private int[] _cells = new int[256];
    private float[] _values = new float[256];
    private int[] _sortedCells = [];
    private float[] _sortedValues = [];

    internal int Count { get; private set; }

    /// <summary>Number of features n.</summary>
    internal int Features => features;

    /// <summary>From a cell to its row.</summary>
    internal Divisor Divisor { get; } = new(features);

    internal ReadOnlySpan<int> Cells => _cells.AsSpan(0, Count);

    internal ReadOnlySpan<float> Values => _values.AsSpan(0, Count);

    internal void Clear() => Count = 0;

    /// <summary>Appends cells, and their values.</summary>
    internal void Add(ReadOnlySpan<int> cells, ReadOnlySpan<float> values)
    {
        Extend(cells.Length, out var toCells, out var toValues);
        cells.CopyTo(toCells);
        values.CopyTo(toValues);
    }

    /// <summary>Appends room for cells, to be filled at once.</summary>
    internal void Extend(int count, out Span<int> cells, out Span<float> values)
    {
        if (Count + count > _cells.Length)
        {
            var length = Math.Max(2 * _cells.Length, Count + count);
            Array.Resize(ref _cells, length);
            Array.Resize(ref _values, length);
        }

        cells = _cells.AsSpan(Count, count);
        values = _values.AsSpan(Count, count);
        Count += count;
    }

    /// <summary>Cells of a run, from <paramref name="first"/> on, become cells of the block.</summary>
    internal void Widen(int first, in DensityRun run)
    {
        var (skip, start) = (features - run.Count, run.First);
        foreach (ref var cell in _cells.AsSpan(first, Count - first))
        {
            cell += (run.Divisor.Quotient(cell) * skip) + start;
        }
    }

    /// <summary>Puts the cells of several runs, each row after row, in one order: a counting sort over the rows.</summary>
    internal void SortByRow(int rows)
    {
        if (_sortedCells.Length < Count)
        {
            _sortedCells = new int[_cells.Length];
            _sortedValues = new float[_cells.Length];
        }

        Span<int> next = stackalloc int[rows + 1];
        next.Clear();
        foreach (var cell in Cells)
        {
            next[Divisor.Quotient(cell) + 1]++;
        }

        for (var row = 0; row < rows; row++)
        {
            next[row + 1] += next[row];
        }

        for (var e = 0; e < Count; e++)
        {
            var place = next[Divisor.Quotient(_cells[e])]++;
            _sortedCells[place] = _cells[e];
            _sortedValues[place] = _values[e];
        }

        (_cells, _sortedCells) = (_sortedCells, _cells);
        (_values, _sortedValues) = (_sortedValues, _values);
    }

    /// <summary>Where the cells of a row begin: those of the rows before it come earlier.</summary>
    internal int StartOf(int row)
    {
        var found = Cells.BinarySearch(row * features);
        return found < 0 ? ~found : found;
    }
}
