using System.Runtime.CompilerServices;

namespace ToyModels;

/// <summary>
/// The two matrix products that training consists of, samples in vector lanes.
/// <para>
/// <see cref="Product"/>: C[r, s] = c_r + Σ_q A[q, r]·B[q, s], one chain of fused multiply-adds over q in order for each (r, s). A holds
/// weights, B and C samples. The forward and backward passes are h = Wx (q over features), o = b + Wᵀh (q over hidden dimensions) and
/// ∂h = W∂o (q over features). A register block of up to six rows by two vectors keeps twelve chains going: enough to hide the
/// latency of the multiply-add, and all that sixteen registers hold.
/// </para>
/// <para>
/// <see cref="AddOuter"/>: G[j, k] += Σ_s (D[j, s]·H[k, s] + X[j, s]·E[k, s]), the weight gradient of a tied model, summed over samples
/// in the sixteen lanes of <see cref="Lanes"/>: each pass walks the lanes of one vector through the chunk, four rows by three.
/// </para>
/// </summary>
internal static unsafe class DenseKernels<TSimd, TF, TI>
    where TSimd : struct, ISimd<TF, TI>
    where TF : unmanaged
    where TI : unmanaged
{
    /// <param name="a">A, depth × rows.</param>
    /// <param name="aStride">Distance between rows of A.</param>
    /// <param name="rows">Rows of C.</param>
    /// <param name="depth">Length of each chain.</param>
    /// <param name="b">B, depth × samples.</param>
    /// <param name="start">c_r where each chain begins, or null for 0.</param>
    /// <param name="c">C, rows × samples.</param>
    /// <param name="samples">Samples, a multiple of sixteen.</param>
    /// <param name="bStride">Distance between rows of B.</param>
    /// <param name="cStride">Distance between rows of C.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Product(float* a, nint aStride, int rows, int depth, float* b, nint bStride, float* start, float* c, nint cStride, int samples)
    {
        var s = 0;
        for (; s + (2 * TSimd.Width) <= samples; s += 2 * TSimd.Width)
        {
            ProductColumns<Two>(a, aStride, rows, depth, b + s, bStride, start, c + s, cStride);
        }

        for (; s < samples; s += TSimd.Width)
        {
            ProductColumns<One>(a, aStride, rows, depth, b + s, bStride, start, c + s, cStride);
        }
    }

    /// <summary>All rows of one or two vectors of C, in blocks as equal as can be.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void ProductColumns<TVectors>(
        float* a, nint aStride, int rows, int depth, float* b, nint bStride, float* start, float* c, nint cStride)
        where TVectors : struct, ICount
    {
        for (int blocks = (rows + 5) / 6, r = 0; blocks > 0; blocks--)
        {
            var height = (rows - r + blocks - 1) / blocks;
            ProductBlock<TVectors>(height, a + r, aStride, depth, b, bStride, start == null ? null : start + r, c + (r * cStride), cStride);
            r += height;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void ProductBlock<TVectors>(int height, float* a, nint aStride, int depth, float* b, nint bStride, float* start, float* c, nint cStride)
        where TVectors : struct, ICount
    {
        switch (height)
        {
            case 1:
                ProductBlock<One, TVectors>(a, aStride, depth, b, bStride, start, c, cStride);
                break;
            case 2:
                ProductBlock<Two, TVectors>(a, aStride, depth, b, bStride, start, c, cStride);
                break;
            case 3:
                ProductBlock<Three, TVectors>(a, aStride, depth, b, bStride, start, c, cStride);
                break;
            case 4:
                ProductBlock<Four, TVectors>(a, aStride, depth, b, bStride, start, c, cStride);
                break;
            case 5:
                ProductBlock<Five, TVectors>(a, aStride, depth, b, bStride, start, c, cStride);
                break;
            default:
                ProductBlock<Six, TVectors>(a, aStride, depth, b, bStride, start, c, cStride);
                break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ProductBlock<TRows, TVectors>(float* a, nint aStride, int depth, float* b, nint bStride, float* start, float* c, nint cStride)
        where TRows : struct, ICount
        where TVectors : struct, ICount
    {
        var c00 = Begin(start, 0);
        var c10 = TRows.Value > 1 ? Begin(start, 1) : c00;
        var c20 = TRows.Value > 2 ? Begin(start, 2) : c00;
        var c30 = TRows.Value > 3 ? Begin(start, 3) : c00;
        var c40 = TRows.Value > 4 ? Begin(start, 4) : c00;
        var c50 = TRows.Value > 5 ? Begin(start, 5) : c00;
        TF c01 = c00, c11 = c10, c21 = c20, c31 = c30, c41 = c40, c51 = c50;
        for (var q = 0; q < depth; q++)
        {
            var b0 = TSimd.Load(b);
            var b1 = TVectors.Value > 1 ? TSimd.Load(b + TSimd.Width) : b0;
            Step<TVectors>(a, b0, b1, ref c00, ref c01);
            if (TRows.Value > 1)
            {
                Step<TVectors>(a + 1, b0, b1, ref c10, ref c11);
            }

            if (TRows.Value > 2)
            {
                Step<TVectors>(a + 2, b0, b1, ref c20, ref c21);
            }

            if (TRows.Value > 3)
            {
                Step<TVectors>(a + 3, b0, b1, ref c30, ref c31);
            }

            if (TRows.Value > 4)
            {
                Step<TVectors>(a + 4, b0, b1, ref c40, ref c41);
            }

            if (TRows.Value > 5)
            {
                Step<TVectors>(a + 5, b0, b1, ref c50, ref c51);
            }

            a += aStride;
            b += bStride;
        }

        End<TVectors>(c00, c01, c);
        if (TRows.Value > 1)
        {
            End<TVectors>(c10, c11, c + cStride);
        }

        if (TRows.Value > 2)
        {
            End<TVectors>(c20, c21, c + (2 * cStride));
        }

        if (TRows.Value > 3)
        {
            End<TVectors>(c30, c31, c + (3 * cStride));
        }

        if (TRows.Value > 4)
        {
            End<TVectors>(c40, c41, c + (4 * cStride));
        }

        if (TRows.Value > 5)
        {
            End<TVectors>(c50, c51, c + (5 * cStride));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TF Begin(float* start, int row) => TSimd.Splat(start == null ? 0 : start[row]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Step<TVectors>(float* a, TF b0, TF b1, ref TF c0, ref TF c1)
        where TVectors : struct, ICount
    {
        var weight = TSimd.Splat(*a);
        c0 = TSimd.MultiplyAdd(weight, b0, c0);
        if (TVectors.Value > 1)
        {
            c1 = TSimd.MultiplyAdd(weight, b1, c1);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void End<TVectors>(TF c0, TF c1, float* c)
        where TVectors : struct, ICount
    {
        TSimd.Store(c0, c);
        if (TVectors.Value > 1)
        {
            TSimd.Store(c1, c + TSimd.Width);
        }
    }

    /// <param name="d">D, features × stride.</param>
    /// <param name="h">H, hidden × stride.</param>
    /// <param name="x">X, features × stride.</param>
    /// <param name="e">E, hidden × stride.</param>
    /// <param name="gradient">G, features × hidden, contiguous.</param>
    /// <param name="features">Rows of G.</param>
    /// <param name="hidden">Columns of G.</param>
    /// <param name="samples">Samples, a multiple of sixteen.</param>
    /// <param name="stride">Distance between rows of the sample matrices.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void AddOuter(float* d, float* h, float* x, float* e, float* gradient, int features, int hidden, int samples, nint stride)
    {
        var lanes = stackalloc float[4 * 3 * Lanes.Count];
        for (var j = 0; j < features; j += 4)
        {
            var height = Math.Min(4, features - j);
            for (var k = 0; k < hidden; k += 3)
            {
                var width = Math.Min(3, hidden - k);
                var row = j * stride;
                var column = k * stride;
                switch (height)
                {
                    case 1:
                        OuterBlock<One>(width, d + row, h + column, x + row, e + column, lanes, samples, stride);
                        break;
                    case 2:
                        OuterBlock<Two>(width, d + row, h + column, x + row, e + column, lanes, samples, stride);
                        break;
                    case 3:
                        OuterBlock<Three>(width, d + row, h + column, x + row, e + column, lanes, samples, stride);
                        break;
                    default:
                        OuterBlock<Four>(width, d + row, h + column, x + row, e + column, lanes, samples, stride);
                        break;
                }

                for (var jj = 0; jj < height; jj++)
                {
                    for (var kk = 0; kk < width; kk++)
                    {
                        gradient[((j + jj) * hidden) + k + kk] += Lanes.Sum(lanes + (((jj * 3) + kk) * Lanes.Count));
                    }
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void OuterBlock<TRows>(int width, float* d, float* h, float* x, float* e, float* lanes, int samples, nint stride)
        where TRows : struct, ICount
    {
        switch (width)
        {
            case 1:
                OuterBlock<TRows, One>(d, h, x, e, lanes, samples, stride);
                break;
            case 2:
                OuterBlock<TRows, Two>(d, h, x, e, lanes, samples, stride);
                break;
            default:
                OuterBlock<TRows, Three>(d, h, x, e, lanes, samples, stride);
                break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void OuterBlock<TRows, TColumns>(float* d, float* h, float* x, float* e, float* lanes, int samples, nint stride)
        where TRows : struct, ICount
        where TColumns : struct, ICount
    {
        for (var pass = 0; pass < Lanes.Count; pass += TSimd.Width)
        {
            TF c00 = default, c01 = default, c02 = default, c10 = default, c11 = default, c12 = default;
            TF c20 = default, c21 = default, c22 = default, c30 = default, c31 = default, c32 = default;
            float* left = d, right = h;
            for (var product = 0; product < 2; product++)
            {
                for (nint s = pass; s < samples; s += Lanes.Count)
                {
                    var r0 = TSimd.Load(right + s);
                    var r1 = TColumns.Value > 1 ? TSimd.Load(right + stride + s) : r0;
                    var r2 = TColumns.Value > 2 ? TSimd.Load(right + (2 * stride) + s) : r0;
                    OuterStep<TColumns>(left + s, r0, r1, r2, ref c00, ref c01, ref c02);
                    if (TRows.Value > 1)
                    {
                        OuterStep<TColumns>(left + stride + s, r0, r1, r2, ref c10, ref c11, ref c12);
                    }

                    if (TRows.Value > 2)
                    {
                        OuterStep<TColumns>(left + (2 * stride) + s, r0, r1, r2, ref c20, ref c21, ref c22);
                    }

                    if (TRows.Value > 3)
                    {
                        OuterStep<TColumns>(left + (3 * stride) + s, r0, r1, r2, ref c30, ref c31, ref c32);
                    }
                }

                left = x;
                right = e;
            }

            OuterEnd<TColumns>(c00, c01, c02, lanes + pass);
            if (TRows.Value > 1)
            {
                OuterEnd<TColumns>(c10, c11, c12, lanes + (3 * Lanes.Count) + pass);
            }

            if (TRows.Value > 2)
            {
                OuterEnd<TColumns>(c20, c21, c22, lanes + (6 * Lanes.Count) + pass);
            }

            if (TRows.Value > 3)
            {
                OuterEnd<TColumns>(c30, c31, c32, lanes + (9 * Lanes.Count) + pass);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void OuterStep<TColumns>(float* left, TF r0, TF r1, TF r2, ref TF c0, ref TF c1, ref TF c2)
        where TColumns : struct, ICount
    {
        var l = TSimd.Load(left);
        c0 = TSimd.MultiplyAdd(l, r0, c0);
        if (TColumns.Value > 1)
        {
            c1 = TSimd.MultiplyAdd(l, r1, c1);
        }

        if (TColumns.Value > 2)
        {
            c2 = TSimd.MultiplyAdd(l, r2, c2);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void OuterEnd<TColumns>(TF c0, TF c1, TF c2, float* lanes)
        where TColumns : struct, ICount
    {
        TSimd.Store(c0, lanes);
        if (TColumns.Value > 1)
        {
            TSimd.Store(c1, lanes + Lanes.Count);
        }

        if (TColumns.Value > 2)
        {
            TSimd.Store(c2, lanes + (2 * Lanes.Count));
        }
    }
}
