namespace ToyModels.ML;

/// <summary>The 64-bit finaliser of SplitMix64 (Steele, Lea and Flood 2014): a bijection that scatters near numbers.</summary>
internal static class Mix
{
    internal static ulong Finalise(ulong value)
    {
        value += 0x9E3779B97F4A7C15;
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}
