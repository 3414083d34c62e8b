namespace ToyModels;

/// <summary>
/// 128 bits that name one stream of random numbers. Keys derive from keys by a bijective mix of each half, so that neighbours
/// (seed 1 and 2, block 7 and 8) share nothing.
/// </summary>
internal readonly record struct RandomKey(ulong High, ulong Low)
{
    private const ulong Golden = 0x9E37_79B9_7F4A_7C15;

    /// <summary>The purposes that must never share random numbers.</summary>
    internal enum Purpose
    {
        Data = 1,
        InitialWeights = 2,
        Shuffle = 3,
    }

    internal static RandomKey Create(Purpose purpose, int seed) =>
        new RandomKey(0x243F_6A88_85A3_08D3, 0x1319_8A2E_0370_7344).Derive((ulong)purpose).Derive((uint)seed);

    /// <summary>The key of a number below this key.</summary>
    internal RandomKey Derive(ulong number)
    {
        var low = Mix(Low ^ Mix(number + Golden));
        return new RandomKey(Mix(High + low), low);
    }

    /// <summary>The finaliser of SplitMix64 (Steele, Lea and Flood 2014), variant 13 of Stafford.</summary>
    private static ulong Mix(ulong z)
    {
        z += Golden;
        z = (z ^ (z >> 30)) * 0xBF58_476D_1CE4_E5B9;
        z = (z ^ (z >> 27)) * 0x94D0_49BB_1331_11EB;
        return z ^ (z >> 31);
    }
}
