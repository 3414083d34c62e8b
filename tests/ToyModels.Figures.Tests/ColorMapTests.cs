namespace ToyModels.Figures.Tests;

public sealed class ColorMapTests
{
    [Fact]
    public void Ends_and_middle_are_as_promised()
    {
        Assert.Equal(0x1B4F9C, ColorMap.Diverging.Rgb(0));
        Assert.Equal(0xFFFFFF, ColorMap.Diverging.Rgb(0.5));
        Assert.Equal(0xC4500A, ColorMap.Diverging.Rgb(1));
        Assert.Equal(0x0D0887, ColorMap.Interference.Rgb(0));
        Assert.Equal(0xFCCE25, ColorMap.Interference.Rgb(1));
    }

    [Fact]
    public void Positions_outside_take_the_end_colours()
    {
        Assert.Equal(ColorMap.Interference.Rgb(1), ColorMap.Interference.Rgb(7));
        Assert.Equal(ColorMap.Interference.Rgb(0), ColorMap.Interference.Rgb(-7));
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void Positions_that_are_not_finite_are_refused(double position) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => ColorMap.Diverging.Rgb(position));

    [Fact]
    public void Lightness_alone_tells_the_position()
    {
        AssertRising(ColorMap.Sequential, 0, 1);
        AssertRising(ColorMap.Interference, 0, 1);
        AssertRising(ColorMap.Diverging, 0, 0.5);
        AssertRising(ColorMap.Diverging, 1, 0.5);
    }

    /// <summary>Relative luminance as WCAG defines it.</summary>
    private static double Luminance(int rgb)
    {
        return (0.2126 * Linear(rgb >> 16)) + (0.7152 * Linear((rgb >> 8) & 255)) + (0.0722 * Linear(rgb & 255));

        static double Linear(int channel) => channel / 255.0 <= 0.04045 ? channel / 255.0 / 12.92 : Math.Pow(((channel / 255.0) + 0.055) / 1.055, 2.4);
    }

    private static void AssertRising(ColorMap map, double from, double to)
    {
        var luminances = Enumerable.Range(0, 21).Select(i => Luminance(map.Rgb(from + ((to - from) * i / 20)))).ToArray();
        Assert.All(luminances.Zip(luminances.Skip(1)), pair => Assert.True(pair.Second > pair.First, $"{map.Name}: {pair}"));
    }
}
