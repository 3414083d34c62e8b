namespace ToyModels;

/// <summary>The non-zeros of a block: cell = feature·rows + row, ascending, with its value.</summary>
internal sealed class SparseBlock
{
    private int[] _cells = new int[256];
    private float[] _values = new float[256];

    internal int Count { get; private set; }

    internal ReadOnlySpan<int> Cells => _cells.AsSpan(0, Count);

    internal ReadOnlySpan<float> Values => _values.AsSpan(0, Count);

    internal void Clear() => Count = 0;

    /// <summary>Makes room for sixteen more.</summary>
    /// <param name="values">Where their values go.</param>
    /// <returns>Where their cells go.</returns>
    internal Span<int> Sixteen(out Span<float> values)
    {
        if (Count + Lanes.Count > _cells.Length)
        {
            Array.Resize(ref _cells, 2 * _cells.Length);
            Array.Resize(ref _values, 2 * _values.Length);
        }

        values = _values.AsSpan(Count, Lanes.Count);
        return _cells.AsSpan(Count, Lanes.Count);
    }

    /// <summary>Keeps the first of the sixteen.</summary>
    internal void Keep(int count) => Count += count;
}
