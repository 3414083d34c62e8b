using System.Collections.Immutable;
using ScottPlot;

namespace ToyModels.Figures;

/// <summary>
/// A colour for each position in [0, 1], interpolated between fixed stops. The three maps keep their order for every colour
/// vision: their lightness alone tells where one stands (on each side of white, for the diverging one).
/// </summary>
public sealed class ColorMap
{
    private readonly ImmutableArray<Color> _stops;

    private ColorMap(string name, params ReadOnlySpan<uint> stops)
    {
        Name = name;
        _stops = [.. stops.ToArray().Select(rgb => new Color((byte)(rgb >> 16), (byte)(rgb >> 8), (byte)rgb))];
    }

    /// <summary>Blue – white – orange, for values around zero: 0 is blue, ½ white, 1 orange.</summary>
    public static ColorMap Diverging { get; } = new("diverging", 0x1B4F9C, 0x7FA6D6, 0xFFFFFF, 0xF3AE73, 0xC4500A);

    /// <summary>Dark blue – red – yellow (the lower nine tenths of matplotlib's plasma): 0 for a feature alone, 1 for one that the others swamp.</summary>
    public static ColorMap Interference { get; } =
        new("interference", 0x0D0887, 0x4903A0, 0x7801A8, 0xA21D9A, 0xC5407E, 0xDE6164, 0xF1834C, 0xFCA934, 0xFCCE25);

    /// <summary>Dark violet – green – yellow-green (the lower nine tenths of matplotlib's viridis), for magnitudes such as importance.</summary>
    public static ColorMap Sequential { get; } =
        new("sequential", 0x440154, 0x482576, 0x3E4B89, 0x30698E, 0x25848E, 0x1FA187, 0x39BA76, 0x73CF55, 0xBBDF27);

    /// <summary>diverging, interference or sequential.</summary>
    public string Name { get; }

    /// <summary>The colour at a position as 0xRRGGBB.</summary>
    /// <param name="position">Finite; below 0 counts as 0, above 1 as 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The position is not finite.</exception>
    public int Rgb(double position)
    {
        var color = At(position);
        return (color.R << 16) | (color.G << 8) | color.B;
    }

    internal Color At(double position)
    {
        if (!double.IsFinite(position))
        {
            throw new ArgumentOutOfRangeException(nameof(position), position, "position must be a finite number.");
        }

        var scaled = Math.Clamp(position, 0, 1) * (_stops.Length - 1);
        var lower = Math.Min((int)scaled, _stops.Length - 2);
        var part = scaled - lower;
        var (a, b) = (_stops[lower], _stops[lower + 1]);
        return new Color(Mix(a.R, b.R, part), Mix(a.G, b.G, part), Mix(a.B, b.B, part));
    }

    private static byte Mix(byte a, byte b, double part) => (byte)Math.Round(a + (part * (b - a)), MidpointRounding.AwayFromZero);
}
