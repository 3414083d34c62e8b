using System.Globalization;
using ScottPlot;
using ScottPlot.TickGenerators;
using SkiaSharp;

namespace ToyModels.Figures;

/// <summary>Heat map and bars, row 0 on top, so that the rows of panels of the same height line up.</summary>
internal static class FeaturePanels
{
    private const float LabelSpacing = 16;
    private const int MostPixelsPerCell = 16;

    /// <summary>
    /// A matrix as cells. Each is about as many pixels of the image below as of the figure, so that cells stay crisp even in SVG
    /// renderers that smooth images; equal neighbours cost the file next to nothing.
    /// </summary>
    internal static void HeatMap(
        SKCanvas canvas, SKRect data, float[] matrix, int rows, int columns, ColorMap map, float limit, Axis rowAxis, Axis columnAxis)
    {
        var scale = Math.Clamp((int)Math.Ceiling(data.Height / rows), 2, MostPixelsPerCell);
        var cells = new double[rows * scale, columns * scale];
        for (var y = 0; y < rows * scale; y++)
        {
            for (var x = 0; x < columns * scale; x++)
            {
                cells[y, x] = Math.Clamp(matrix[(y / scale * columns) + (x / scale)], -limit, limit);
            }
        }

        using var plot = Panel.New();
        plot.HideGrid();
        var heatMap = plot.Add.Heatmap(cells);
        heatMap.Colormap = new MapAdapter(map);
        heatMap.ManualRange = new ScottPlot.Range(-limit, limit);
        heatMap.CellAlignment = Alignment.LowerLeft;
        heatMap.Extent = new CoordinateRect(0, columns - (1.0 / scale), 0, rows - (1.0 / scale));
        heatMap.Smooth = rows > data.Height || columns > data.Width;
        plot.Axes.SetLimits(0, columns, 0, rows);
        Categories(plot.Axes.Left, rowAxis, rows, data.Height, fromTop: true);
        Categories(plot.Axes.Bottom, columnAxis, columns, data.Width, fromTop: false);
        Panel.Render(plot, canvas, data);
    }

    /// <summary>Horizontal bars, one a row, each with its colour.</summary>
    internal static void Bars(SKCanvas canvas, SKRect data, float[] lengths, Color[] colors, double limit, Axis rowAxis, string valueLabel)
    {
        var count = lengths.Length;
        using var plot = Panel.New();

        // Bars of a few pixels overlap by half a pixel, so that no light seams shimmer between them.
        var thickness = data.Height / count > 4 ? 0.8 : 1 + (0.5 * count / data.Height);
        List<Bar> bars = [.. Enumerable.Range(0, count).Select(i => new Bar
        {
            Position = count - i - 0.5,
            Value = lengths[i],
            Size = thickness,
            FillColor = colors[i],
            LineWidth = 0,
            Orientation = Orientation.Horizontal,
        })];
        plot.Add.Bars(bars);
        plot.Axes.SetLimits(0, limit, 0, count);
        plot.Axes.Right.IsVisible = false;
        plot.Axes.Top.IsVisible = false;
        plot.Grid.YAxisStyle.IsVisible = false;
        Categories(plot.Axes.Left, rowAxis, count, data.Height, fromTop: true);
        var ticks = (NumericManual)plot.Axes.Bottom.TickGenerator;
        foreach (var tick in Ticks.Linear(0, limit, data.Width, Math.Max(24, data.Width / 4)))
        {
            ticks.Add(tick);
        }

        plot.Axes.Bottom.Label.Text = valueLabel;
        Panel.Render(plot, canvas, data);
    }

    private static void Categories(IAxis axis, Axis described, int count, float length, bool fromTop)
    {
        axis.MajorTickStyle.Length = described.Ticks ? 3 : 0;
        if (!described.Ticks)
        {
            return;
        }

        axis.Label.Text = described.Label;
        var ticks = (NumericManual)axis.TickGenerator;
        var names = described.Names;
        var spacing = fromTop ? LabelSpacing : 8 + (names is null
            ? Typeface.Width((count - 1).ToString(CultureInfo.InvariantCulture), Ink.TickSize)
            : names.Max(n => Typeface.Width(n, Ink.TickSize)));
        foreach (var i in Panel.Strided(count, length, spacing))
        {
            ticks.AddMajor(fromTop ? count - i - 0.5 : i + 0.5, names is null ? i.ToString(CultureInfo.InvariantCulture) : names[i]);
        }
    }

    /// <summary>A category axis: whether it has ticks, its label, and the names in place of numbers.</summary>
    internal readonly record struct Axis(bool Ticks, string Label = "", IReadOnlyList<string>? Names = null);

    private sealed class MapAdapter(ColorMap map) : IColormap
    {
        public string Name => map.Name;

        public Color GetColor(double position) => map.At(position);
    }
}
