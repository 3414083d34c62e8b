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
    private TI _s0;
    private TI _s1;
    private TI _s2;
    private TI _s3;

    /// <param name="key">Names the stream.</param>
    /// <param name="lanes">The numbers of the lanes that the vector covers.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private LaneGenerator(RandomKey key, TI lanes)
    {
        _s0 = Seed(lanes, (int)key.Low, (int)(key.High >> 32), 0);
        _s1 = Seed(lanes, (int)(key.Low >> 32), (int)key.High, 1);
        _s2 = Seed(lanes, (int)key.High, (int)key.Low, 2);
        _s3 = Seed(lanes, (int)(key.High >> 32), (int)(key.Low >> 32), 3);
    }

    private static ReadOnlySpan<int> Numbers => [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];

    /// <summary>The generators of all sixteen lanes.</summary>
    /// <param name="key">Names the stream.</param>
    /// <param name="generators">Receives them, as many as vectors cover the lanes.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Start(RandomKey key, LaneGenerator<TSimd, TF, TI>* generators)
    {
        fixed (int* numbers = Numbers)
        {
            for (var lane = 0; lane < Lanes.Count; lane += TSimd.Width)
            {
                generators[lane / TSimd.Width] = new(key, TSimd.Load(numbers + lane));
            }
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

    /// <summary>The finaliser of MurmurHash3 over the lane's number, with two words of the key.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TI Seed(TI lanes, int first, int second, int word)
    {
        var z = TSimd.Add(TSimd.Multiply(TSimd.Add(TSimd.ShiftLeft(lanes, 2), TSimd.Splat(word + 1)), TSimd.Splat(unchecked((int)0x9E3779B9))), TSimd.Splat(first));
        z = TSimd.Multiply(TSimd.Xor(z, TSimd.ShiftRight(z, 16)), TSimd.Splat(unchecked((int)0x85EBCA6B)));
        z = TSimd.Xor(TSimd.Xor(z, TSimd.ShiftRight(z, 13)), TSimd.Splat(second));
        z = TSimd.Multiply(z, TSimd.Splat(unchecked((int)0xC2B2AE35)));
        return TSimd.Xor(z, TSimd.ShiftRight(z, 16));
    }
}
