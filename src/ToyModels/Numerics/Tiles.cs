using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ToyModels;

/// <summary>Turns rows into columns, in tiles that stay in the first-level cache.</summary>
internal static unsafe class Tiles
{
    private const int Side = 16;
    private const int Square = 8;
    private const int Quarter = 4;

    /// <summary><paramref name="to"/>[c·toStride + r] ← <paramref name="from"/>[r·fromStride + c].</summary>
    internal static void Transpose(ReadOnlySpan<float> from, int rows, int columns, int fromStride, Span<float> to, int toStride)
    {
        if (rows > 0 && columns > 0)
        {
            fixed (float* source = from[..(((rows - 1) * fromStride) + columns)], target = to[..(((columns - 1) * toStride) + rows)])
            {
                Transpose(source, rows, columns, fromStride, target, toStride);
            }
        }
    }

    /// <summary>The same of memory that is known to reach far enough.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Transpose(float* from, nint rows, nint columns, nint fromStride, float* to, nint toStride)
    {
        nint wholeRows = 0;
        if (Avx.IsSupported)
        {
            wholeRows = rows & -Square;
            var wholeColumns = columns & -Square;
            for (nint row = 0; row < wholeRows; row += Square)
            {
                for (nint column = 0; column < wholeColumns; column += Square)
                {
                    TransposeSquare(from + (row * fromStride) + column, fromStride, to + (column * toStride) + row, toStride);
                }
            }

            if (wholeColumns < columns)
            {
                var strip = Strip(wholeColumns, columns);
                TransposeByFours(from + strip, wholeRows, columns - strip, fromStride, to + (strip * toStride), toStride);
            }
        }

        if (wholeRows < rows)
        {
            var strip = Strip(wholeRows, rows);
            TransposeByFours(from + (strip * fromStride), rows - strip, columns, fromStride, to + strip, toStride);
        }
    }

    /// <summary>Where what squares leave begins, so that there are four rows or columns of it where there are four at all: some are written twice.</summary>
    private static nint Strip(nint whole, nint count) => Math.Min(whole, Math.Max(count - Quarter, 0));

    /// <summary>What squares of eight leave. The last squares of four overlap those before and write the same again.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void TransposeByFours(float* from, nint rows, nint columns, nint fromStride, float* to, nint toStride)
    {
        if (!Sse.IsSupported || rows < Quarter || columns < Quarter)
        {
            TransposeByElement(from, rows, columns, fromStride, to, toStride);
            return;
        }

        for (nint row = 0; row < rows; row += Quarter)
        {
            row = Math.Min(row, rows - Quarter);
            for (nint column = 0; column < columns; column += Quarter)
            {
                column = Math.Min(column, columns - Quarter);
                TransposeQuarter(from + (row * fromStride) + column, fromStride, to + (column * toStride) + row, toStride);
            }
        }
    }

    /// <summary>Of two squares of sixteen by sixteen, contiguous: with f_c times column c of a and g_c times column c of b, a and bᵀ both become a + bᵀ. They may be one and the same.</summary>
    /// <param name="a">The first.</param>
    /// <param name="f">A factor for each of its columns.</param>
    /// <param name="b">The second.</param>
    /// <param name="g">A factor for each of its columns.</param>
    /// <param name="rows">Rows of a, columns of b, that are not zero: they are taken by fours, and the others stay as they are.</param>
    /// <param name="columns">Columns of a, rows of b, likewise.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void AddTransposed(float* a, float* f, float* b, float* g, int rows, int columns)
    {
        for (var row = 0; row < rows; row += Quarter)
        {
            // A square that meets itself: each pair once.
            var column = a == b ? row : 0;
            for (; Avx.IsSupported && column + Square <= columns; column += Square)
            {
                AddTransposedStrip(a + (row * Side) + column, f + column, b + (column * Side) + row, g + row);
            }

            for (; column < columns; column += Quarter)
            {
                AddTransposedSquare(a + (row * Side) + column, f + column, b + (column * Side) + row, g + row);
            }
        }
    }

    /// <summary>The same of four rows of a, eight columns, sixteen apart.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddTransposedStrip(float* a, float* f, float* b, float* g)
    {
        var last = b + (Quarter * Side);
        var ofA = Vector256.Load(f);
        var ofB = Halves(g, g);
        Turn(
            Halves(b, last) * ofB, Halves(b + Side, last + Side) * ofB, Halves(b + (2 * Side), last + (2 * Side)) * ofB, Halves(b + (3 * Side), last + (3 * Side)) * ofB,
            out var b0, out var b1, out var b2, out var b3);
        var a0 = (Vector256.Load(a) * ofA) + b0;
        var a1 = (Vector256.Load(a + Side) * ofA) + b1;
        var a2 = (Vector256.Load(a + (2 * Side)) * ofA) + b2;
        var a3 = (Vector256.Load(a + (3 * Side)) * ofA) + b3;
        a0.Store(a);
        a1.Store(a + Side);
        a2.Store(a + (2 * Side));
        a3.Store(a + (3 * Side));
        Turn(a0, a1, a2, a3, out b0, out b1, out b2, out b3);
        StoreHalves(b0, b, last);
        StoreHalves(b1, b + Side, last + Side);
        StoreHalves(b2, b + (2 * Side), last + (2 * Side));
        StoreHalves(b3, b + (3 * Side), last + (3 * Side));
    }

