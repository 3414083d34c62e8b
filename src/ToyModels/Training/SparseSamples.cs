namespace ToyModels;

/// <summary>
/// Rows by their non-zeros, row after row, features ascending within a row. Rows without any are only counted: no product needs them.
/// </summary>
public sealed class SparseSamples
{
    private int[] _starts = new int[257];
    private int[] _features = new int[1024];
    private float[] _values = new float[1024];

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

    /// <summary>Appends rows <paramref name="first"/> to <paramref name="first"/> + <paramref name="rows"/> − 1 of a block, by one counting sort.</summary>
    internal void AddBlock(SparseBlock block, int blockRows, int first, int rows)
    {
        Span<int> ends = stackalloc int[rows + 1];
        ends.Clear();
        var mask = blockRows - 1;
        foreach (var cell in block.Cells)
        {
            var row = (int)(cell & mask) - first;
            if ((uint)row < (uint)rows)
            {
                ends[row + 1]++;
            }
        }

        var begin = _starts[ActiveRows];
        var end = begin;
        Reserve(rows, begin);
        for (var row = 0; row < rows; row++)
        {
            var count = ends[row + 1];
            ends[row] = end;
            end += count;
            EndRow(end);
        }

        Reserve(0, end);
        var shift = int.Log2(blockRows);
        var cells = block.Cells;
        var values = block.Values;
        for (var e = 0; e < cells.Length; e++)
        {
            var row = (int)(cells[e] & mask) - first;
            if ((uint)row < (uint)rows)
            {
                var place = ends[row]++;
                _features[place] = (int)(cells[e] >> shift);
                _values[place] = values[e];
            }
        }
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
