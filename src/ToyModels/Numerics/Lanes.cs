using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ToyModels;

/// <summary>
/// Sums over samples run in sixteen logical lanes, sample s in lane s mod 16, whatever the hardware: narrower vectors walk the lanes in
/// passes. The lanes join in the one tree written here, so that a sum has the same bits on every machine.
/// </summary>
internal static unsafe class Lanes
{
    internal const int Count = 16;

    /// <summary>Lanes left when the second eight have joined the first.</summary>
    internal const int Folded = 8;

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
    internal static float Sum(float* lanes)
    {
        var four = Vector128.Load(lanes) + Vector128.Load(lanes + 8) + (Vector128.Load(lanes + 4) + Vector128.Load(lanes + 12));
        var two = four + Vector128.Shuffle(four, Vector128.Create(2, 3, 2, 3));
        return two.ToScalar() + two.GetElement(1);
    }

    /// <summary>Adds lane l + lane (l + 8) of sixteen to element l of eight.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void AddFolded(float* lanes, float* folded) =>
        (Vector256.Load(folded) + (Vector256.Load(lanes) + Vector256.Load(lanes + Folded))).Store(folded);

    /// <summary>The sum of eight lanes, joined like those of <see cref="Sum"/> after the first step.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static float SumFolded(float* folded)
    {
        var four = Vector128.Load(folded) + Vector128.Load(folded + 4);
        var two = four + Vector128.Shuffle(four, Vector128.Create(2, 3, 2, 3));
        return two.ToScalar() + two.GetElement(1);
    }
}
