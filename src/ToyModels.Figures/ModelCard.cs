using ScottPlot;
using SkiaSharp;

namespace ToyModels.Figures;

/// <summary>The figure of the field: WᵀW, b and the norm bars of one model side by side (Elhage et al. 2022, "Basic results").</summary>
public static class ModelCard
{
    /// <summary>Draws the card of a trained model.</summary>
    /// <param name="result">The model and its configuration.</param>
    /// <param name="metrics">Its measures.</param>
    /// <param name="options">Null for the defaults; the title then comes from the configuration.</param>
    /// <exception cref="ArgumentException">The metrics are those of a model of another size.</exception>
    public static Figure Draw(TrainingResult result, ModelMetrics metrics, ModelCardOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(result);
        ArgumentNullException.ThrowIfNull(metrics);
        options ??= new ModelCardOptions();
        return Draw(
            metrics.Gram(),
            result.Model.Bias,
            [.. metrics.Features.Select(f => f.Norm)],
            [.. metrics.Features.Select(f => f.Interference)],
            options with { Title = options.Title ?? FigureTitle.Of(result) });
    }

    /// <summary>Draws the card from its numbers.</summary>
    /// <param name="gram">WᵀW, n·n values, row-major.</param>
    /// <param name="bias">n biases; their number says n, at least 1.</param>
    /// <param name="norms">‖W_i‖, n values.</param>
    /// <param name="interference">Σ_{j≠i} (Ŵ_i·W_j)², n values.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <exception cref="ArgumentException">A size does not fit, or a value is not finite: the message names where.</exception>
    public static Figure Draw(
        ReadOnlySpan<float> gram, ReadOnlySpan<float> bias, ReadOnlySpan<float> norms, ReadOnlySpan<float> interference, ModelCardOptions? options = null)
    {
        options ??= new ModelCardOptions();
        var count = Checked.AtLeastOne(bias.Length, "bias.Length");
        var cells = Checked.Matrix(gram, count, count, nameof(gram));
        var offsets = Checked.PerFeature(bias, count, nameof(bias), signed: true);
        var lengths = Checked.PerFeature(norms, count, nameof(norms), signed: false);
        var colors = NormBars.Colors(interference, count);
        var limit = options.NormLimit ?? NormBars.Limit(lengths);
        return new Figure(
            options.Width,
            options.Height,
            options.Title ?? "",
            $"WᵀW as a heat map, the biases b, and the norms of a model. {NormBars.Describe(lengths, interference)}",
            [ScaleKey.Between("WᵀW, b", ColorMap.Diverging, -1, 1), NormBars.Key],
            (canvas, place) => Body(canvas, place, cells, offsets, lengths, colors, limit));
    }

    private static void Body(SKCanvas canvas, SKRect place, float[] gram, float[] bias, float[] norms, Color[] colors, double limit)
    {
        const float heading = 20;
        const float gap = 14;
        const float strip = 14;
        const float axis = 26;
        const float leastBars = 60;
        var count = bias.Length;
        var room = new SKRect(place.Left + 24, place.Top + heading, place.Right - (leastBars + strip + (2 * gap)), place.Bottom - axis);
        var map = HeatMap.Cells(room, count, count);
        map.Offset(room.Left - map.Left, 0);
        map.Offset(MathF.Round(map.Left) - map.Left, 0);
        var features = new FeaturePanels.Axis(true);
        var none = new FeaturePanels.Axis(false);
        FeaturePanels.HeatMap(canvas, map, gram, count, count, ColorMap.Diverging, 1, features, features);
        var biasPlace = SKRect.Create(map.Right + gap, map.Top, strip, map.Height);
        FeaturePanels.HeatMap(canvas, biasPlace, bias, count, 1, ColorMap.Diverging, 1, none, none);
        var bars = SKRect.Create(biasPlace.Right + gap, map.Top, MathF.Floor(place.Right - 10 - biasPlace.Right - gap), map.Height);
        FeaturePanels.Bars(canvas, bars, norms, colors, limit, none, "");
        foreach (var (text, x) in (IEnumerable<(string, float)>)[("WᵀW", map.MidX), ("b", biasPlace.MidX), ("‖W‖", bars.MidX)])
        {
            Pen.Text(canvas, text, x, place.Top + 13, Ink.LabelSize, Ink.Text, SKTextAlign.Center);
        }
    }
}
