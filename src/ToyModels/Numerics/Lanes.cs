using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ToyModels;

/// <summary>
/// Sums over samples run in sixteen logical lanes, sample s in lane s mod 16, whatever the hardware: narrower vectors walk the lanes in
/// passes. The lanes join in the one tree written here, so that a sum has the same bits on every machine.
/// </summary>
internal static unsafe class Lanes
{
    internal const int Count = 16;

    /// <summary>The smallest multiple of <see cref="Count"/> that is not below <paramref name="samples"/>.</summary>
    internal static int RoundUp(int samples) => (samples + Count - 1) & -Count;

    /// <summary>1 in the first lanes, 0 in the others.</summary>
    /// <param name="mask">Receives sixteen numbers.</param>
    /// <param name="shown">How many lanes are first ones.</param>
    internal static void Mask(float* mask, int shown)
    {
        for (var lane = 0; lane < Count; lane++)
        {
            mask[lane] = lane < shown ? 1 : 0;
        }
    }

    /// <summary>The sum of sixteen lanes: l joins l + 8, then l + 4, then l + 2, then l + 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static float Sum(float* lanes) => Join(Four(lanes));

    /// <summary>Eight lanes that sixteen leave become four.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector128<float> Halve(Vector256<float> eight) => eight.GetLower() + eight.GetUpper();

    /// <summary>The sum of the four lanes that sixteen leave.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static float Join(Vector128<float> four)
    {
        var two = four + Vector128.Shuffle(four, Vector128.Create(2, 3, 2, 3));
        return two.ToScalar() + two.GetElement(1);
    }

    /// <summary>Adds the <see cref="Sum"/> of each sixteen lanes to one number.</summary>
    /// <param name="lanes">Sixteen for each number.</param>
    /// <param name="to">The numbers.</param>
    /// <param name="count">How many there are.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    internal static void AddSums(float* lanes, float* to, nint count)
    {
        nint i = 0;
        if (Vector512.IsHardwareAccelerated && Avx512F.IsSupported)
        {
            for (; i + Count <= count; i += Count)
            {
                (Vector512.Load(to + i) + SixteenSums(lanes + (i * Count))).Store(to + i);
            }
        }

        if (Sse.IsSupported)
        {
            for (; i + 4 <= count; i += 4)
            {
                (Vector128.Load(to + i) + FourSums(lanes + (i * Count))).Store(to + i);
            }
        }

        for (; i < count; i++)
        {
            to[i] += Sum(lanes + (i * Count));
        }
    }

    /// <summary>Sets one number to the <see cref="Sum"/> of each sixteen lanes, in vectors as wide as there are, so that they can be taken up as they were put down.</summary>
    /// <param name="lanes">Sixteen for each number, and for more up to a whole number of sixteens.</param>
    /// <param name="to">The numbers; what is behind them up to a whole number of sixteens is undefined then.</param>
    /// <param name="count">How many there are.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    internal static void SetSums(float* lanes, float* to, nint count)
    {
        nint i = 0;
        if (Vector512.IsHardwareAccelerated && Avx512F.IsSupported)
        {
            for (; i < count; i += Count)
            {
                (count - i > 8 ? SixteenSums(lanes + (i * Count)) : EightSums(lanes + (i * Count)).ToVector512()).Store(to + i);
            }
        }
        else if (Avx.IsSupported)
        {
            for (; i < count; i += 8)
            {
                EightSums(lanes + (i * Count)).Store(to + i);
            }
        }

        for (; i < count; i++)
        {
            to[i] = Sum(lanes + (i * Count));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> SixteenSums(float* lanes)
    {
        // Each block of four lanes of the result is of numbers four apart.
        Vector512<float> a = TwoLanes(FourLanes(lanes), FourLanes(lanes + Count)), b = TwoLanes(FourLanes(lanes + (2 * Count)), FourLanes(lanes + (3 * Count)));
        return Avx512F.Shuffle(a, b, 0x88) + Avx512F.Shuffle(a, b, 0xDD);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> EightSums(float* lanes)
    {
        Vector256<float> a = FourAndFour(lanes), b = FourAndFour(lanes + Count), c = FourAndFour(lanes + (2 * Count)), d = FourAndFour(lanes + (3 * Count));
        var first = Avx.UnpackLow(a, b) + Avx.UnpackHigh(a, b);
        var second = Avx.UnpackLow(c, d) + Avx.UnpackHigh(c, d);
        return Avx.Shuffle(first, second, 0x44) + Avx.Shuffle(first, second, 0xEE);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> FourSums(float* lanes)
    {
        Vector128<float> a = Four(lanes), b = Four(lanes + Count), c = Four(lanes + (2 * Count)), d = Four(lanes + (3 * Count));
        var first = Sse.UnpackLow(a, b) + Sse.UnpackHigh(a, b);
        var second = Sse.UnpackLow(c, d) + Sse.UnpackHigh(c, d);
        return Sse.MoveLowToHigh(first, second) + Sse.MoveHighToLow(second, first);
    }

    /// <summary>Of two numbers, the sixteen lanes of which lie four times sixteen apart, the four lanes each that sixteen leave.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> FourAndFour(float* lanes)
    {
        Vector256<float> a = Vector256.Load(lanes) + Vector256.Load(lanes + 8), b = Vector256.Load(lanes + (4 * Count)) + Vector256.Load(lanes + (4 * Count) + 8);
        return Avx.Permute2x128(a, b, 0x20) + Avx.Permute2x128(a, b, 0x31);
    }

    /// <summary>Of four numbers, the sixteen lanes of which lie four times sixteen apart, the four lanes each that sixteen leave.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> FourLanes(float* lanes)
    {
        var first = EightLanes(Vector512.Load(lanes), Vector512.Load(lanes + (4 * Count)));
        var second = EightLanes(Vector512.Load(lanes + (8 * Count)), Vector512.Load(lanes + (12 * Count)));
        return Avx512F.Shuffle4x128(first, second, 0x88) + Avx512F.Shuffle4x128(first, second, 0xDD);
    }

    /// <summary>The eight lanes each that sixteen of two numbers leave.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> EightLanes(Vector512<float> a, Vector512<float> b) =>
        Avx512F.Shuffle4x128(a, b, 0x44) + Avx512F.Shuffle4x128(a, b, 0xEE);

    /// <summary>The two lanes each that four of eight numbers leave.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> TwoLanes(Vector512<float> a, Vector512<float> b) => Avx512F.Shuffle(a, b, 0x44) + Avx512F.Shuffle(a, b, 0xEE);

    /// <summary>Four lanes that sixteen leave when l has been joined with l + 8, then with l + 4.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Four(float* lanes) =>
        Vector128.Load(lanes) + Vector128.Load(lanes + 8) + (Vector128.Load(lanes + 4) + Vector128.Load(lanes + 12));
}
