using System.Collections.Immutable;
using SkiaSharp;

namespace ToyModels.Figures.Tests;

/// <summary>Models and figures that several tests draw, and the reading of what was drawn.</summary>
internal static class Samples
{
    /// <summary>Every kind of figure, for realistic and for edge inputs.</summary>
    public static TheoryData<string> Names => [.. _figures.Keys];

    private static readonly Dictionary<string, Func<Figure>> _figures = new()
    {
        ["heat map"] = () => HeatMap.Draw(Wave(20 * 20), 20, 20, new HeatMapOptions { Title = "n = 20, m = 5, I = 0.7ⁱ, 1 − S = 0.01" }),
        ["heat map of one cell"] = () => HeatMap.Draw([1], 1, 1),
        ["heat map of zeros"] = () => HeatMap.Draw(new float[9], 3, 3),
        ["heat map with more cells than pixels"] = () => HeatMap.Draw(Wave(200 * 200), 200, 200, new HeatMapOptions { Width = 200, Height = 200 }),
        ["wide heat map"] = () => HeatMap.Draw(Wave(200), 2, 100),
        ["bias strip"] = () => HeatMap.Draw(Wave(20), 20, 1, new HeatMapOptions { ValueLabel = "b" }),
        ["named heat map"] = () => HeatMap.Draw(Wave(4), 2, 2, new HeatMapOptions { RowNames = ["a", "b"], ColumnNames = ["c", "d"] }),
        ["norm bars"] = () => NormBars.Draw(Ramp(20), Ramp(20)),
        ["norm bars of one feature"] = () => NormBars.Draw([1], [0]),
        ["norm bars of zeros"] = () => NormBars.Draw(new float[5], new float[5]),
        ["norm bars of many features"] = () => NormBars.Draw(Ramp(400), Ramp(400)),
        ["model card"] = () => Card(20),
        ["model card of 80 features"] = () => Card(80),
        ["model card of one feature"] = () => Card(1),
        ["model card of zeros"] = () => ModelCard.Draw(new float[9], new float[3], new float[3], new float[3]),
        ["feature arrows"] = () => FeatureArrows.Draw(Polygon(5), [1, 0.9f, 0.81f, 0.73f, 0.66f]),
        ["feature arrows of zeros"] = () => FeatureArrows.Draw(new float[6], [1, 1, 1]),
        ["one feature arrow"] = () => FeatureArrows.Draw([0.6f, -0.8f], [1]),
        ["line chart"] = () => LineChart.Draw([Loss("a", 3), Loss("b", 2)], LogLog),
        ["line chart of one point"] = () => LineChart.Draw([new Series("one", [3], [7])]),
        ["line chart of a constant"] = () => LineChart.Draw([new Series("flat", [1, 2, 3], [0, 0, 0])]),
        ["logarithmic chart of a constant"] = () => LineChart.Draw([new Series("flat", [1, 2, 3], [5, 5, 5])], LogLog),
        ["line chart of twelve series"] = () => LineChart.Draw([.. Enumerable.Range(0, 12).Select(i => Loss($"series {i}", i + 1))]),
        ["scatter chart"] = () => ScatterChart.Draw(
            [Loss("a", 3)], LogLog with { Y = new ChartAxis { References = [new(1, "1"), new(0.5, "1/2"), new(99, "outside")] } }),
        ["small multiples"] = () => SmallMultiples.Draw([Card(5), Card(6), Card(7)], new SmallMultiplesOptions { Title = "three", RowHeadings = ["r", "s"] }),
    };

    private static ChartOptions LogLog => new() { X = new ChartAxis { Label = "step", Logarithmic = true }, Y = new ChartAxis { Label = "loss", Logarithmic = true } };

    public static Figure Draw(string name) => _figures[name]();

    public static Figure Card(int n, ModelCardOptions? options = null) =>
        ModelCard.Draw(Wave(n * n), Wave(n), Ramp(n), Ramp(n), options);

    /// <summary>Values that wander through [−1.2, 1.2].</summary>
    public static float[] Wave(int count) => [.. Enumerable.Range(0, count).Select(i => 1.2f * MathF.Sin(1.7f * i))];

    /// <summary>Values that rise from 0 to 1.3.</summary>
    public static float[] Ramp(int count) => [.. Enumerable.Range(0, count).Select(i => 1.3f * i / count)];

    public static float[] Polygon(int count) =>
        [.. Enumerable.Range(0, count).SelectMany(i => new[] { MathF.Cos(MathF.Tau * i / count), MathF.Sin(MathF.Tau * i / count) })];

    public static Series Loss(string name, double start)
    {
        double[] steps = [1, 10, 100, 1000, 10_000];
        return new Series(name, steps, [.. steps.Select(s => start / Math.Sqrt(s))]);
    }

    /// <summary>A result that was not trained, but is whole.</summary>
    public static TrainingResult Result(int n, int m, Importance? importance, ImmutableArray<float> densities)
    {
        var model = new ToyModel(ToyModelKind.ReluOutput, m, Wave(n * m), Wave(n));
        return new TrainingResult(
            new ToyModelOptions { Hidden = m, Seed = 1, Importance = importance },
            (importance ?? Importance.Uniform()).Resolve(n),
            densities,
            [new RestartResult(0, model, 0.5f, 1, StopReason.Completed, [])]);
    }

    /// <summary>Draws on white paper and returns the pixels.</summary>
    public static SKBitmap Paint(int width, int height, Action<SKCanvas> draw)
    {
        var bitmap = new SKBitmap(width, height);
        using var canvas = new SKCanvas(bitmap);
        canvas.Clear(SKColors.White);
        draw(canvas);
        return bitmap;
    }

    public static int Rgb(SKColor color) => (color.Red << 16) | (color.Green << 8) | color.Blue;
}
