using ScottPlot;
using SkiaSharp;

namespace ToyModels.Figures;

/// <summary>One entry of the strip below a figure that tells what a colour means. Equal keys of small multiples are drawn once.</summary>
internal abstract record FigureKey
{
    internal const float RowHeight = 24;
    private protected const float SwatchGap = 7;

    internal abstract float Width { get; }

    /// <summary>Draws the key from <paramref name="x"/> on, around the height <paramref name="middle"/>.</summary>
    internal abstract void Draw(SKCanvas canvas, float x, float middle);

    private protected static float Baseline(float middle) => middle + (Ink.TickSize * 0.33f);
}

/// <summary>A colour scale: its name, its ends, and the colours between them.</summary>
/// <param name="Label">What the colours mean.</param>
/// <param name="Map">The colours.</param>
/// <param name="Low">Text at the low end.</param>
/// <param name="High">Text at the high end.</param>
internal sealed record ScaleKey(string Label, ColorMap Map, string Low, string High) : FigureKey
{
    private const float BarWidth = 120;
    private const float BarHeight = 10;

    internal override float Width => TextWidth(Label) + TextWidth(Low) + TextWidth(High) + BarWidth + (3 * SwatchGap) + 4;

    internal override void Draw(SKCanvas canvas, float x, float middle)
    {
        Pen.Text(canvas, Label, x, Baseline(middle), Ink.TickSize, Ink.Text);
        x += TextWidth(Label) + SwatchGap + 4;
        Pen.Text(canvas, Low, x, Baseline(middle), Ink.TickSize, Ink.Quiet);
        x += TextWidth(Low) + SwatchGap;
        var bar = SKRect.Create(MathF.Round(x), MathF.Round(middle - (BarHeight / 2)), BarWidth, BarHeight);
        const int steps = 24;
        var colors = Enumerable.Range(0, steps + 1).Select(i => Map.At(i / (double)steps).ToSKColor()).ToArray();
        using (var shader = SKShader.CreateLinearGradient(new SKPoint(bar.Left, 0), new SKPoint(bar.Right, 0), colors, SKShaderTileMode.Clamp))
        using (var paint = new SKPaint { Shader = shader })
        {
            canvas.DrawRect(bar, paint);
        }

        Pen.Frame(canvas, SKRect.Inflate(bar, 0.5f, 0.5f), Ink.Frame);
        Pen.Text(canvas, High, bar.Right + SwatchGap, Baseline(middle), Ink.TickSize, Ink.Quiet);
    }

    /// <summary>A scale between two numbers.</summary>
    internal static ScaleKey Between(string label, ColorMap map, double low, double high) => new(label, map, Ticks.Number(low), Ticks.Number(high));

    private static float TextWidth(string text) => Typeface.Width(text, Ink.TickSize);
}

/// <summary>A series of a chart: a sample of its line or its points, and its name.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Color">Its colour.</param>
/// <param name="Points">True for points, false for a line.</param>
internal sealed record SeriesKey(string Name, Color Color, bool Points) : FigureKey
{
    private const float SampleWidth = 20;

    internal override float Width => SampleWidth + SwatchGap + Typeface.Width(Name, Ink.TickSize);

    internal override void Draw(SKCanvas canvas, float x, float middle)
    {
        if (Points)
        {
            Pen.Dot(canvas, x + (SampleWidth / 2), middle, 4, Color);
        }
        else
        {
            Pen.Line(canvas, x, middle, x + SampleWidth, middle, Color, 2.5f);
        }

        Pen.Text(canvas, Name, x + SampleWidth + SwatchGap, Baseline(middle), Ink.TickSize, Ink.Text);
    }
}
