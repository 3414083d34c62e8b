using SkiaSharp;

namespace ToyModels.Figures.Tests;

public sealed class HeatMapTests
{
    [Fact]
    public void Numbers_that_are_not_finite_are_refused_with_row_and_column()
    {
        float[] matrix = [0, 0, 0, 0, 0, float.NaN];
        var error = Assert.Throws<ArgumentException>(() => HeatMap.Draw(matrix, 2, 3));
        Assert.Contains("row 1, column 2", error.Message, StringComparison.Ordinal);
        matrix[5] = float.NegativeInfinity;
        Assert.Contains("-Infinity", Assert.Throws<ArgumentException>(() => HeatMap.Draw(matrix, 2, 3)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Sizes_that_do_not_fit_are_refused()
    {
        var error = Assert.Throws<ArgumentException>(() => HeatMap.Draw(new float[5], 2, 3));
        Assert.Contains("has 5 elements, but must have 6: 2 rows times 3 columns", error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => HeatMap.Draw([], 0, 3));
        Assert.Throws<ArgumentException>(() => HeatMap.Draw(new float[4], 2, 2, new HeatMapOptions { RowNames = ["one"] }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new HeatMapOptions { Limit = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new HeatMapOptions { Limit = float.NaN });
    }

    [Fact]
    public void Limit_moves_the_end_colours()
    {
        using var narrow = SKBitmap.Decode(HeatMap.Draw([0.5f], 1, 1, new HeatMapOptions { Limit = 0.5f }).ToPng());
        using var wide = SKBitmap.Decode(HeatMap.Draw([0.5f], 1, 1).ToPng());
        Assert.Equal(ColorMap.Diverging.Rgb(1), Samples.Rgb(narrow.GetPixel(240, 200)));
        Assert.Equal(ColorMap.Diverging.Rgb(0.75), Samples.Rgb(wide.GetPixel(240, 200)));
    }

    [Theory]
    [InlineData(400, 300, 20, 20)]
    [InlineData(400, 300, 80, 80)]
    [InlineData(400, 300, 2, 100)]
    [InlineData(400, 300, 500, 500)]
    public void Cells_are_square_and_inside_the_room(int width, int height, int rows, int columns)
    {
        var room = SKRect.Create(10, 20, width, height);
        var cells = HeatMap.Cells(room, rows, columns);
        Assert.True(room.Left <= cells.Left && cells.Right <= room.Right && room.Top <= cells.Top && cells.Bottom <= room.Bottom, cells.ToString());
        Assert.Equal(cells.Width / columns, cells.Height / rows, 0.5f / Math.Min(rows, columns));
        Assert.True(cells.Left == MathF.Round(cells.Left) && cells.Width == MathF.Round(cells.Width));
    }
}
