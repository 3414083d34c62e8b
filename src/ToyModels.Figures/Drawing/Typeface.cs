using ScottPlot;
using SkiaSharp;

namespace ToyModels.Figures;

/// <summary>
/// The one typeface of the figures, Source Sans 3, read from this assembly: a machine without fonts draws the same pixels.
/// It holds the signs of the field (ᵀ ‖ ₀ λ − ⁱ Σ √ ∞ ≥).
/// </summary>
internal static class Typeface
{
    internal static readonly SKTypeface Regular = Load("SourceSans3-Regular.ttf");
    internal static readonly SKTypeface Bold = Load("SourceSans3-SemiBold.ttf");

    /// <summary>A font without hinting, so that glyphs stand where the arithmetic puts them at every scale.</summary>
    internal static SKFont Font(float size, bool bold = false) =>
        new(bold ? Bold : Regular, size) { Hinting = SKFontHinting.None, Subpixel = true, Edging = SKFontEdging.Antialias, LinearMetrics = true };

    internal static float Width(string text, float size, bool bold = false)
    {
        using var font = Font(size, bold);
        return font.MeasureText(text);
    }

    internal static void Style(LabelStyle label, float size, Color color, bool bold = false)
    {
        label.Font = bold ? Bold : Regular;
        label.FontSize = size;
        label.ForeColor = color;
        label.Bold = false;
    }

    private static SKTypeface Load(string name)
    {
        using var stream = typeof(Typeface).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"The font {name} is missing from {typeof(Typeface).Assembly.GetName().Name}.");
        using var data = SKData.Create(stream);
        return SKTypeface.FromData(data);
    }
}
