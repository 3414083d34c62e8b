using ScottPlot;
using SkiaSharp;

namespace ToyModels.Figures.Tests;

public sealed class FeaturePanelsTests
{
    private static readonly FeaturePanels.Axis _noAxis = new(false);

    [Fact]
    public void Cells_stand_in_matrix_order_with_the_colours_of_their_values()
    {
        float[] matrix = [-1, 0, 1, 0.5f, -0.5f, 5];
        using var pixels = Samples.Paint(300, 300, canvas =>
            FeaturePanels.HeatMap(canvas, SKRect.Create(30, 60, 90, 60), matrix, 2, 3, ColorMap.Diverging, 1, _noAxis, _noAxis));
        for (var e = 0; e < matrix.Length; e++)
        {
            var expected = ColorMap.Diverging.Rgb((Math.Clamp(matrix[e], -1, 1) + 1) / 2);
            var (row, column) = (e / 3, e % 3);
            Assert.Equal(expected, Samples.Rgb(pixels.GetPixel(30 + (30 * column) + 2, 60 + (30 * row) + 2)));
            Assert.Equal(expected, Samples.Rgb(pixels.GetPixel(30 + (30 * column) + 27, 60 + (30 * row) + 27)));
        }
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(7, 1)]
    [InlineData(1, 7)]
    public void A_single_row_or_column_fills_its_place(int rows, int columns)
    {
        float[] matrix = [.. Enumerable.Repeat(-1f, rows * columns)];
        using var pixels = Samples.Paint(300, 300, canvas =>
            FeaturePanels.HeatMap(canvas, SKRect.Create(100, 100, 70, 70), matrix, rows, columns, ColorMap.Diverging, 1, _noAxis, _noAxis));
        foreach (var (x, y) in new[] { (102, 102), (167, 102), (102, 167), (167, 167), (135, 135) })
        {
            Assert.Equal(ColorMap.Diverging.Rgb(0), Samples.Rgb(pixels.GetPixel(x, y)));
        }

        Assert.Equal(0xFFFFFF, Samples.Rgb(pixels.GetPixel(90, 135)));
        Assert.Equal(0xFFFFFF, Samples.Rgb(pixels.GetPixel(180, 135)));
    }

    [Fact]
    public void Bars_are_as_long_as_their_norms_and_coloured_by_interference()
    {
        float[] norms = [1, 0.5f, 0, 0.25f];
        var colors = NormBars.Colors([0, 0.5f, 1, 12], 4);
        using var pixels = Samples.Paint(400, 300, canvas => FeaturePanels.Bars(canvas, SKRect.Create(100, 100, 200, 80), norms, colors, 1, _noAxis, ""));
        int[] expected = [ColorMap.Interference.Rgb(0), ColorMap.Interference.Rgb(0.5), 0, ColorMap.Interference.Rgb(1)];
        for (var i = 0; i < norms.Length; i++)
        {
            var (middle, tip) = (110 + (20 * i), 100 + (int)(200 * norms[i]));
            if (norms[i] > 0)
            {
                Assert.Equal(expected[i], Samples.Rgb(pixels.GetPixel(tip - 3, middle)));
            }

            Assert.NotEqual(expected[i], Samples.Rgb(pixels.GetPixel(tip + 3, middle)));
        }

        Assert.Equal(0xFFFFFF, Samples.Rgb(pixels.GetPixel(130, 150)));
    }

    [Theory]
    [InlineData(20, 400, 16, 20)]
    [InlineData(20, 140, 16, 4)]
    [InlineData(80, 400, 16, 16)]
    [InlineData(1, 10, 16, 1)]
    [InlineData(1000, 100, 16, 5)]
    public void Labels_are_thinned_to_round_numbers(int count, float length, float spacing, int labels)
    {
        var shown = Panel.Strided(count, length, spacing).ToList();
        Assert.Equal(labels, shown.Count);
        Assert.Equal(0, shown[0]);
        Assert.All(shown.Zip(shown.Skip(1)), pair => Assert.True((pair.Second - pair.First) * length / count >= spacing));
    }

    [Fact]
    public void Series_colours_are_distinct_up_to_any_number() =>
        Assert.All([1, 2, 7, 8, 40], count => Assert.Equal(count, Enumerable.Range(0, count).Select(i => Ink.OfSeries(i, count, ordered: false)).Distinct().Count()));
}
