using ScottPlot;
using ScottPlot.TickGenerators;
using SkiaSharp;

namespace ToyModels.Figures;

/// <summary>The plots that figures are made of, in one style: no background, thin frame, light grid.</summary>
internal static class Panel
{
    /// <summary>An empty plot in the figures' style, without ticks.</summary>
    internal static Plot New()
    {
        var plot = new Plot();
        plot.RenderManager.ClearCanvasBeforeEachRender = false;
        plot.FigureBackground.Color = Colors.Transparent;
        plot.DataBackground.Color = Colors.Transparent;
        plot.Grid.MajorLineColor = Ink.Grid;
        plot.Grid.MajorLineWidth = 1;
        plot.Axes.Left.TickGenerator = new NumericManual();
        plot.Axes.Bottom.TickGenerator = new NumericManual();
        foreach (var axis in (IEnumerable<IAxis>)[plot.Axes.Left, plot.Axes.Bottom, plot.Axes.Right, plot.Axes.Top])
        {
            axis.FrameLineStyle.Color = Ink.Frame;
            axis.FrameLineStyle.Width = 1;
            axis.MajorTickStyle.Length = 4;
            axis.MajorTickStyle.Color = Ink.Frame;
            axis.MinorTickStyle.Length = 2;
            axis.MinorTickStyle.Color = Ink.Frame;
            Typeface.Style(axis.TickLabelStyle, Ink.TickSize, Ink.Quiet);
            Typeface.Style(axis.Label, Ink.LabelSize, Ink.Text);
        }

        return plot;
    }

    /// <summary>Draws a plot so that its data area is exactly <paramref name="data"/>, with room around it for ticks and labels.</summary>
    internal static void Render(Plot plot, SKCanvas canvas, SKRect data)
    {
        const float room = 80;
        plot.Layout.Fixed(new PixelPadding(room, room, room, room));
        var figure = new PixelRect(data.Left - room, data.Right + room, data.Bottom + room, data.Top - room);

        // A plot that is rendered for the first time finds its limits changed and draws everything twice: let that happen where nothing is drawn.
        using (var nowhere = new SKNoDrawCanvas((int)figure.Right, (int)figure.Bottom))
        {
            plot.Render(nowhere, figure);
        }

        plot.Render(canvas, figure);
    }

    /// <summary>Places ticks of category axes: every one where there is room, else at a round stride, feature 0 always among them.</summary>
    /// <param name="count">Number of categories.</param>
    /// <param name="length">Pixels for all of them.</param>
    /// <param name="spacing">Least pixels between two labels.</param>
    internal static IEnumerable<int> Strided(int count, float length, float spacing)
    {
        var least = Math.Max(1, (int)Math.Ceiling(spacing * count / length));
        var decade = (int)Math.Pow(10, Math.Floor(Math.Log10(least)));
        var stride = new[] { decade, 2 * decade, 5 * decade, 10 * decade }.First(s => s >= least);
        for (var i = 0; i < count; i += stride)
        {
            yield return i;
        }
    }
}