    /// <summary>The same of four by four, sixteen apart.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddTransposedSquare(float* a, float* f, float* b, float* g)
    {
        if (!Sse.IsSupported)
        {
            for (var row = 0; row < 4; row++)
            {
                for (var column = a == b ? row : 0; column < 4; column++)
                {
                    var sum = (a[(row * Side) + column] * f[column]) + (b[(column * Side) + row] * g[row]);
                    a[(row * Side) + column] = sum;
                    b[(column * Side) + row] = sum;
                }
            }

            return;
        }

        Vector128<float> ofA = Vector128.Load(f), ofB = Vector128.Load(g);
        Turn(
            Vector128.Load(b) * ofB, Vector128.Load(b + Side) * ofB, Vector128.Load(b + (2 * Side)) * ofB, Vector128.Load(b + (3 * Side)) * ofB,
            out var b0, out var b1, out var b2, out var b3);
        var a0 = (Vector128.Load(a) * ofA) + b0;
        var a1 = (Vector128.Load(a + Side) * ofA) + b1;
        var a2 = (Vector128.Load(a + (2 * Side)) * ofA) + b2;
        var a3 = (Vector128.Load(a + (3 * Side)) * ofA) + b3;
        a0.Store(a);
        a1.Store(a + Side);
        a2.Store(a + (2 * Side));
        a3.Store(a + (3 * Side));
        Turn(a0, a1, a2, a3, out b0, out b1, out b2, out b3);
        b0.Store(b);
        b1.Store(b + Side);
        b2.Store(b + (2 * Side));
        b3.Store(b + (3 * Side));
    }

    /// <summary>Four rows of four become columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Turn(
        Vector128<float> a, Vector128<float> b, Vector128<float> c, Vector128<float> d,
        out Vector128<float> first, out Vector128<float> second, out Vector128<float> third, out Vector128<float> fourth)
    {
        var (abLow, abHigh, cdLow, cdHigh) = (Sse.UnpackLow(a, b), Sse.UnpackHigh(a, b), Sse.UnpackLow(c, d), Sse.UnpackHigh(c, d));
        first = Sse.MoveLowToHigh(abLow, cdLow);
        second = Sse.MoveHighToLow(cdLow, abLow);
        third = Sse.MoveLowToHigh(abHigh, cdHigh);
        fourth = Sse.MoveHighToLow(cdHigh, abHigh);
    }

    /// <summary>The same in either half.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Turn(
        Vector256<float> a, Vector256<float> b, Vector256<float> c, Vector256<float> d,
        out Vector256<float> first, out Vector256<float> second, out Vector256<float> third, out Vector256<float> fourth)
    {
        var (abLow, abHigh, cdLow, cdHigh) = (Avx.UnpackLow(a, b), Avx.UnpackHigh(a, b), Avx.UnpackLow(c, d), Avx.UnpackHigh(c, d));
        first = Avx.Shuffle(abLow, cdLow, 0x44);
        second = Avx.Shuffle(abLow, cdLow, 0xEE);
        third = Avx.Shuffle(abHigh, cdHigh, 0x44);
        fourth = Avx.Shuffle(abHigh, cdHigh, 0xEE);
    }

    /// <summary>Four here and four there: halves that are loaded need no exchange between them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Halves(float* first, float* second) => Vector256.Create(Vector128.Load(first), Vector128.Load(second));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreHalves(Vector256<float> value, float* first, float* second)
    {
        value.GetLower().Store(first);
        value.GetUpper().Store(second);
    }

    /// <summary>A column of sixteen after another, so that both sides stay in the nearest cache.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void TransposeByElement(float* from, nint rows, nint columns, nint fromStride, float* to, nint toStride)
    {
        for (nint first = 0; first < rows; first += Side)
        {
            var end = Math.Min(first + Side, rows);
            for (nint column = 0; column < columns; column++)
            {
                for (var row = first; row < end; row++)
                {
                    to[(column * toStride) + row] = from[(row * fromStride) + column];
                }
            }
        }
    }

    /// <summary>Four rows of four.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void TransposeQuarter(float* from, nint fromStride, float* to, nint toStride)
    {
        Turn(
            Vector128.Load(from), Vector128.Load(from + fromStride), Vector128.Load(from + (2 * fromStride)), Vector128.Load(from + (3 * fromStride)),
            out var a, out var b, out var c, out var d);
        a.Store(to);
        b.Store(to + toStride);
        c.Store(to + (2 * toStride));
        d.Store(to + (3 * toStride));
    }

    /// <summary>Eight rows of eight: four columns of all, then the other four.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void TransposeSquare(float* from, nint fromStride, float* to, nint toStride)
    {
        TransposeStrip(from, fromStride, to, toStride);
        TransposeStrip(from + Quarter, fromStride, to + (Quarter * toStride), toStride);
    }

    /// <summary>Eight rows of four.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void TransposeStrip(float* from, nint fromStride, float* to, nint toStride)
    {
        var last = from + (Quarter * fromStride);
        Turn(
            Halves(from, last), Halves(from + fromStride, last + fromStride),
            Halves(from + (2 * fromStride), last + (2 * fromStride)), Halves(from + (3 * fromStride), last + (3 * fromStride)),
            out var a, out var b, out var c, out var d);
        a.Store(to);
        b.Store(to + toStride);
        c.Store(to + (2 * toStride));
        d.Store(to + (3 * toStride));
    }
}
