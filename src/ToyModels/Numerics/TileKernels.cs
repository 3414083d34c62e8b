using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ToyModels;

/// <summary>
/// The forward pass of four rows at a time: every weight that is loaded serves four chains, and there are enough chains to hide the time that a
/// multiply-add takes. Each number is the chain of <see cref="RowKernels"/>, so the bits are the same; the last vector of a row overlaps the one
/// before it and writes the same bits again.
/// </summary>
internal static unsafe class TileKernels
{
    /// <summary>Rows of a tile.</summary>
    internal const int Rows = 4;

    private const int Width = RowKernels.Width;
    private const int Vectors = 3;

    /// <summary>out[r, c] ← Σ_k in[r, k]·weights[k, c], over k in order; −0 becomes 0.</summary>
    /// <param name="first">The first of four rows of <paramref name="depth"/> values.</param>
    /// <param name="second">The second.</param>
    /// <param name="third">The third.</param>
    /// <param name="fourth">The fourth.</param>
    /// <param name="depth">Terms of a sum.</param>
    /// <param name="weights">Rows of <paramref name="width"/> weights.</param>
    /// <param name="output">Receives four rows of <paramref name="width"/> values.</param>
    /// <param name="width">Values of a row that comes out, at least <see cref="RowKernels.Width"/>.</param>
    internal static void Encode(float* first, float* second, float* third, float* fourth, int depth, float* weights, float* output, int width) =>
        Multiply<Off>(first, second, third, fourth, depth, weights, null, output, width);

    /// <summary>out[r, c] ← bias[c] + Σ_k in[r, k]·weights[k, c], over k in order, then max(out, 0) where asked.</summary>
    internal static void Decode(float* input, int depth, float* weights, float* bias, bool isRelu, float* output, int width)
    {
        float* second = input + depth, third = second + depth, fourth = third + depth;
        if (isRelu)
        {
            Multiply<On>(input, second, third, fourth, depth, weights, bias, output, width);
        }
        else
        {
            Multiply<Off>(input, second, third, fourth, depth, weights, bias, output, width);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Multiply<TRelu>(
        float* x0, float* x1, float* x2, float* x3, int depth, float* weights, float* bias, float* output, int width)
        where TRelu : struct, ISwitch
    {
        // Columns in shares that are as equal as can be: a vector alone would wait for its own sums.
        var vectors = (width + Width - 1) / Width;
        var blocks = (vectors + Vectors - 1) / Vectors;
        for (var column = 0; blocks > 0; blocks--)
        {
            // What is left, by the blocks that are left, rounded up; it is at most Vectors, and a division takes as long as a row of products.
            var share = vectors > 2 * blocks ? 3 : vectors > blocks ? 2 : 1;
            vectors -= share;
            float* w = weights + column, b = bias == null ? null : bias + column, y = output + column;
            var last = width - column - Width;
            switch (share)
            {
                case 1:
                    Multiply<TRelu, One>(x0, x1, x2, x3, depth, w, width, b, y, last);
                    break;
                case 2:
                    Multiply<TRelu, Two>(x0, x1, x2, x3, depth, w, width, b, y, last);
                    break;
                default:
                    Multiply<TRelu, Three>(x0, x1, x2, x3, depth, w, width, b, y, last);
                    break;
            }

            column += share * Width;
        }
    }

    /// <param name="x0">The first of four rows.</param>
    /// <param name="x1">The second.</param>
    /// <param name="x2">The third.</param>
    /// <param name="x3">The fourth.</param>
    /// <param name="depth">Values of each.</param>
    /// <param name="w">Weights of the first column.</param>
    /// <param name="width">Weights between rows; values between rows that come out.</param>
    /// <param name="b">Bias of the first column, or null.</param>
    /// <param name="y">The first column of the rows that come out.</param>
    /// <param name="last">Where the last vector may begin at the most.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Multiply<TRelu, TVectors>(
        float* x0, float* x1, float* x2, float* x3, int depth, float* w, nint width, float* b, float* y, nint last)
        where TRelu : struct, ISwitch
        where TVectors : struct, ICount
    {
        nint second = Math.Min(Width, last), third = Math.Min(2 * Width, last);
        Vector256<float> s0 = default, s1 = default, s2 = default;
        if (b != null)
        {
            s0 = Vector256.Load(b);
            s1 = TVectors.Value > 1 ? Vector256.Load(b + second) : s0;
            s2 = TVectors.Value > 2 ? Vector256.Load(b + third) : s0;
        }

        Vector256<float> a0 = s0, a1 = s1, a2 = s2, b0 = s0, b1 = s1, b2 = s2;
        Vector256<float> c0 = s0, c1 = s1, c2 = s2, d0 = s0, d1 = s1, d2 = s2;
        for (nint k = 0; k < depth; k++, w += width)
        {
            var w0 = Vector256.Load(w);
            var w1 = TVectors.Value > 1 ? Vector256.Load(w + second) : w0;
            var w2 = TVectors.Value > 2 ? Vector256.Load(w + third) : w0;
            Step<TVectors>(x0[k], w0, w1, w2, ref a0, ref a1, ref a2);
            Step<TVectors>(x1[k], w0, w1, w2, ref b0, ref b1, ref b2);
            Step<TVectors>(x2[k], w0, w1, w2, ref c0, ref c1, ref c2);
            Step<TVectors>(x3[k], w0, w1, w2, ref d0, ref d1, ref d2);
        }

        Store<TRelu, TVectors>(y, second, third, b == null, a0, a1, a2);
        Store<TRelu, TVectors>(y + width, second, third, b == null, b0, b1, b2);
        Store<TRelu, TVectors>(y + (2 * width), second, third, b == null, c0, c1, c2);
        Store<TRelu, TVectors>(y + (3 * width), second, third, b == null, d0, d1, d2);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Step<TVectors>(
        float value, Vector256<float> w0, Vector256<float> w1, Vector256<float> w2, ref Vector256<float> s0, ref Vector256<float> s1, ref Vector256<float> s2)
        where TVectors : struct, ICount
    {
        var wide = Vector256.Create(value);
        s0 = Vector256.FusedMultiplyAdd(wide, w0, s0);
        if (TVectors.Value > 1)
        {
            s1 = Vector256.FusedMultiplyAdd(wide, w1, s1);
        }

        if (TVectors.Value > 2)
        {
            s2 = Vector256.FusedMultiplyAdd(wide, w2, s2);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<TRelu, TVectors>(
        float* y, nint second, nint third, bool isSum, Vector256<float> s0, Vector256<float> s1, Vector256<float> s2)
        where TRelu : struct, ISwitch
        where TVectors : struct, ICount
    {
        Finished<TRelu>(s0, isSum).Store(y);
        if (TVectors.Value > 1)
        {
            Finished<TRelu>(s1, isSum).Store(y + second);
        }

        if (TVectors.Value > 2)
        {
            Finished<TRelu>(s2, isSum).Store(y + third);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Finished<TRelu>(Vector256<float> sum, bool isSum)
        where TRelu : struct, ISwitch =>
        TRelu.IsOn ? sum & Vector256.GreaterThan(sum, Vector256<float>.Zero) : isSum ? sum + Vector256<float>.Zero : sum;
}
