using System.Runtime.CompilerServices;

namespace ToyModels;

/// <summary>The non-zeros of a chunk for short products: row by row with their rows of W, and panel by panel with their cells there.</summary>
internal sealed unsafe class NonZeroLists
{
    private readonly int _rowLength;
    private readonly int[] _rowStarts;
    private readonly int[] _ends;
    private Listed[] _byRow = [];
    private Listed[] _byPanel = [];

    internal NonZeroLists(int features, int rows, int rowLength)
    {
        _rowLength = rowLength;
        _rowStarts = new int[rows + 1];
        _ends = new int[(Lanes.RoundUp(features) / Lanes.Count) + 1];
    }

    internal ReadOnlySpan<Listed> ByRow => _byRow;

    internal ReadOnlySpan<int> RowStarts => _rowStarts;

    /// <summary>The non-zeros of one panel, row after row.</summary>
    internal ReadOnlySpan<Listed> Panel(int panel) => _byPanel.AsSpan(_ends[panel].._ends[panel + 1]);

    internal void Take(RowsByLength rows)
    {
        var stretches = rows.Stretches;
        var entries = stretches.Length == 0 ? 0 : stretches[^1].Entry + (stretches[^1].Rows * stretches[^1].Length);
        if (_byRow.Length < entries)
        {
            _byRow = new Listed[entries * 5 / 4];
            _byPanel = new Listed[_byRow.Length];
        }

        _ends.AsSpan().Clear();
        fixed (int* offsets = rows.Offsets, rowStarts = _rowStarts, ends = _ends)
        fixed (float* values = rows.Values)
        fixed (Listed* byRow = _byRow, byPanel = _byPanel)
        {
            // The next place of panel p stands at p + 1, and moves on to the panel's end.
            var next = ends + 1;
            Count(offsets, entries, next);
            for (int p = 0, start = 0; p < _ends.Length - 1; p++)
            {
                (next[p], start) = (start, start + next[p]);
            }

            foreach (var stretch in stretches)
            {
                List(
                    offsets + stretch.Entry, values + stretch.Entry, stretch.Rows, stretch.Length, stretch.Row, stretch.Entry, _rowLength,
                    rowStarts + stretch.Row, byRow + stretch.Entry, byPanel, next);
            }

            rowStarts[rows.Rows] = entries;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Count(int* offsets, nint entries, int* counts)
    {
        for (nint e = 0; e < entries; e++)
        {
            counts[(uint)offsets[e] / (Lanes.Count * Lanes.Count)]++;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void List(
        int* offsets, float* values, nint rows, nint length, int row, int entry, int rowLength, int* rowStarts, Listed* byRow, Listed* byPanel, int* next)
    {
        var cell = row * Lanes.Count;
        for (; rows > 0; rows--, cell += Lanes.Count, offsets += length, values += length, byRow += length)
        {
            *rowStarts++ = entry;
            entry += (int)length;
            for (nint e = 0; e < length; e++)
            {
                var feature = (uint)offsets[e] / Lanes.Count;
                byRow[e] = new(values[e], (int)feature * rowLength);
                byPanel[next[feature / Lanes.Count]++] = new(values[e], cell + (int)(feature % Lanes.Count));
            }
        }
    }
}
