using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ToyModels;

/// <summary>
/// Rows of single-precision numbers held in double, and their dot products in one written-out order: a chain of multiply-adds over the
/// elements, from the first on.
/// </summary>
/// <remarks>
/// <para>The product of two singles is exact in double, so that a fused and an unfused step round alike: the bits are the same everywhere,
/// and those of (i, j) are those of (j, i).</para>
/// <para>Layout: panels of twelve rows, element by element, in [panel, element, row] order; rows missing from the last panel are zero. A register
/// block is four rows by one panel: twelve accumulators of four columns, each step one element of the four rows against twelve of the panel. A
/// band of <see cref="BandRows"/> rows meets <see cref="TileColumns"/> columns at a time, <see cref="Depth"/> elements deep: what both have of
/// them fits the second-level cache, and a panel's the first. Chains are put down at the end of a depth, and taken up at the next.</para>
/// </remarks>
internal sealed class WideRows
{
    private const int PanelRows = 12;

    /// <summary>Rows of a register block: with three vectors a row, twelve chains, enough to hide the latency of the multiply-add, and all that sixteen registers hold.</summary>
    private const int BlockRows = 4;

    private const int BandRows = 72;

    private const int TileColumns = 72;

    private const int Depth = 128;

    /// <summary>Multiply-adds of a band above which its tiles are spread over the cores; waking threads costs more below.</summary>
    private const long ParallelWork = 1 << 21;

    private readonly double[] _panels;
    private readonly int _width;

    /// <param name="values">The rows one after the other.</param>
    /// <param name="width">Length of a row.</param>
    internal WideRows(ReadOnlySpan<float> values, int width)
    {
        _width = width;
        Count = values.Length / width;
        PaddedCount = checked((Count + PanelRows - 1) / PanelRows * PanelRows);
        _panels = new double[checked(PaddedCount * width)];
        for (var i = 0; i < Count; i++)
        {
            var column = _panels.AsSpan(Offset(i));
            for (var k = 0; k < width; k++)
            {
                column[k * PanelRows] = values[(i * width) + k];
            }
        }

        SquaredNorms = [.. Enumerable.Range(0, Count).Select(i => Dot(i, i))];
    }

    /// <summary>Number of rows.</summary>
    internal int Count { get; }

    /// <summary>‖row‖² of each row.</summary>
    internal double[] SquaredNorms { get; }

    private int PaddedCount { get; }

    /// <summary>The dot product of two rows.</summary>
    internal double Dot(int i, int j)
    {
        var sum = 0.0;
        var a = _panels.AsSpan(Offset(i));
        var b = _panels.AsSpan(Offset(j));
        for (var k = 0; k < _width * PanelRows; k += PanelRows)
        {
            sum += a[k] * b[k];
        }

        return sum;
    }

    /// <summary>
    /// For each row i, in order, its dot products with the rows i, i + 1, … to the last: every pair once. Computed as they are read, in
    /// memory of a few rows; what is given is valid until the next is asked for.
    /// </summary>
    internal IEnumerable<ReadOnlyMemory<double>> UpperRows()
    {
        var band = new double[Math.Min(BandRows, PaddedCount) * PaddedCount];
        for (var first = 0; first < Count; first += BandRows)
        {
            var stride = PaddedCount - first;
            FillBand(first, band, stride);
            for (var i = first; i < Math.Min(first + BandRows, Count); i++)
            {
                yield return band.AsMemory(((i - first) * stride) + i - first, Count - i);
            }
        }
    }

