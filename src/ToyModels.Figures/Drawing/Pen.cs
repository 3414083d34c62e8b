using ScottPlot;
using SkiaSharp;

namespace ToyModels.Figures;

/// <summary>Text, lines and rectangles on a canvas, in the figures' typeface.</summary>
internal static class Pen
{
    internal static void Text(
        SKCanvas canvas, string text, float x, float baseline, float size, Color color, SKTextAlign align = SKTextAlign.Left, bool bold = false)
    {
        using var font = Typeface.Font(size, bold);
        using var paint = new SKPaint { Color = color.ToSKColor(), IsAntialias = true };
        canvas.DrawText(text, x, baseline, align, font, paint);
    }

    internal static void Fill(SKCanvas canvas, SKRect rect, Color color)
    {
        using var paint = new SKPaint { Color = color.ToSKColor(), IsAntialias = false };
        canvas.DrawRect(rect, paint);
    }

    internal static void Frame(SKCanvas canvas, SKRect rect, Color color)
    {
        using var paint = new SKPaint { Color = color.ToSKColor(), IsStroke = true, StrokeWidth = 1, IsAntialias = true };
        canvas.DrawRect(rect, paint);
    }

    internal static void Line(SKCanvas canvas, float x1, float y1, float x2, float y2, Color color, float width)
    {
        using var paint = new SKPaint { Color = color.ToSKColor(), IsStroke = true, StrokeWidth = width, IsAntialias = true };
        canvas.DrawLine(x1, y1, x2, y2, paint);
    }

    internal static void Dot(SKCanvas canvas, float x, float y, float radius, Color color)
    {
        using var paint = new SKPaint { Color = color.ToSKColor(), IsAntialias = true };
        canvas.DrawCircle(x, y, radius, paint);
    }

    /// <summary>Breaks a text at its spaces into lines no wider than <paramref name="width"/>; a word that alone is wider stands alone.</summary>
    internal static IReadOnlyList<string> Wrap(string text, float width, float size, bool bold)
    {
        List<string> lines = [];
        var line = "";
        foreach (var word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            var longer = line.Length == 0 ? word : $"{line} {word}";
            if (line.Length > 0 && Typeface.Width(longer, size, bold) > width)
            {
                lines.Add(line);
                longer = word;
            }

            line = longer;
        }

        if (line.Length > 0)
        {
            lines.Add(line);
        }

        return lines;
    }
}
