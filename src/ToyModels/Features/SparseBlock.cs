using System.Runtime.CompilerServices;

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

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Add(int cell, float value)
    {
        if (Count == _cells.Length)
        {
            Grow();
        }

        _cells[Count] = cell;
        _values[Count] = value;
        Count++;
    }

    private void Grow()
    {
        Array.Resize(ref _cells, 2 * Count);
        Array.Resize(ref _values, 2 * Count);
    }
}
