using System.Collections.Immutable;
using ScottPlot;
using ScottPlot.TickGenerators;
using SkiaSharp;

namespace ToyModels.Figures;

/// <summary>Charts of lines or points on linear or logarithmic axes, with thin lines where theory has values.</summary>
internal sealed class ChartPanel
{
    private const float TickSpacingX = 46;
    private const float TickSpacingY = 26;
    private const float ReferenceSpacing = 13;

    private readonly ImmutableArray<Series> _series;
    private readonly ImmutableArray<Color> _colors;
    private readonly ChartAxis _xAxis;
    private readonly ChartAxis _yAxis;
    private readonly AxisRange _x;
    private readonly AxisRange _y;
    private readonly ImmutableArray<ReferenceLine> _xReferences;
    private readonly ImmutableArray<ReferenceLine> _yReferences;
    private readonly bool _points;

    private ChartPanel(IReadOnlyList<Series> series, ChartOptions options, bool points)
    {
        _series = [.. series];
        _colors = [.. Enumerable.Range(0, series.Count).Select(i => Ink.OfSeries(i, series.Count, options.OrderedSeries))];
        (_xAxis, _yAxis, _points) = (options.X, options.Y, points);
        _x = AxisRange.Of(_xAxis, "x", _series, s => s.X);
        _y = AxisRange.Of(_yAxis, "y", _series, s => s.Y);
        _xReferences = [.. _xAxis.References.Where(r => _x.Holds(r.Value))];
        _yReferences = [.. _yAxis.References.Where(r => _y.Holds(r.Value)).OrderByDescending(r => r.Value)];
    }

    internal static Figure Draw(IReadOnlyList<Series> series, ChartOptions options, bool points)
    {
        ArgumentNullException.ThrowIfNull(series);
        Checked.AtLeastOne(series.Count, "series.Count");
        var panel = new ChartPanel(series, options, points);
        return new Figure(
            options.Width,
            options.Height,
            options.Title,
            panel.Describe(),
            series.Count == 1 ? [] : [.. series.Select((s, i) => new SeriesKey(s.Name, panel._colors[i], points))],
            panel.Body);
    }

    private string Describe()
    {
        var names = string.Join(", ", _series.Take(12).Select(s => s.Name)) + (_series.Length > 12 ? ", …" : "");
        return $"{(_points ? "Scatter" : "Line")} chart of {Axis(_yAxis, "y")} over {Axis(_xAxis, "x")} for {names}; y from {Ticks.Number(_series.Min(s => s.Y.Min()))} to {Ticks.Number(_series.Max(s => s.Y.Max()))}.";

        static string Axis(ChartAxis axis, string name) => (axis.Label.Length > 0 ? axis.Label : name) + (axis.Logarithmic ? " (logarithmic)" : "");
    }

    private void Body(SKCanvas canvas, SKRect place)
    {
        var bottom = place.Bottom - (_xAxis.Label.Length > 0 ? 44 : 24);
        var top = place.Top + (_xReferences.IsEmpty ? 4 : 18);
        Tick[] yTicks = [.. _y.Ticks(bottom - top, TickSpacingY)];
        var widest = yTicks.Where(t => t.IsMajor).Select(t => Typeface.Width(t.Label, Ink.TickSize)).DefaultIfEmpty(0).Max();
        var left = place.Left + widest + 12 + (_yAxis.Label.Length > 0 ? 22 : 0);
        var right = place.Right - _yReferences.Select(r => Typeface.Width(r.Label, Ink.TickSize) + 8).DefaultIfEmpty(6).Max();
        var data = new SKRect(MathF.Round(left), MathF.Round(top), MathF.Round(right), MathF.Round(bottom));
        using var plot = Panel.New();
        plot.Axes.SetLimits(_x.Low, _x.High, _y.Low, _y.High);
        SetAxis(plot.Axes.Left, _yAxis, yTicks);
        SetAxis(plot.Axes.Bottom, _xAxis, _x.Ticks(data.Width, TickSpacingX));
        AddReferences(plot);
        for (var i = 0; i < _series.Length; i++)
        {
            var xs = _series[i].X.Select(_x.Place).ToArray();
            var ys = _series[i].Y.Select(_y.Place).ToArray();
            var scatter = plot.Add.Scatter(xs, ys, _colors[i]);
            scatter.LineWidth = _points ? 0 : 2;
            scatter.MarkerSize = _points ? (xs.Length > 400 ? 5 : 6) : xs.Length == 1 ? 6 : 0;
            scatter.MarkerShape = MarkerShape.FilledCircle;
            scatter.MarkerFillColor = _points && xs.Length > 60 ? _colors[i].WithAlpha(0.6) : _colors[i];
            scatter.MarkerLineWidth = 0;
        }

        Panel.Render(plot, canvas, data);
        LabelReferences(canvas, data);
        if (_yAxis.Label.Length > 0)
        {
            canvas.Save();
            canvas.RotateDegrees(-90, place.Left + 11, data.MidY);
            Pen.Text(canvas, _yAxis.Label, place.Left + 11, data.MidY, Ink.LabelSize, Ink.Text, SKTextAlign.Center);
            canvas.Restore();
        }
    }

    private static void SetAxis(IAxis axis, ChartAxis described, IEnumerable<Tick> ticks)
    {
        var generator = (NumericManual)axis.TickGenerator;
        foreach (var tick in ticks)
        {
            generator.Add(tick);
        }

        if (axis.IsHorizontal())
        {
            axis.Label.Text = described.Label;
        }
    }

    private void AddReferences(Plot plot)
    {
        foreach (var reference in _xReferences)
        {
            Thin(plot.Add.VerticalLine(_x.Place(reference.Value)).LineStyle);
        }

        foreach (var reference in _yReferences)
        {
            Thin(plot.Add.HorizontalLine(_y.Place(reference.Value)).LineStyle);
        }

        // Solid on purpose: Skia's SVG canvas knows no dashes, and complains on standard error about each.
        static void Thin(LineStyle style) => (style.Color, style.Width) = (Ink.Frame, 1.5f);
    }

    /// <summary>Labels at the right and upper ends; those on the right make room for each other.</summary>
    private void LabelReferences(SKCanvas canvas, SKRect data)
    {
        var next = float.NegativeInfinity;
        foreach (var reference in _yReferences)
        {
            var middle = data.Bottom - (float)((_y.Place(reference.Value) - _y.Low) / (_y.High - _y.Low) * data.Height);
            next = Math.Max(middle, next + ReferenceSpacing);
            Pen.Text(canvas, reference.Label, data.Right + 5, next + 4, Ink.TickSize, Ink.Quiet);
        }

        foreach (var reference in _xReferences)
        {
            var x = data.Left + (float)((_x.Place(reference.Value) - _x.Low) / (_x.High - _x.Low) * data.Width);
            Pen.Text(canvas, reference.Label, x, data.Top - 6, Ink.TickSize, Ink.Quiet, SKTextAlign.Center);
        }
    }
}
