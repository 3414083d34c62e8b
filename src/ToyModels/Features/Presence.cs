namespace ToyModels;

/// <summary>How integers u, uniform on [0, 2³¹), decide on a feature: it is present up to <see cref="Last"/>, with the value u·<see cref="Scale"/> + shift.</summary>
internal readonly record struct Presence
{
    /// <param name="probability">That of being present, in [0, 1]: ⌊probability·2³¹⌋ integers say so.</param>
    /// <param name="range">Of values.</param>
    /// <param name="hasOwnValue">Whether another integer, any of the 2³¹, becomes the value, rather than the one that decided.</param>
    internal Presence(double probability, ValueRange range, bool hasOwnValue = false)
    {
        var present = (long)(probability * (1L << 31));
        Last = (int)(present - 1);
        var values = hasOwnValue ? 1L << 31 : Math.Max(present, 1);
        var (shift, largest) = (ShiftOf(range), (float)(values - 1));
        Scale = (float)((1 - shift) / values);

        // Rounding must not carry a value up to the open end of its range.
        while (MathF.FusedMultiplyAdd(largest, Scale, shift) >= 1)
        {
            Scale = MathF.BitDecrement(Scale);
        }
    }

    /// <summary>The last integer that stands for a present feature; −1 for none.</summary>
    internal int Last { get; }

    /// <summary>From integer to value.</summary>
    internal float Scale { get; }

    /// <summary>The value of u = 0.</summary>
    internal static float ShiftOf(ValueRange range) => range == ValueRange.Unit ? 0 : -1;
}