    /// <summary>The dot products of the rows of one band with the rows from its first on.</summary>
    private void FillBand(int first, double[] band, int stride)
    {
        var rows = Math.Min(BandRows, PaddedCount - first);
        var tiles = (stride + TileColumns - 1) / TileColumns;
        if ((long)rows * stride * _width < ParallelWork)
        {
            for (var tile = 0; tile < tiles; tile++)
            {
                FillTile(tile);
            }
        }
        else
        {
            Parallel.For(0, tiles, FillTile);
        }

        void FillTile(int tile)
        {
            var (start, end) = (tile * TileColumns, Math.Min((tile + 1) * TileColumns, stride));
            for (var k = 0; k < _width; k += Depth)
            {
                var depth = Math.Min(Depth, _width - k);
                for (var row = 0; row < rows; row += PanelRows)
                {
                    for (var column = start; column < end; column += PanelRows)
                    {
                        ref var a = ref _panels[Offset(first + row) + (k * PanelRows)];
                        ref var b = ref _panels[Offset(first + column) + (k * PanelRows)];
                        ref var c = ref band[(row * stride) + column];
                        for (var r = 0; r < PanelRows; r += BlockRows)
                        {
                            Block(ref Unsafe.Add(ref a, r), ref b, ref Unsafe.Add(ref c, r * stride), stride, depth, isFirst: k == 0);
                        }
                    }
                }
            }
        }
    }

    /// <summary>C[r, s] += Σ_k A[k, r]·B[k, s] for four rows by a panel's twelve columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Block(ref double a, ref double b, ref double c, int stride, int depth, bool isFirst)
    {
        Vector256<double> c00 = default, c01 = default, c02 = default, c10 = default, c11 = default, c12 = default;
        Vector256<double> c20 = default, c21 = default, c22 = default, c30 = default, c31 = default, c32 = default;
        if (!isFirst)
        {
            (c00, c01, c02) = Load(ref c);
            (c10, c11, c12) = Load(ref Unsafe.Add(ref c, stride));
            (c20, c21, c22) = Load(ref Unsafe.Add(ref c, 2 * stride));
            (c30, c31, c32) = Load(ref Unsafe.Add(ref c, 3 * stride));
        }

        for (; depth > 0; depth--)
        {
            var (b0, b1, b2) = Load(ref b);
            Step(a, b0, b1, b2, ref c00, ref c01, ref c02);
            Step(Unsafe.Add(ref a, 1), b0, b1, b2, ref c10, ref c11, ref c12);
            Step(Unsafe.Add(ref a, 2), b0, b1, b2, ref c20, ref c21, ref c22);
            Step(Unsafe.Add(ref a, 3), b0, b1, b2, ref c30, ref c31, ref c32);
            a = ref Unsafe.Add(ref a, PanelRows);
            b = ref Unsafe.Add(ref b, PanelRows);
        }

        Store(c00, c01, c02, ref c);
        Store(c10, c11, c12, ref Unsafe.Add(ref c, stride));
        Store(c20, c21, c22, ref Unsafe.Add(ref c, 2 * stride));
        Store(c30, c31, c32, ref Unsafe.Add(ref c, 3 * stride));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Step(
        double a, Vector256<double> b0, Vector256<double> b1, Vector256<double> b2, ref Vector256<double> c0, ref Vector256<double> c1, ref Vector256<double> c2)
    {
        var factor = Vector256.Create(a);
        c0 = MultiplyAdd(factor, b0, c0);
        c1 = MultiplyAdd(factor, b1, c1);
        c2 = MultiplyAdd(factor, b2, c2);
    }

    /// <summary>a·b + c; a·b is exact, so that both forms round once.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<double> MultiplyAdd(Vector256<double> a, Vector256<double> b, Vector256<double> c) =>
        Vector256.IsHardwareAccelerated ? Vector256.FusedMultiplyAdd(a, b, c) : (a * b) + c;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector256<double>, Vector256<double>, Vector256<double>) Load(ref double source) =>
        (Vector256.LoadUnsafe(ref source), Vector256.LoadUnsafe(ref source, 4), Vector256.LoadUnsafe(ref source, 8));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(Vector256<double> c0, Vector256<double> c1, Vector256<double> c2, ref double destination)
    {
        c0.StoreUnsafe(ref destination);
        c1.StoreUnsafe(ref destination, 4);
        c2.StoreUnsafe(ref destination, 8);
    }

    /// <summary>Where the first element of a row lies.</summary>
    private int Offset(int row) => (row / PanelRows * PanelRows * _width) + (row % PanelRows);
}
