using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ToyModels;

/// <summary>
/// Rows by their non-zeros, row after row, features ascending within a row. Rows without any are only counted: no product needs them.
/// </summary>
public sealed class SparseSamples
{
    private int[] _starts = new int[257];
    private int[] _features = new int[1024];
    private float[] _values = new float[1024];
    private float[] _tile = [];

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

    /// <summary>Appends a row of n values.</summary>
    internal unsafe void AddRow(ReadOnlySpan<float> row)
    {
        var end = _starts[ActiveRows];
        Reserve(1, end + row.Length + Eights.Count);
        fixed (float* from = row, values = _values)
        fixed (int* features = _features)
        {
            EndRow(end + FindNonZeros(from, row.Length, features + end, values + end));
        }
    }

    /// <summary>Appends rows of a feature-major matrix.</summary>
    internal void AddDense(ReadOnlySpan<float> matrix, int features, int rows, int stride)
    {
        // Rows of whole vectors, of which only the first n numbers are ever written.
        var width = Lanes.RoundUp(features);
        if (_tile.Length != width * Lanes.Count)
        {
            _tile = new float[width * Lanes.Count];
        }

        for (var first = 0; first < rows; first += Lanes.Count)
        {
            var height = Math.Min(Lanes.Count, rows - first);
            Tiles.Transpose(matrix[first..], features, height, stride, _tile, width);
            for (var row = 0; row < height; row++)
            {
                AddRow(_tile.AsSpan(row * width, width));
            }
        }
    }

    /// <summary>Appends rows <paramref name="first"/> to <paramref name="first"/> + <paramref name="rows"/> − 1 of a block.</summary>
    internal unsafe void AddBlock(SparseBlock block, int first, int rows)
    {
        var (start, end) = (block.StartOf(first), block.StartOf(first + rows));
        var entry = _starts[ActiveRows];
        Reserve(rows, entry + end - start);
        block.Values[start..end].CopyTo(_values.AsSpan(entry));
        fixed (int* cells = block.Cells, ends = _starts, listed = _features)
        {
            var active = List(cells + start, end - start, block.Features, block.Divisor, ends + ActiveRows, listed + entry, entry);
            EmptyRows += rows - active;
            ActiveRows += active;
        }
    }

    /// <summary>From cells to the features and the ends of rows: each cell moves the end of its row on by one, and the first of a row begins it.</summary>
    /// <returns>Rows that have a cell.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static unsafe int List(int* cells, nint count, int width, Divisor divisor, int* ends, int* features, int entry)
    {
        nint active = 0;
        var last = -1;
        for (nint e = 0; e < count; e++)
        {
            var cell = cells[e];
            var row = divisor.Quotient(cell);
            features[e] = cell - (row * width);
            active += (nint)((uint)(last - row) >> 31);
            ends[active] = entry + (int)e + 1;
            last = row;
        }

        return (int)active;
    }

    /// <summary>Lists the non-zeros of a row. What stands behind them, up to eight more, may be written over.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static unsafe int FindNonZeros(float* row, nint count, int* features, float* values)
    {
        nint found = 0, i = 0;
        if (Avx2.IsSupported)
        {
            fixed (int* places = Eights.Places)
            {
                // Without a branch for each: whether a feature is present is not to be foreseen.
                for (; i <= count - Eights.Count; i += Eights.Count)
                {
                    var x = Vector256.Load(row + i);
                    var present = ~Vector256.Equals(x, Vector256<float>.Zero).ExtractMostSignificantBits() & 0xFF;
                    var order = Vector256.Load(places + (Eights.Count * present));
                    Avx2.PermuteVar8x32(x, order).Store(values + found);
                    (order + Vector256.Create((int)i)).Store(features + found);
                    found += BitOperations.PopCount(present);
                }
            }
        }

        for (; i < count; i++)
        {
            if (row[i] != 0)
            {
                features[found] = (int)i;
                values[found++] = row[i];
            }
        }

        return (int)found;
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
