using System.Runtime.CompilerServices;

namespace ToyModels;

/// <summary>
/// Sixteen xoshiro128+ generators (Blackman and Vigna 2021) side by side, one a lane, seeded from one key. This struct holds the lanes
/// that one vector covers; <see cref="Next"/> gives 31 random bits a lane (the lowest bit, the weak one of the family, is dropped).
/// </summary>
internal unsafe struct LaneGenerator<TSimd, TF, TI>
    where TSimd : struct, ISimd<TF, TI>
    where TF : unmanaged
    where TI : unmanaged
{
    // The golden ratio's bits, as in SplitMix.
    private const int Golden = unchecked((int)0x9E3779B9);

    private TI _s0;
    private TI _s1;
    private TI _s2;
    private TI _s3;

    // (4·lane + word + 1)·Golden, word by word: each lane's words begin as numbers of one Weyl sequence.
    private static ReadOnlySpan<int> Multiples => unchecked(
    [
        1 * Golden, 5 * Golden, 9 * Golden, 13 * Golden, 17 * Golden, 21 * Golden, 25 * Golden, 29 * Golden, 33 * Golden, 37 * Golden, 41 * Golden, 45 * Golden, 49 * Golden, 53 * Golden, 57 * Golden, 61 * Golden,
        2 * Golden, 6 * Golden, 10 * Golden, 14 * Golden, 18 * Golden, 22 * Golden, 26 * Golden, 30 * Golden, 34 * Golden, 38 * Golden, 42 * Golden, 46 * Golden, 50 * Golden, 54 * Golden, 58 * Golden, 62 * Golden,
        3 * Golden, 7 * Golden, 11 * Golden, 15 * Golden, 19 * Golden, 23 * Golden, 27 * Golden, 31 * Golden, 35 * Golden, 39 * Golden, 43 * Golden, 47 * Golden, 51 * Golden, 55 * Golden, 59 * Golden, 63 * Golden,
        4 * Golden, 8 * Golden, 12 * Golden, 16 * Golden, 20 * Golden, 24 * Golden, 28 * Golden, 32 * Golden, 36 * Golden, 40 * Golden, 44 * Golden, 48 * Golden, 52 * Golden, 56 * Golden, 60 * Golden, 64 * Golden,
    ]);

    /// <summary>The generators of some lanes.</summary>
    /// <param name="key">Names the stream.</param>
    /// <param name="lane">The first lane that the vector covers.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static LaneGenerator<TSimd, TF, TI> Create(RandomKey key, int lane)
    {
        fixed (int* words = Multiples)
        {
            var multiples = words + lane;
            LaneGenerator<TSimd, TF, TI> generator = default;
            generator._s0 = Seed(TSimd.Load(multiples), (int)key.Low, (int)(key.High >> 32));
            generator._s1 = Seed(TSimd.Load(multiples + Lanes.Count), (int)(key.Low >> 32), (int)key.High);
            generator._s2 = Seed(TSimd.Load(multiples + (2 * Lanes.Count)), (int)key.High, (int)key.Low);
            generator._s3 = Seed(TSimd.Load(multiples + (3 * Lanes.Count)), (int)(key.High >> 32), (int)(key.Low >> 32));
            return generator;
        }
    }

    /// <summary>The generators of all sixteen lanes.</summary>
    /// <param name="key">Names the stream.</param>
    /// <param name="generators">Receives them, as many as vectors cover the lanes.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Start(RandomKey key, LaneGenerator<TSimd, TF, TI>* generators)
    {
        for (var lane = 0; lane < Lanes.Count; lane += TSimd.Width)
        {
            generators[lane / TSimd.Width] = Create(key, lane);
        }
    }

    /// <summary>Uniform integers in [0, 2³¹).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal TI Next()
    {
        var result = TSimd.ShiftRight(TSimd.Add(_s0, _s3), 1);
        var t = TSimd.ShiftLeft(_s1, 9);
        _s2 = TSimd.Xor(_s2, _s0);
        _s3 = TSimd.Xor(_s3, _s1);
        _s1 = TSimd.Xor(_s1, _s2);
        _s0 = TSimd.Xor(_s0, _s3);
        _s2 = TSimd.Xor(_s2, t);
        _s3 = TSimd.RotateLeft(_s3, 11);
        return result;
    }

    /// <summary>The finaliser of MurmurHash3 over a lane's multiple, with two words of the key.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TI Seed(TI multiples, int first, int second)
    {
        var z = TSimd.Add(multiples, TSimd.Splat(first));
        z = TSimd.Multiply(TSimd.Xor(z, TSimd.ShiftRight(z, 16)), TSimd.Splat(unchecked((int)0x85EBCA6B)));
        z = TSimd.Xor(TSimd.Xor(z, TSimd.ShiftRight(z, 13)), TSimd.Splat(second));
        z = TSimd.Multiply(z, TSimd.Splat(unchecked((int)0xC2B2AE35)));
        return TSimd.Xor(z, TSimd.ShiftRight(z, 16));
    }
}
