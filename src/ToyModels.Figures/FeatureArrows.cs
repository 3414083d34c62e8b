using System.Collections.Immutable;
using System.Globalization;
using ScottPlot;
using SkiaSharp;

namespace ToyModels.Figures;

/// <summary>
/// The directions of features in a hidden space of two dimensions, as arrows from the origin beside the unit circle, darker for
/// more important features (the polygons of Elhage et al. 2022, introduction).
/// </summary>
public static class FeatureArrows
{
    private const int MostLabels = 24;
    private const float LeastLabelledNorm = 0.05f;
    private const float LabelGap = 9;

    /// <summary>Draws the features of a model with two hidden dimensions.</summary>
    /// <param name="model">A model with m = 2.</param>
    /// <param name="importances">n importances: finite, not negative.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <exception cref="ArgumentException">m is not 2, or a size does not fit.</exception>
    public static Figure Draw(ToyModel model, ReadOnlySpan<float> importances, FeatureArrowsOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        return model.HiddenCount == 2
            ? Draw(model.Weights, importances, options)
            : throw new ArgumentException($"The model has m = {model.HiddenCount} hidden dimensions; arrows are drawn for m = 2 only. Draw a heat map of WᵀW instead.", nameof(model));
    }

    /// <summary>Draws directions in the plane.</summary>
    /// <param name="weights">n·2 finite values, feature-major: W_i at [2i, 2i+1].</param>
    /// <param name="importances">n importances, at least one: finite, not negative.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <exception cref="ArgumentException">A size does not fit, or a value is not allowed: the message names where.</exception>
    public static Figure Draw(ReadOnlySpan<float> weights, ReadOnlySpan<float> importances, FeatureArrowsOptions? options = null)
    {
        options ??= new FeatureArrowsOptions();
        var count = Checked.AtLeastOne(importances.Length, "importances.Length");
        var tips = Checked.Matrix(weights, count, 2, nameof(weights));
        var cares = Checked.PerFeature(importances, count, nameof(importances), signed: false);
        Checked.Names(options.FeatureNames, count, nameof(options.FeatureNames), "one for each feature");
        var (low, high) = (cares.Min(), cares.Max());
        ImmutableArray<string> names = options.FeatureNames is { } given ? [.. given]
            : count <= MostLabels ? [.. Enumerable.Range(0, count).Select(i => i.ToString(CultureInfo.InvariantCulture))]
            : [.. Enumerable.Repeat("", count)];
        var longest = Enumerable.Range(0, count).Max(i => Norm(tips, i));
        var limit = options.Limit ?? Enumerable.Range(0, count).Max(i => LimitFor(tips, i, names[i], Math.Min(options.Width, options.Height) - 60));
        return new Figure(
            options.Width,
            options.Height,
            options.Title,
            FormattableString.Invariant(
                $"Arrows of {count} features in the plane of two hidden dimensions, beside the unit circle; {Enumerable.Range(0, count).Count(i => Norm(tips, i) > 0.5f)} are longer than 0.5, the longest is {longest:0.##}."),
            low == high ? [] : [ScaleKey.Between("importance", ColorMap.Sequential, high, low)],
            (canvas, place) => Body(canvas, place, tips, [.. cares.Select(c => low == high ? 0.25 : (high - c) / (double)(high - low))], names, limit));
    }

    private static void Body(SKCanvas canvas, SKRect place, float[] tips, double[] positions, ImmutableArray<string> names, float limit)
    {
        var side = MathF.Floor(Math.Min(place.Width - 24, place.Height - 22));
        var data = SKRect.Create(MathF.Round(place.MidX - (side / 2) + 8), MathF.Round(place.Top), side, side);
        using var plot = Panel.New();
        plot.Axes.SetLimits(-limit, limit, -limit, limit);
        foreach (var axis in (IEnumerable<IAxis>)[plot.Axes.Left, plot.Axes.Bottom])
        {
            var ticks = (ScottPlot.TickGenerators.NumericManual)axis.TickGenerator;
            ticks.AddMajor(-1, "−1");
            ticks.AddMajor(0, "0");
            ticks.AddMajor(1, "1");
        }

        var circle = plot.Add.Circle(0, 0, 1);
        circle.LineColor = Ink.Frame;
        circle.LineWidth = 1;
        circle.FillColor = Colors.Transparent;
        for (var i = positions.Length - 1; i >= 0; i--)
        {
            var color = ColorMap.Sequential.At(positions[i]);
            var pixels = Norm(tips, i) * side / (2 * limit);
            var arrow = plot.Add.Arrow(new Coordinates(0, 0), new Coordinates(tips[2 * i], tips[(2 * i) + 1]));
            arrow.ArrowFillColor = color;
            arrow.ArrowLineWidth = 0;
            arrow.ArrowWidth = 3;
            arrow.ArrowheadWidth = Math.Min(11, 0.6f * pixels);
            arrow.ArrowheadLength = Math.Min(13, 0.7f * pixels);
            arrow.ArrowheadAxisLength = arrow.ArrowheadLength * 0.85f;
        }

        Panel.Render(plot, canvas, data);
        for (var i = 0; i < positions.Length; i++)
        {
            if (Norm(tips, i) is var norm && norm >= LeastLabelledNorm && names[i].Length > 0)
            {
                var (x, y) = (tips[2 * i] / norm, tips[(2 * i) + 1] / norm);
                var reach = (norm * side / (2 * limit)) + LabelGap;
                var half = Typeface.Width(names[i], Ink.TickSize) / 2;
                Pen.Text(
                    canvas, names[i], data.MidX + (x * (reach + half)), data.MidY - (y * (reach + 3)) + 4, Ink.TickSize, Ink.Text, SKTextAlign.Center);
            }
        }
    }

    /// <summary>The least limit at which the label beside an arrow stays inside a square of this side, and at least one fifth beyond arrow and circle.</summary>
    private static float LimitFor(float[] tips, int feature, string name, float side)
    {
        var norm = Norm(tips, feature);
        if (norm < LeastLabelledNorm)
        {
            return 1.2f;
        }

        var half = Typeface.Width(name, Ink.TickSize) / 2;
        var across = MathF.Abs(tips[2 * feature]);
        var label = (across / norm * (LabelGap + half)) + half + 6;
        return Math.Max(1.2f * Math.Max(1, norm), across / Math.Max(1 - (label / (side / 2)), 0.3f));
    }

    private static float Norm(float[] tips, int feature) => float.Hypot(tips[2 * feature], tips[(2 * feature) + 1]);
}
