using System.Buffers;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace ToyModels;

/// <summary>Receives the dot products of one row with every row, itself included.</summary>
/// <param name="row">The row, from 0.</param>
/// <param name="dots">One dot product a row; valid during the call only.</param>
internal delegate void RowOfDots(int row, ReadOnlySpan<double> dots);

/// <summary>
/// Rows of single-precision numbers held in double, and their dot products in one written-out order.
/// </summary>
/// <remarks>
/// Element e belongs to logical lane e mod 8; each lane is one chain from the first element on, and the lanes join in the tree
/// ((0+4)+(2+6))+((1+5)+(3+7)). The product of two singles is exact in double, so that a fused and an unfused step round alike, and
/// <see cref="Vector256{T}"/> falls back to the same additions on narrower hardware: the bits are the same everywhere. Rows are
/// padded with zeros to whole lanes, which adds exact zeros in place of a tail.
/// </remarks>
internal sealed class WideRows
{
    private const int Lanes = 8;

    /// <summary>Rows that share one pass over a tile; their dot products wait in a buffer of this many rows.</summary>
    private const int BlockRows = 16;

    /// <summary>Rows of a tile: a few hundred kilobytes at a thousand columns, so that a block finds it in the cache.</summary>
    private const int TileRows = 32;

    /// <summary>Multiply-adds above which the blocks are spread over the cores; starting threads costs more below.</summary>
    private const double ParallelWork = 1 << 25;

    private readonly double[] _values;
    private readonly int _stride;

    /// <param name="values">The rows one after the other.</param>
    /// <param name="width">Length of a row.</param>
    internal WideRows(ReadOnlySpan<float> values, int width)
    {
        Count = values.Length / width;
        _stride = checked((width + Lanes - 1) / Lanes * Lanes);
        _values = new double[checked(Count * _stride)];
        SquaredNorms = new double[Count];
        for (var i = 0; i < Count; i++)
        {
            for (var k = 0; k < width; k++)
            {
                _values[(i * _stride) + k] = values[(i * width) + k];
            }

            SquaredNorms[i] = Dot(i, i);
        }
    }

    /// <summary>Number of rows.</summary>
    internal int Count { get; }

    /// <summary>‖row‖² of each row.</summary>
    internal double[] SquaredNorms { get; }

    /// <summary>The dot product of two rows; the same bits with the rows exchanged.</summary>
    internal double Dot(int i, int j)
    {
        ref var a = ref Row(i);
        ref var b = ref Row(j);
        var low = Vector256<double>.Zero;
        var high = Vector256<double>.Zero;
        for (nuint k = 0; k < (nuint)_stride; k += Lanes)
        {
            low += Vector256.LoadUnsafe(ref a, k) * Vector256.LoadUnsafe(ref b, k);
            high += Vector256.LoadUnsafe(ref a, k + 4) * Vector256.LoadUnsafe(ref b, k + 4);
        }

        return Join(low, high);
    }

    /// <summary>Calls <paramref name="visit"/> once for each row, in any order and perhaps from several threads, in memory of a few rows a thread.</summary>
    internal void ForEachRow(RowOfDots visit)
    {
        var blocks = (Count + BlockRows - 1) / BlockRows;
        if ((double)Count * Count * _stride < ParallelWork)
        {
            for (var block = 0; block < blocks; block++)
            {
                VisitBlock(block, visit);
            }
        }
        else
        {
            Parallel.For(0, blocks, block => VisitBlock(block, visit));
        }
    }

    private void VisitBlock(int block, RowOfDots visit)
    {
        var buffer = ArrayPool<double>.Shared.Rent(checked(Math.Min(BlockRows, Count) * Count));
        var first = block * BlockRows;
        var end = Math.Min(first + BlockRows, Count);
        for (var tile = 0; tile < Count; tile += TileRows)
        {
            var tileEnd = Math.Min(tile + TileRows, Count);
            for (var i = first; i < end; i++)
            {
                var dots = buffer.AsSpan((i - first) * Count, Count);
                var j = tile;
                for (; j <= tileEnd - 4; j += 4)
                {
                    DotFour(i, j, dots.Slice(j, 4));
                }

                for (; j < tileEnd; j++)
                {
                    dots[j] = Dot(i, j);
                }
            }
        }

        for (var i = first; i < end; i++)
        {
            visit(i, buffer.AsSpan((i - first) * Count, Count));
        }

        ArrayPool<double>.Shared.Return(buffer);
    }

    /// <summary>Four of <see cref="Dot"/> at once, each with its own chain: row i is loaded once for all of them.</summary>
    private void DotFour(int i, int j, Span<double> dots)
    {
        ref var a = ref Row(i);
        ref var b0 = ref Row(j);
        ref var b1 = ref Row(j + 1);
        ref var b2 = ref Row(j + 2);
        ref var b3 = ref Row(j + 3);
        var (low0, low1, low2, low3) = (Vector256<double>.Zero, Vector256<double>.Zero, Vector256<double>.Zero, Vector256<double>.Zero);
        var (high0, high1, high2, high3) = (Vector256<double>.Zero, Vector256<double>.Zero, Vector256<double>.Zero, Vector256<double>.Zero);
        for (nuint k = 0; k < (nuint)_stride; k += Lanes)
        {
            var low = Vector256.LoadUnsafe(ref a, k);
            var high = Vector256.LoadUnsafe(ref a, k + 4);
            low0 += low * Vector256.LoadUnsafe(ref b0, k);
            high0 += high * Vector256.LoadUnsafe(ref b0, k + 4);
            low1 += low * Vector256.LoadUnsafe(ref b1, k);
            high1 += high * Vector256.LoadUnsafe(ref b1, k + 4);
            low2 += low * Vector256.LoadUnsafe(ref b2, k);
            high2 += high * Vector256.LoadUnsafe(ref b2, k + 4);
            low3 += low * Vector256.LoadUnsafe(ref b3, k);
            high3 += high * Vector256.LoadUnsafe(ref b3, k + 4);
        }

        dots[0] = Join(low0, high0);
        dots[1] = Join(low1, high1);
        dots[2] = Join(low2, high2);
        dots[3] = Join(low3, high3);
    }

    private static double Join(Vector256<double> low, Vector256<double> high)
    {
        var four = low + high;
        var two = four.GetLower() + four.GetUpper();
        return two.GetElement(0) + two.GetElement(1);
    }

    private ref double Row(int row) => ref MemoryMarshal.GetReference(_values.AsSpan(row * _stride, _stride));
}
