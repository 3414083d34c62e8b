using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ToyModels;

/// <summary>The non-zeros of some samples, feature by feature: of each its value and a byte that tells its sample.</summary>
/// <param name="features">Number of features n.</param>
/// <param name="rows">Samples at most, no more than 256: a byte has room for their numbers.</param>
internal sealed unsafe class FeatureLists(int features, int rows)
{
    /// <summary>One in each byte of a word of eight.</summary>
    private const ulong Ones = 0x0101_0101_0101_0101;

    /// <summary>Where each feature's non-zeros begin, and where the last end.</summary>
    internal int[] Starts { get; } = new int[features + 1];

    /// <summary>The sample of each. What stands behind them, up to sixteen more, may be written over.</summary>
    internal byte[] Samples { get; } = new byte[(features * rows) + Lanes.Count];

    /// <summary>The value of each, and likewise.</summary>
    internal float[] Values { get; } = new float[(features * rows) + Lanes.Count];

    /// <summary>Lists the first samples of a matrix.</summary>
    internal void Take<TSimd, TF, TI>(SampleMatrix x, int count)
        where TSimd : struct, ISimd<TF, TI>
        where TF : unmanaged
        where TI : unmanaged
    {
        fixed (int* starts = Starts, firstPlace = Eights.Places)
        fixed (byte* samples = Samples)
        fixed (float* values = Values)
        fixed (ulong* bytes = Eights.Bytes)
        {
            List<TSimd, TF, TI>(x, features, count, firstPlace, bytes, starts, samples, values);
        }
    }

    /// <summary>Lists those of sixteen neighbouring samples of a feature that are not zero.</summary>
    /// <param name="sixteen">Their bits.</param>
    /// <param name="places">Which samples they are.</param>
    /// <param name="samples">Receives the sample of each.</param>
    /// <param name="values">Receives the value of each.</param>
    /// <param name="next">Where.</param>
    /// <returns>Behind the last.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static nint List(Vector512<int> sixteen, Vector512<int> places, byte* samples, float* values, nint next)
    {
        // One mask for both, of whole numbers; a zero may have a sign.
        var present = Avx512F.CompareNotEqual(sixteen & Vector512.Create(int.MaxValue), default);
        Avx512F.Compress(default, present, sixteen).Store((int*)values + next);
        Avx512F.ConvertToVector128Byte(Avx512F.Compress(default, present, places)).Store(samples + next);
        return next + BitOperations.PopCount((uint)present.ExtractMostSignificantBits());
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void List<TSimd, TF, TI>(
        SampleMatrix x, nint features, nint rows, int* firstPlace, ulong* bytes, int* starts, byte* samples, float* values)
        where TSimd : struct, ISimd<TF, TI>
        where TF : unmanaged
        where TI : unmanaged
    {
        nint next = 0;
        for (nint i = 0; i < features; i++)
        {
            starts[i] = (int)next;
            var numbers = x.Start + (i * x.Stride);
            nint s = 0;

            // Without a branch for each: whether a feature is present is not to be foreseen.
            if (TSimd.Width == Lanes.Count && Avx512F.IsSupported)
            {
                for (var places = Vector512<int>.Indices; s + Lanes.Count <= rows; s += Lanes.Count, places += Vector512.Create(Lanes.Count))
                {
                    next = List(Vector512.Load((int*)numbers + s), places, samples, values, next);
                }
            }
            else if (Avx2.IsSupported)
            {
                for (ulong first = 0; s + Eights.Count <= rows; s += Eights.Count, first += Eights.Count * Ones)
                {
                    var eight = Vector256.Load(numbers + s);
                    var present = (uint)Avx.MoveMask(Avx.CompareNotEqual(eight, default));
                    Avx2.PermuteVar8x32(eight, Vector256.Load(firstPlace + (present * Eights.Count))).Store(values + next);
                    *(ulong*)(samples + next) = bytes[present] + first;
                    next += BitOperations.PopCount(present);
                }
            }

            for (; s < rows; s++)
            {
                (samples[next], values[next]) = ((byte)s, numbers[s]);
                next += numbers[s] != 0 ? 1 : 0;
            }
        }

        starts[features] = (int)next;
    }
}
