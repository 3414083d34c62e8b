using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ToyModels;

/// <summary>Turns rows into columns, in tiles that stay in the first-level cache.</summary>
internal static class Tiles
{
    private const int Side = 16;
    private const int Square = 8;

    /// <summary><paramref name="to"/>[c·toStride + r] ← <paramref name="from"/>[r·fromStride + c].</summary>
    internal static void Transpose(ReadOnlySpan<float> from, int rows, int columns, int fromStride, Span<float> to, int toStride)
    {
        var wholeRows = 0;
        if (Avx.IsSupported)
        {
            wholeRows = rows & -Square;
            var wholeColumns = columns & -Square;
            for (var row = 0; row < wholeRows; row += Square)
            {
                for (var column = 0; column < wholeColumns; column += Square)
                {
                    TransposeSquare(from[((row * fromStride) + column)..], fromStride, to[((column * toStride) + row)..], toStride);
                }
            }

            if (wholeRows > 0 && wholeColumns < columns)
            {
                TransposeByElement(from[wholeColumns..], wholeRows, columns - wholeColumns, fromStride, to[(wholeColumns * toStride)..], toStride);
            }
        }

        if (wholeRows < rows)
        {
            TransposeByElement(from[(wholeRows * fromStride)..], rows - wholeRows, columns, fromStride, to[wholeRows..], toStride);
        }
    }

    /// <summary>Of two squares of sixteen by sixteen, contiguous: a and bᵀ both become a + bᵀ. They may be one and the same.</summary>
    internal static unsafe void AddTransposed(float* a, float* b)
    {
        const int quarter = 4;
        for (var row = 0; row < Side; row += quarter)
        {
            // A square that meets itself: each pair once.
            for (var column = a == b ? row : 0; column < Side; column += quarter)
            {
                AddTransposedSquare(a + (row * Side) + column, b + (column * Side) + row);
            }
        }
    }

    /// <summary>The same of four by four, sixteen apart.</summary>
    private static unsafe void AddTransposedSquare(float* a, float* b)
    {
        if (!Sse.IsSupported)
        {
            for (var row = 0; row < 4; row++)
            {
                for (var column = a == b ? row : 0; column < 4; column++)
                {
                    ref var sum = ref a[(row * Side) + column];
                    sum += b[(column * Side) + row];
                    b[(column * Side) + row] = sum;
                }
            }

            return;
        }

        var (a0, a1, a2, a3) = (Vector128.Load(a), Vector128.Load(a + Side), Vector128.Load(a + (2 * Side)), Vector128.Load(a + (3 * Side)));
        Turn(Vector128.Load(b), Vector128.Load(b + Side), Vector128.Load(b + (2 * Side)), Vector128.Load(b + (3 * Side)), out var b0, out var b1, out var b2, out var b3);
        (a0, a1, a2, a3) = (a0 + b0, a1 + b1, a2 + b2, a3 + b3);
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

    private static void TransposeByElement(ReadOnlySpan<float> from, int rows, int columns, int fromStride, Span<float> to, int toStride)
    {
        for (var firstRow = 0; firstRow < rows; firstRow += Side)
        {
            var lastRow = Math.Min(firstRow + Side, rows);
            for (var column = 0; column < columns; column++)
            {
                var target = to.Slice((column * toStride) + firstRow, lastRow - firstRow);
                var source = (firstRow * fromStride) + column;
                for (var r = 0; r < target.Length; r++, source += fromStride)
                {
                    target[r] = from[source];
                }
            }
        }
    }

    /// <summary>Eight rows of eight: pairs of rows, then of pairs, then of halves.</summary>
    private static void TransposeSquare(ReadOnlySpan<float> from, int fromStride, Span<float> to, int toStride)
    {
        var (a, b) = (Vector256.Create(from), Vector256.Create(from[fromStride..]));
        var (c, d) = (Vector256.Create(from[(2 * fromStride)..]), Vector256.Create(from[(3 * fromStride)..]));
        var (e, f) = (Vector256.Create(from[(4 * fromStride)..]), Vector256.Create(from[(5 * fromStride)..]));
        var (g, h) = (Vector256.Create(from[(6 * fromStride)..]), Vector256.Create(from[(7 * fromStride)..]));
        var (ab0, ab1, cd0, cd1) = (Avx.UnpackLow(a, b), Avx.UnpackHigh(a, b), Avx.UnpackLow(c, d), Avx.UnpackHigh(c, d));
        var (ef0, ef1, gh0, gh1) = (Avx.UnpackLow(e, f), Avx.UnpackHigh(e, f), Avx.UnpackLow(g, h), Avx.UnpackHigh(g, h));
        Store(Avx.Shuffle(ab0, cd0, 0x44), Avx.Shuffle(ef0, gh0, 0x44), to, 0, toStride);
        Store(Avx.Shuffle(ab0, cd0, 0xEE), Avx.Shuffle(ef0, gh0, 0xEE), to, 1, toStride);
        Store(Avx.Shuffle(ab1, cd1, 0x44), Avx.Shuffle(ef1, gh1, 0x44), to, 2, toStride);
        Store(Avx.Shuffle(ab1, cd1, 0xEE), Avx.Shuffle(ef1, gh1, 0xEE), to, 3, toStride);
    }

    private static void Store(Vector256<float> firstRows, Vector256<float> lastRows, Span<float> to, int column, int toStride)
    {
        Avx.Permute2x128(firstRows, lastRows, 0x20).CopyTo(to[(column * toStride)..]);
        Avx.Permute2x128(firstRows, lastRows, 0x31).CopyTo(to[((column + 4) * toStride)..]);
    }
}
