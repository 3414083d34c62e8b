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
        var entries = rows.Entries;
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
            foreach (var stretch in stretches)
            {
                Count(offsets + stretch.Entry, stretch, next);
            }

            for (int p = 0, start = 0; p < _ends.Length - 1; p++)
            {
                (next[p], start) = (start, start + next[p]);
            }

            var entry = 0;
            foreach (var stretch in stretches)
            {
                List(offsets + stretch.Entry, values + stretch.Entry, stretch, entry, _rowLength, rowStarts + stretch.Row, byRow + entry, byPanel, next);
                entry += stretch.Rows * stretch.Length;
            }

            rowStarts[rows.Rows] = entries;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Count(int* offsets, in RowsByLength.Stretch stretch, int* counts)
    {
        nint step = stretch.Step, end = step * stretch.Length, rowStep = stretch.RowStep;
        for (var rows = stretch.Rows; rows > 0; rows--, offsets += rowStep)
        {
            for (nint e = 0; e < end; e += step)
            {
                counts[(uint)offsets[e] / (Lanes.Count * Lanes.Count)]++;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void List(
        int* offsets, float* values, in RowsByLength.Stretch stretch, int entry, int rowLength, int* rowStarts, Listed* byRow, Listed* byPanel, int* next)
    {
        var cell = stretch.Row * Lanes.Count;
        nint step = stretch.Step, end = step * stretch.Length, rowStep = stretch.RowStep;
        for (var rows = stretch.Rows; rows > 0; rows--, cell += Lanes.Count, offsets += rowStep, values += rowStep)
        {
            *rowStarts++ = entry;
            entry += stretch.Length;
            for (nint e = 0; e < end; e += step)
            {
                var feature = (uint)offsets[e] / Lanes.Count;
                *byRow++ = new(values[e], (int)feature * rowLength);
                byPanel[next[feature / Lanes.Count]++] = new(values[e], cell + (int)(feature % Lanes.Count));
            }
        }
    }
}
