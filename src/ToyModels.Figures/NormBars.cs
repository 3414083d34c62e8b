using System.Collections.Immutable;
using ScottPlot;
using SkiaSharp;

namespace ToyModels.Figures;

/// <summary>
/// One horizontal bar for each feature, as long as ‖W_i‖ and coloured by interference Σ_{j≠i} (Ŵ_i·W_j)²: dark blue for a
/// direction of its own, yellow from 1 on, where the others swamp it (Elhage et al. 2022, "Basic results").
/// </summary>
public static class NormBars
{
    /// <summary>Draws the bars, feature 0 on top.</summary>
    /// <param name="norms">‖W_i‖ of each feature: finite, not negative, at least one.</param>
    /// <param name="interference">Σ_{j≠i} (Ŵ_i·W_j)², as many.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <exception cref="ArgumentException">A size does not fit, or a value is not finite or negative: the message names the feature.</exception>
    public static Figure Draw(ReadOnlySpan<float> norms, ReadOnlySpan<float> interference, NormBarsOptions? options = null)
    {
        options ??= new NormBarsOptions();
        var count = Checked.AtLeastOne(norms.Length, "norms.Length");
        var lengths = Checked.PerFeature(norms, count, nameof(norms), signed: false);
        var colors = Colors(interference, count);
        Checked.Names(options.FeatureNames, count, nameof(options.FeatureNames), "one for each feature");
        var names = options.FeatureNames?.ToImmutableArray();
        var left = 34 + (names?.Max(n => Typeface.Width(n, Ink.TickSize)) ?? 22);
        var limit = options.Limit ?? Limit(lengths);
        return new Figure(
            options.Width,
            options.Height,
            options.Title,
            Describe(lengths, interference),
            [Key],
            (canvas, place) => FeaturePanels.Bars(
                canvas,
                SKRect.Create(MathF.Round(place.Left + left), MathF.Round(place.Top), MathF.Round(place.Width - left - 10), MathF.Round(place.Height - 44)),
                lengths,
                colors,
                limit,
                new FeaturePanels.Axis(true, "feature", names),
                "‖W‖"));
    }

    internal static FigureKey Key { get; } = new ScaleKey("interference", ColorMap.Interference, "0", "≥ 1");

    internal static Color[] Colors(ReadOnlySpan<float> interference, int count) =>
        [.. Checked.PerFeature(interference, count, nameof(interference), signed: false).Select(v => ColorMap.Interference.At(v))];

    internal static double Limit(float[] norms) => Math.Max(1.05, 1.05 * norms.Max());

    internal static string Describe(float[] norms, ReadOnlySpan<float> interference)
    {
        var (represented, swamped) = (0, 0);
        for (var i = 0; i < norms.Length; i++)
        {
            represented += norms[i] > 0.5f ? 1 : 0;
            swamped += interference[i] >= 1 ? 1 : 0;
        }

        return FormattableString.Invariant(
            $"Bars of the norms of {norms.Length} features, coloured by interference: {represented} have a norm above 0.5, {swamped} have an interference of 1 or more.");
    }
}
