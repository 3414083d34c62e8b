using ScottPlot;

namespace ToyModels.Figures;

/// <summary>The few colours, widths and sizes that every figure shares.</summary>
internal static class Ink
{
    internal const float TitleSize = 17;
    internal const float HeadingSize = 14;
    internal const float LabelSize = 13;
    internal const float TickSize = 12;

    internal static readonly Color Text = new(0x26, 0x2B, 0x33);
    internal static readonly Color Quiet = new(0x5B, 0x64, 0x70);
    internal static readonly Color Frame = new(0xB4, 0xBC, 0xC6);
    internal static readonly Color Grid = new(0xE8, 0xEB, 0xEF);
    internal static readonly Color Paper = new(0xFF, 0xFF, 0xFF);

    /// <summary>Okabe and Ito's palette without its yellow, which is too pale for lines on white: safe for every colour vision.</summary>
    private static readonly Color[] _distinct =
    [
        new(0x00, 0x72, 0xB2), new(0xD5, 0x5E, 0x00), new(0x00, 0x9E, 0x73), new(0xCC, 0x79, 0xA7),
        new(0xE6, 0x9F, 0x00), new(0x56, 0xB4, 0xE9), new(0x26, 0x2B, 0x33),
    ];

    /// <summary>The colour of series <paramref name="index"/> of <paramref name="count"/>.</summary>
    /// <param name="index">From 0.</param>
    /// <param name="count">How many series there are; more than the distinct colours take the sequential map.</param>
    /// <param name="ordered">True for a family that runs along a scale, such as one series for each density.</param>
    internal static Color OfSeries(int index, int count, bool ordered) =>
        ordered || count > _distinct.Length
            ? ColorMap.Sequential.At(count == 1 ? 0 : index / (count - 1.0))
            : _distinct[index];
}
