using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ToyModels;

/// <summary>
/// The forward pass of one row, its sums kept in registers. Every number is the written-out chain of <see cref="Chain"/>, so the bits are the
/// same. Elements do not depend on each other: the last vector of a row overlaps the one before it and writes the same bits again.
/// </summary>
internal static unsafe class RowKernels
{
    /// <summary>Rows of fewer elements than a vector holds take <see cref="Chain"/>'s way.</summary>
    internal const int Width = 8;

    private const int EncodeVectors = 4;
    private const int DecodeVectors = 8;
    private const uint Full = (1 << Width) - 1;

    /// <summary>h ← Σ_e values[e]·W[features[e]], over e in order and values that are not 0, −0 becoming 0; W has h.Length values a feature.</summary>
    /// <param name="features">The features, or empty where value e is that of feature e.</param>
    /// <param name="values">Their values.</param>
    /// <param name="weights">W, feature-major.</param>
    /// <param name="hidden">Receives h, at least <see cref="Width"/> values.</param>
    internal static void Encode(ReadOnlySpan<int> features, ReadOnlySpan<float> values, ReadOnlySpan<float> weights, Span<float> hidden)
    {
        fixed (int* f = features)
        fixed (float* v = values, w = weights, h = hidden)
        {
            for (var first = 0; first < hidden.Length; first += EncodeVectors * Width)
            {
                var start = Math.Min(first, hidden.Length - Width);
                var length = hidden.Length - start;
                switch (Math.Min(EncodeVectors, (length + Width - 1) / Width))
                {
                    case 1:
                        Encode<One>(f, v, values.Length, w + start, hidden.Length, h + start, length);
                        break;
                    case 2:
                        Encode<Two>(f, v, values.Length, w + start, hidden.Length, h + start, length);
                        break;
                    case 3:
                        Encode<Three>(f, v, values.Length, w + start, hidden.Length, h + start, length);
                        break;
                    default:
                        Encode<Four>(f, v, values.Length, w + start, hidden.Length, h + start, length);
                        break;
                }
            }
        }
    }

    /// <summary>x'_j ← b_j + Σ_k h_k·W[k, j], over k in order, then max(x'_j, 0) where asked.</summary>
    /// <param name="hidden">h.</param>
    /// <param name="weightsByDimension">W, dimension-major.</param>
    /// <param name="bias">b.</param>
    /// <param name="isRelu">Whether negative results become 0.</param>
    /// <param name="reconstruction">Receives x', at least <see cref="Width"/> values.</param>
    internal static void Decode(
        ReadOnlySpan<float> hidden, ReadOnlySpan<float> weightsByDimension, ReadOnlySpan<float> bias, bool isRelu, Span<float> reconstruction)
    {
        fixed (float* h = hidden, w = weightsByDimension, b = bias, y = reconstruction)
        {
            if (isRelu)
            {
                Decode<On>(h, hidden.Length, w, b, y, reconstruction.Length);
            }
            else
            {
                Decode<Off>(h, hidden.Length, w, b, y, reconstruction.Length);
            }
        }
    }

    /// <summary>How many of the values are not 0.</summary>
    internal static int CountPresent(float* values, int count)
    {
        var present = 0;
        for (var first = 0; first < count; first += Width)
        {
            present += BitOperations.PopCount(Present(values + first, count - first));
        }

        return present;
    }

    /// <summary>Lists the values that are not 0, and where they are; returns their number.</summary>
    internal static int FindPresent(float* values, int count, Span<int> indices, Span<float> found)
    {
        var number = 0;
        for (var first = 0; first < count; first += Width)
        {
            for (var present = Present(values + first, count - first); present != 0; present &= present - 1)
            {
                var e = first + BitOperations.TrailingZeroCount(present);
                indices[number] = e;
                found[number++] = values[e];
            }
        }

        return number;
    }

    /// <summary>Which of the next eight numbers, or of as many as are left, are not 0: a bit each.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Present(float* values, int left)
    {
        if (left >= Width)
        {
            return ~Vector256.Equals(Vector256.Load(values), Vector256<float>.Zero).ExtractMostSignificantBits() & Full;
        }

        var present = 0u;
        for (var e = 0; e < left; e++)
        {
            present |= values[e] != 0 ? 1u << e : 0;
        }

        return present;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Encode<TVectors>(int* features, float* values, int count, float* weights, nint stride, float* hidden, int length)
        where TVectors : struct, ICount
    {
        // The second, third and fourth vector of the block; the last one ends where the row ends.
        nint second = Math.Min(Width, length - Width), third = Math.Min(2 * Width, length - Width), fourth = Math.Min(3 * Width, length - Width);
        Vector256<float> h0 = default, h1 = default, h2 = default, h3 = default;
        for (var first = 0; first < count; first += Width)
        {
            var left = count - first;
            var present = Present(values + first, left);
            if (present == Full && features == null)
            {
                // A dense row: no feature has to be looked for.
                var row = weights + (stride * first);
                for (var e = first; e < first + Width; e++, row += stride)
                {
                    Step<TVectors>(values[e], row, second, third, fourth, ref h0, ref h1, ref h2, ref h3);
                }

                continue;
            }

            for (; present != 0; present &= present - 1)
            {
                var e = first + BitOperations.TrailingZeroCount(present);
                var row = weights + (stride * (features == null ? e : features[e]));
                Step<TVectors>(values[e], row, second, third, fourth, ref h0, ref h1, ref h2, ref h3);
            }
        }

        (h0 + Vector256<float>.Zero).Store(hidden);
        if (TVectors.Value > 1)
        {
            (h1 + Vector256<float>.Zero).Store(hidden + second);
        }

        if (TVectors.Value > 2)
        {
            (h2 + Vector256<float>.Zero).Store(hidden + third);
        }

        if (TVectors.Value > 3)
        {
            (h3 + Vector256<float>.Zero).Store(hidden + fourth);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Step<TVectors>(
        float feature, float* row, nint second, nint third, nint fourth,
        ref Vector256<float> h0, ref Vector256<float> h1, ref Vector256<float> h2, ref Vector256<float> h3)
        where TVectors : struct, ICount
    {
        var value = Vector256.Create(feature);
        h0 = Vector256.FusedMultiplyAdd(value, Vector256.Load(row), h0);
        if (TVectors.Value > 1)
        {
            h1 = Vector256.FusedMultiplyAdd(value, Vector256.Load(row + second), h1);
        }

        if (TVectors.Value > 2)
        {
            h2 = Vector256.FusedMultiplyAdd(value, Vector256.Load(row + third), h2);
        }

        if (TVectors.Value > 3)
        {
            h3 = Vector256.FusedMultiplyAdd(value, Vector256.Load(row + fourth), h3);
        }
    }

    private static void Decode<TRelu>(float* hidden, int depth, float* weights, float* bias, float* reconstruction, int count)
        where TRelu : struct, ISwitch
    {
        for (var first = 0; first < count;)
        {
            var vectors = Math.Min(DecodeVectors, (count - first) / Width);
            switch (vectors)
            {
                case 0:
                    first = count - Width;
                    goto case 1;
                case 1:
                    Decode<TRelu, One>(hidden, depth, weights + first, count, bias + first, reconstruction + first);
                    first += Width;
                    break;
                case < DecodeVectors:
                    Decode<TRelu, Two>(hidden, depth, weights + first, count, bias + first, reconstruction + first);
                    first += 2 * Width;
                    break;
                default:
                    Decode<TRelu, Eight>(hidden, depth, weights + first, count, bias + first, reconstruction + first);
                    first += DecodeVectors * Width;
                    break;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Decode<TRelu, TVectors>(float* hidden, int depth, float* weights, nint stride, float* bias, float* reconstruction)
        where TRelu : struct, ISwitch
        where TVectors : struct, ICount
    {
        var y0 = Vector256.Load(bias);
        var y1 = TVectors.Value > 1 ? Vector256.Load(bias + Width) : y0;
        Vector256<float> y2 = y0, y3 = y0, y4 = y0, y5 = y0, y6 = y0, y7 = y0;
        if (TVectors.Value > 2)
        {
            y2 = Vector256.Load(bias + (2 * Width));
            y3 = Vector256.Load(bias + (3 * Width));
            y4 = Vector256.Load(bias + (4 * Width));
            y5 = Vector256.Load(bias + (5 * Width));
            y6 = Vector256.Load(bias + (6 * Width));
            y7 = Vector256.Load(bias + (7 * Width));
        }

        for (var k = 0; k < depth; k++, weights += stride)
        {
            var h = Vector256.Create(hidden[k]);
            y0 = Vector256.FusedMultiplyAdd(h, Vector256.Load(weights), y0);
            if (TVectors.Value > 1)
            {
                y1 = Vector256.FusedMultiplyAdd(h, Vector256.Load(weights + Width), y1);
            }

            if (TVectors.Value > 2)
            {
                y2 = Vector256.FusedMultiplyAdd(h, Vector256.Load(weights + (2 * Width)), y2);
                y3 = Vector256.FusedMultiplyAdd(h, Vector256.Load(weights + (3 * Width)), y3);
                y4 = Vector256.FusedMultiplyAdd(h, Vector256.Load(weights + (4 * Width)), y4);
                y5 = Vector256.FusedMultiplyAdd(h, Vector256.Load(weights + (5 * Width)), y5);
                y6 = Vector256.FusedMultiplyAdd(h, Vector256.Load(weights + (6 * Width)), y6);
                y7 = Vector256.FusedMultiplyAdd(h, Vector256.Load(weights + (7 * Width)), y7);
            }
        }

        Rectified<TRelu>(y0).Store(reconstruction);
        if (TVectors.Value > 1)
        {
            Rectified<TRelu>(y1).Store(reconstruction + Width);
        }

        if (TVectors.Value > 2)
        {
            Rectified<TRelu>(y2).Store(reconstruction + (2 * Width));
            Rectified<TRelu>(y3).Store(reconstruction + (3 * Width));
            Rectified<TRelu>(y4).Store(reconstruction + (4 * Width));
            Rectified<TRelu>(y5).Store(reconstruction + (5 * Width));
            Rectified<TRelu>(y6).Store(reconstruction + (6 * Width));
            Rectified<TRelu>(y7).Store(reconstruction + (7 * Width));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Rectified<TRelu>(Vector256<float> values)
        where TRelu : struct, ISwitch =>
        TRelu.IsOn ? values & Vector256.GreaterThan(values, Vector256<float>.Zero) : values;
}
